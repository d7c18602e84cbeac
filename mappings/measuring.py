"""A mapping held against real rows: what collides, what is dead, what nobody reads, what fails and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from mappings import transforms
from mappings.aliases import Aliases
from mappings.apply import ORIGIN, OWN_COLUMNS, Finding
from mappings.checks import SENTENCES
from mappings.choices import parts
from mappings.headers import plain_header
from mappings.linting import line
from mappings.mapping import FieldRule, Mapping
from mappings.normalise import Unfit, blank, fold
from mappings.previewing import failures, headings_of
from mappings.remarks import Gravity, Remark
from mappings.standards.fields import Need
from words.declared import suggest
from words.errors import Place
from words.languages import gettext as _

_EXAMPLES = 3
#: Rules whose value is a code that a table lacks: each code is remarked by itself.
_BY_VALUE = frozenset({"code-not-in-table", "not-a-choice"})


@dataclass(slots=True)
class _Group:
    count: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Measure:
    """Counts what rows show of a mapping, table by table.

    Attributes:
        text: the mapping file.
        aliases: the words of the standard; without them no unread heading is told to mean anything.
    """

    mapping: Mapping
    text: str
    aliases: Aliases | None
    _seen: Counter[str] = field(default_factory=Counter)  # plain heading → rows that fill it
    _there: dict[str, str] = field(default_factory=dict)  # plain heading → as it stands
    _codes: dict[str, set[str]] = field(default_factory=dict)
    _failing: dict[tuple[str, str, str], _Group] = field(default_factory=dict)
    _useless: list[Remark] = field(default_factory=list)

    def add(self, rows: pl.DataFrame, place: Place) -> None:
        """Look at one more table."""
        for name in rows.columns:
            if name not in OWN_COLUMNS:
                self._there.setdefault(plain_header(name), name)
                self._seen[plain_header(name)] += sum(not blank(text or "") for text in rows[name])
        found = headings_of(self.mapping, rows)
        self._note_codes(rows, found)
        if useless := [*self._unusable(found, rows.height, place)]:
            self._useless += useless
            return
        for finding in failures(self.mapping, rows, place=place):
            self._note(finding, rows)

    def _note(self, finding: Finding, rows: pl.DataFrame) -> None:
        value = finding.value if finding.rule in _BY_VALUE else ""
        group = self._failing.setdefault((finding.field, finding.rule, value), _Group())
        group.count += 1
        if len(group.examples) < _EXAMPLES:
            group.examples.append((rows[ORIGIN][finding.row] or "", finding.value))

    def _unusable(self, found: dict[str, list[list[str]]], height: int, place: Place) -> Iterator[Remark]:
        for name, chain in found.items():
            rule = self.mapping.fields[name]
            for headings in (each for each in chain if len(each) > 1):
                yield self._remark(
                    "error",
                    "two-columns",
                    _("Two columns answer to the field “{field}”: {columns}.").format(
                        field=self.mapping.standard.by_name[name].label, columns=", ".join(headings)
                    ),
                    _("Take one of the two headings out of the mapping or out of the sheet."),
                    name,
                    height,
                    ((str(place), ""),),
                )
            needed = self.mapping.standard.by_name[name].need is Need.MANDATORY and not self.mapping.partial
            if needed and height and rule.headers and not chain[0] and not rule.otherwise:
                yield self._remark(
                    "error",
                    "column-missing",
                    _("There is no column for the field “{field}”; looked for: {columns}.").format(
                        field=self.mapping.standard.by_name[name].label, columns=", ".join(rule.headers)
                    ),
                    _("Compare the system's headings with the mapping and correct the mapping."),
                    name,
                    height,
                    ((str(place), ""),),
                )

    def _note_codes(self, rows: pl.DataFrame, found: dict[str, list[list[str]]]) -> None:
        for name, chain in found.items():
            for rule, headings in zip(self.mapping.fields[name].chain, chain, strict=True):
                if rule.codes is not None and headings:
                    values = rows[headings[0]].unique().to_list()
                    self._codes.setdefault(name, set()).update(_codes_in(rule, values))

    def remarks(self) -> list[Remark]:
        """Return everything that the rows showed."""
        return [*self._useless, *self._fails(), *self._dead(), *self._dead_codes(), *self._unread()]

    def _fails(self) -> Iterator[Remark]:
        for (name, rule, value), group in self._failing.items():
            label = self.mapping.standard.by_name[name].label
            examples = tuple(group.examples)
            if rule == "code-not-in-table":
                what = _("{label}: the mapping has no row for the code “{value}”.").format(label=label, value=value)
                todo = _("Add the code to “codes” with the text that it stands for.")
            elif rule == "not-a-choice":
                what = _("{label}: “{value}” is not in the standard's code table.").format(label=label, value=value)
                todo = suggest(value, list(self.mapping.standard.by_name[name].choices))
            else:
                what = _("{label}: {sentence}.").format(label=label, sentence=_(SENTENCES[rule]))
                todo = _("Correct the mapping if it reads the wrong thing; else the rows have to be put right.")
            yield self._remark("warning", rule, what, todo, name, group.count, examples)

    def _dead(self) -> Iterator[Remark]:
        for name, rule in self.mapping.fields.items():
            words = list(dict.fromkeys(word for each in rule.chain for word in each.headers))
            dead = [word for word in words if not self._seen[plain_header(word)]]
            fixed = any(each.constant is not None for each in rule.chain)
            if dead and len(dead) == len(words) and not fixed:
                yield self._remark(
                    "note" if self.mapping.partial else "warning",
                    "dead-field",
                    _("No row has anything for the field “{name}”; looked for: {headings}.").format(
                        name=name, headings=", ".join(words)
                    ),
                    _("Correct the headings, or take the rule out."),
                    name,
                    0,
                )
            elif dead:
                yield self._remark(
                    "note",
                    "dead-heading",
                    _("No row has anything below: {headings}.").format(headings=", ".join(dead)),
                    _("Nothing, if other rows have it; else take it out."),
                    name,
                    0,
                )

    def _dead_codes(self) -> Iterator[Remark]:
        for name, seen in self._codes.items():
            known = {code for rule in self.mapping.fields[name].chain for code in rule.codes or {}}
            if dead := sorted(known - seen):
                yield self._remark(
                    "note",
                    "dead-code",
                    _("No row has the code: {codes}.").format(codes=", ".join(dead)),
                    _("Nothing, if other rows have it; else take it out."),
                    name,
                    0,
                )

    def _unread(self) -> Iterator[Remark]:
        read = {
            plain_header(word) for rule in self.mapping.fields.values() for each in rule.chain for word in each.headers
        }
        for word, heading in self._there.items():
            own = heading.startswith("_")  # what a reader adds, such as the title above the header
            if own or word in read or (self.aliases and word in self.aliases.beside):
                continue
            meant = [name for name in self._meant(word) if not self._answered(name)]
            yield self._remark(
                "warning" if meant else "note",
                "unread-heading",
                _("Nobody reads the column “{heading}”.").format(heading=" ".join(heading.split())),
                _("It may be: {fields}. Add the heading there, if it is.").format(fields=", ".join(meant))
                if meant
                else _("Nothing, if it says nothing of the record."),
                meant[0] if meant else "",
                self._seen[word],
            )

    def _meant(self, word: str) -> list[str]:
        if self.aliases is None:
            return []
        known = self.aliases.known.get(word, ())
        asked = self.aliases.asked.get(word)
        return [each.field for each in (*known, *(asked.may_be if asked and asked.why != "item" else ()))]

    def _answered(self, name: str) -> bool:
        rule = self.mapping.fields.get(name)
        return rule is not None and any(
            plain_header(word) in self._there for each in rule.chain for word in each.headers
        )

    def _remark(  # noqa: PLR0913, PLR0917 - the parts of a remark
        self,
        gravity: Gravity,
        code: str,
        what: str,
        todo: str,
        name: str,
        count: int,
        examples: tuple[tuple[str, str], ...] = (),
    ) -> Remark:
        return Remark(gravity, code, what, todo, name, line(self.text, name) if name else None, count, examples)


def _codes_in(rule: FieldRule, values: Iterable[str | None]) -> set[str]:
    """Return every code that values may name: whole, before a note, and each of several."""
    found: set[str] = set()
    for value in values:
        text = value or ""
        try:
            for step in rule.transforms:
                text = text if blank(text) else transforms.build(step)(text)
        except Unfit:
            continue
        for part in (fold(text), *parts(text)):
            found |= {part, part.partition("-")[0]}
    return found


def measured(
    mapping: Mapping, text: str, tables: Sequence[tuple[pl.DataFrame, Place]], aliases: Aliases | None
) -> list[Remark]:
    """Return what tables of raw rows show of a mapping."""
    measure = Measure(mapping, text, aliases)
    for rows, place in tables:
        measure.add(rows, place)
    return measure.remarks()
