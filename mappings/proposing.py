"""The text of a mapping that is proposed: what is certain as rules, what has to be answered as comments."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from mappings.recognised import REASONS, Candidate, Column, Recognised
from mappings.standards import Standard
from words.languages import gettext as _

_WIDEST = 1000  # a rule stays on its line


def text_of(recognised: Recognised, standard: Standard, about: str) -> str:
    """Return the text of a mapping file; ``about`` says in a word where the columns come from."""
    named = _("{about} → {standard}, proposed by its headings").format(about=about, standard=standard.label)
    lines = [f"# {line}" for line in named.splitlines()]
    lines += [f"standard: {standard.name}", "partial: true", *_rules(recognised, standard)]
    if asked := recognised.of("asked"):
        told = _(
            "Open questions. Put one of the rules under “fields”, or leave a heading out with “ignore: [HEADING]”."
        )
        lines.append(f"# {told}")
        lines += [line for column in asked for line in _question(column)]
    return "\n".join(lines) + "\n"


def _rules(recognised: Recognised, standard: Standard) -> list[str]:
    words: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for column in recognised.of("certain"):
        for each in column.candidates:
            words.setdefault((each.field, each.transforms), []).append(column.word)
    lines = [
        line
        for name in standard.names
        if (rules := [(steps, found) for (field, steps), found in words.items() if field == name])
        for line in [f"  {name}: {_chained(rules)}"]
    ]
    return ["fields:", *lines] if lines else ["fields: {}"]


def _chained(rules: Sequence[tuple[tuple[str, ...], list[str]]]) -> str:
    """Return a field's rule; what wants other transforms is asked where the first finds nothing."""
    built: object = None
    for steps, found in sorted(rules, key=lambda each: len(each[0]), reverse=True):
        bare = found[0] if len(found) == 1 else found
        rule: dict[str, object] = {"from": bare}
        if steps:
            rule["transforms"] = list(steps)
        if built is not None:
            rule["otherwise"] = built if isinstance(built, dict) else {"from": built}
        built = rule if len(rule) > 1 else bare
    return flow(built)


def flow(value: object) -> str:
    """Return a value as YAML in one line."""
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=_WIDEST, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...")


def _question(column: Column) -> list[str]:
    heading = " ".join(column.heading.split())
    return [f"# {heading}: {_(REASONS[column.why])}", *(f"#   {rule_of(column, each)}" for each in column.candidates)]


def rule_of(column: Column, candidate: Candidate) -> str:
    """Return the line that answers a question; what codes stand for is left to whoever knows it."""
    rule: dict[str, object] = {"from": column.word}
    if candidate.transforms:
        rule["transforms"] = list(candidate.transforms)
    if column.codes:
        rule["codes"] = dict.fromkeys(column.codes, "…")
    return f"{candidate.field}: {flow(rule if len(rule) > 1 else column.word)}"
