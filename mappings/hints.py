"""What to do about a finding: the rule's own hint, and what a mistyped value probably means.

Nothing that is suggested here is ever applied.
"""

from __future__ import annotations

from collections.abc import Iterable

from mappings.normalise import hyphenless
from mappings.numbers import meant_code, upgraded
from mappings.rules import RULES
from words.languages import gettext as _

_CODES = ("uscc-form", "uscc-check", "organization-code")


def hint_of(rule: str, value: str = "") -> str:
    """Return what to do about a value that fails a rule; nothing for a rule that is not known.

    A personal number is never repeated: of one with 15 digits only what is missing is told.
    """
    if rule not in RULES:
        return ""
    return " ".join(filter(None, (_(RULES[rule].hint), _suggestion(rule, hyphenless(value)))))


def hints_of(rules: Iterable[str], values: Iterable[str]) -> list[str]:
    """Return the hint for each of several findings."""
    return [hint_of(rule, value) for rule, value in zip(rules, values, strict=True)]


def sentence_of(rule: str, otherwise: str = "") -> str:
    """Return what is wrong where a rule is not kept; what is said ``otherwise`` if the rule is not known."""
    return _(RULES[rule].sentence) if rule in RULES else otherwise


def _suggestion(rule: str, value: str) -> str:
    if rule in _CODES and (code := meant_code(value)):
        return _("Is “{code}” meant?").format(code=code)
    if rule == "identity-check" and (longer := upgraded(value)):
        return _("As 18 characters it would be with “19” behind the sixth digit and “{check}” at the end.").format(
            check=longer[-1]
        )
    return ""
