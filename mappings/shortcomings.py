"""What rows say against a mapping: what collides, what fails and how often, what is dead, what nobody reads."""

from __future__ import annotations

from collections.abc import Iterator

from mappings.aliases import Aliases
from mappings.headers import plain_header
from mappings.hints import hint_of, sentence_of
from mappings.linting import line
from mappings.mapping import FieldRule
from mappings.measuring import Measure, Unusable
from mappings.remarks import Remark
from words.declared import suggest
from words.languages import gettext as _


def shortcomings(measure: Measure, text: str, aliases: Aliases | None) -> list[Remark]:
    """Return what rows say against a mapping of this text.

    ``aliases`` are the words of its standard; without them no unread heading is told to mean anything.
    """
    if not measure.there:
        return [Remark("warning", "no-rows", _("No rows came."), _("Name a file or a connector that has some."))]
    return [
        *(_useless(measure, text, each) for each in measure.unusable),
        *_failing(measure, text),
        *_dead(measure, text),
        *_dead_codes(measure, text),
        *_unread(measure, text, aliases),
    ]


def _useless(measure: Measure, text: str, found: Unusable) -> Remark:
    label = measure.mapping.standard.by_name[found.field].label
    where, at = ((str(found.place), ""),), line(text, found.field)
    if found.columns:
        what = _("Two columns answer to the field “{field}”: {columns}.").format(
            field=label, columns=", ".join(found.columns)
        )
        todo = _("Take one of the two headings out of the mapping or out of the sheet.")
        return Remark("error", "two-columns", what, todo, found.field, at, found.rows, where)
    headings = ", ".join(measure.mapping.fields[found.field].headers)
    what = _("There is no column for the field “{field}”; looked for: {columns}.").format(field=label, columns=headings)
    todo = _("Compare the system's headings with the mapping and correct the mapping.")
    return Remark("error", "column-missing", what, todo, found.field, at, found.rows, where)


def _failing(measure: Measure, text: str) -> Iterator[Remark]:
    for (name, rule, value), failing in measure.failing.items():
        field = measure.mapping.standard.by_name[name]
        if rule == "code-not-in-table":
            what = _("{label}: the mapping has no row for the code “{value}”.").format(label=field.label, value=value)
            todo = _("Add the code to “codes” with the text that it stands for.")
        elif rule == "not-a-choice":
            what = _("{label}: “{value}” is not in the standard's code table.").format(label=field.label, value=value)
            todo = suggest(value, list(field.choices))
        else:
            what = _("{label}: {sentence}.").format(label=field.label, sentence=sentence_of(rule))
            todo = _("Correct the mapping if it reads the wrong thing; else the rows have to be put right.")
            todo = " ".join(filter(None, (todo, hint_of(rule, value))))
        examples = tuple(failing.examples)
        yield Remark("warning", rule, what, todo, name, line(text, name), failing.count, examples)


def _dead(measure: Measure, text: str) -> Iterator[Remark]:
    """A ledger states only some fields, and its mapping is for several departments: there it is only good to know."""
    for name, rule in measure.mapping.fields.items():
        words = _words(rule)
        dead = [word for word in words if not measure.filled[plain_header(word)]]
        fixed = any(each.constant is not None for each in rule.chain)
        if dead and len(dead) == len(words) and not fixed:
            there = measure.mapping.partial or any(plain_header(word) in measure.there for word in words)
            what = _("No row has anything for the field “{name}”; looked for: {headings}.").format(
                name=name, headings=", ".join(words)
            )
            todo = _("Correct the headings, or take the rule out.")
            yield Remark("note" if there else "warning", "dead-field", what, todo, name, line(text, name), 0)
        elif dead:
            what = _("No row has anything below: {headings}.").format(headings=", ".join(dead))
            todo = _("Nothing, if other rows have it; else take it out.")
            yield Remark("note", "dead-heading", what, todo, name, line(text, name), 0)


def _dead_codes(measure: Measure, text: str) -> Iterator[Remark]:
    for name, seen in measure.codes.items():
        known = {code for rule in measure.mapping.fields[name].chain for code in rule.codes or {}}
        if dead := sorted(known - seen):
            what = _("No row has the code: {codes}.").format(codes=", ".join(dead))
            todo = _("Nothing, if other rows have it; else take it out.")
            yield Remark("note", "dead-code", what, todo, name, line(text, name), 0)


def _unread(measure: Measure, text: str, aliases: Aliases | None) -> Iterator[Remark]:
    read = {plain_header(word) for rule in measure.mapping.fields.values() for word in _words(rule)}
    read |= {plain_header(word) for word in measure.mapping.ignore}
    for word, heading in measure.there.items():
        own = heading.startswith("_")  # what a reader adds, such as the title above the header
        if own or word in read or (aliases and word in aliases.beside):
            continue
        what = _("Nobody reads the column “{heading}”.").format(heading=" ".join(heading.split()))
        meant = [name for name in _meant(aliases, word) if not _answered(measure, name)]
        if meant:
            todo = _("It may be: {fields}. Add the heading there, or under “ignore”.").format(fields=", ".join(meant))
            yield Remark("warning", "unread-heading", what, todo, meant[0], line(text, meant[0]), measure.filled[word])
        else:
            todo = _("Nothing, if it says nothing of the record.")
            yield Remark("note", "unread-heading", what, todo, count=measure.filled[word])


def _meant(aliases: Aliases | None, word: str) -> list[str]:
    """Return the fields that a heading may mean; what names the matter is left out by most."""
    if aliases is None:
        return []
    asked = aliases.asked.get(word)
    return [
        each.field for each in (*aliases.known.get(word, ()), *(asked.may_be if asked and asked.why != "item" else ()))
    ]


def _answered(measure: Measure, name: str) -> bool:
    rule = measure.mapping.fields.get(name)
    return rule is not None and any(plain_header(word) in measure.there for word in _words(rule))


def _words(rule: FieldRule) -> list[str]:
    return list(dict.fromkeys(word for each in rule.chain for word in each.headers))
