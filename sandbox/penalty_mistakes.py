"""The mistakes that are planted among penalties: which, how often, and what each makes of a decision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from sandbox import mistakes, names
from sandbox.numbers import ALPHABET
from sandbox.penalty_model import Penalty, Values
from sandbox.penalty_offences import CRITICISM, FINE
from sandbox.workdays import after

#: A record that the platform had before the story begins may have come three weeks late.
_LATEST_RECEIPT = 16
_LONG_LAW = "，并参照《内蒙古自治区行政处罚裁量权基准》关于从轻、从重情节的全部规定"


@dataclass(frozen=True, slots=True)
class Planted:
    """One kind of mistake, or of good record that is easily taken for one.

    ``share`` is how often it comes at scale 1, once at least. Of a quarantined one ``field`` is the code of what is
    wrong.
    """

    share: int
    verdict: str
    bucket: str
    why: str
    field: str = ""


#: The kinds that find the fewest places come first.
KINDS: dict[str, Planted] = {
    "dotted_name": Planted(2, "agreed", "held", "the platform takes no middle dot in a name"),
    "bare_other": Planted(2, "agreed", "held", "the platform wants a note behind 其他"),
    "fine_missing": Planted(3, "", "quarantined", "a fine without its amount", "CF_NR_FK"),
    "other_value": Planted(8, "differs", "due", "the ledger has a nought too many in the fine"),
    "wrong_check_character": Planted(2, "", "quarantined", "the check character is wrong", "CF_XDR_SHXYM"),
    "masked_name": Planted(2, "", "quarantined", "the name is masked with *", "CF_XDR_MC"),
    "impossible_date": Planted(2, "", "quarantined", "the calendar has no such day", "CF_YXQ"),
    "public_too_long": Planted(2, "", "quarantined", "disclosed for longer than three years", "CF_GSJZQ"),
    "long_basis": Planted(3, "agreed", "held", "the platform takes 800 bytes of 处罚依据"),
    "listed_twice": Planted(3, "ambiguous", "held", "the exchange table has two rows of it"),
    "written_twice": Planted(4, "ambiguous", "held", "the ledger has two rows of it"),
    "only_in_feed": Planted(3, "only_in_feed", "", "the platform shows it, and no department knows it"),
    "disclosed_older": Planted(4, "differs", "held", "the platform shows what it said before it was put right"),
    "disclosed": Planted(30, "agreed", "already_disclosed", "the platform shows it as it is"),
    "two_parties": Planted(6, "agreed", "due", "one decision against two parties, each of which is disclosed"),
    "missing": Planted(12, "only_in_source", "due", "the ledger does not have it"),
    "other_identity": Planted(5, "differs", "held", "the ledger has another name"),
    "only_in_ledger": Planted(4, "only_in_ledger", "", "the ledger has it, and the exchange table does not"),
}
PLAIN = Planted(0, "agreed", "due", "nothing is wrong")
DISCLOSED = ("disclosed", "disclosed_older", "only_in_feed")
NOT_SHOWN = ("only_in_ledger", "only_in_feed")


def draw(rng: Random, made: Sequence[Penalty], today: date, scale: float) -> dict[int, str]:
    """Return the kind of some decisions, by their place; no decision has two.

    Raises:
        ValueError: there is no room for one of every kind.
    """
    plan: dict[int, str] = {}
    for kind, planted in KINDS.items():
        count = max(1, round(planted.share * scale))
        free = [place for place, each in enumerate(made) if place not in plan and _fits(kind, each, today)]
        if len(free) < count:
            raise ValueError(f"there is no room for {count} × {kind}")
        plan |= dict.fromkeys(rng.sample(free, count), kind)
    return plan


def _fits(kind: str, penalty: Penalty, today: date) -> bool:
    values = penalty.values
    needs: Mapping[str, bool] = {
        "dotted_name": values["CF_XDR_LB"] in {"自然人", "个体工商户"},
        "bare_other": CRITICISM in values["CF_CFLB"],
        "fine_missing": FINE in values["CF_CFLB"],
        "other_value": FINE in values["CF_CFLB"],
        "wrong_check_character": bool(values["CF_XDR_SHXYM"]),
        "masked_name": bool(values["CF_XDR_SHXYM"]),
    }
    early = penalty.decided <= after(today, -_LATEST_RECEIPT)
    return needs.get(kind, True) and (early or kind not in DISCLOSED)


def at_source(penalty: Penalty, kind: str, rng: Random) -> Penalty:
    """Return the decision as the exchange table shows it with a planted mistake."""
    values = penalty.values
    wrong: Mapping[str, Callable[[], Values]] = {
        "dotted_name": lambda: {"CF_XDR_MC": names.dotted_person(rng)},
        "bare_other": lambda: {"CF_CFLB": values["CF_CFLB"].replace(CRITICISM, "其他")},
        "fine_missing": lambda: {"CF_NR_FK": ""},
        "wrong_check_character": lambda: {"CF_XDR_SHXYM": _wrong_check(values["CF_XDR_SHXYM"], rng)},
        "masked_name": lambda: {"CF_XDR_MC": _masked(values["CF_XDR_MC"])},
        "impossible_date": lambda: {"CF_YXQ": f"{penalty.decided.year + 1}-02-30"},
        "public_too_long": lambda: {"CF_GSJZQ": f"{penalty.decided.year + 4}-01-01"},
        "long_basis": lambda: {"CF_YJ": values["CF_YJ"] + _LONG_LAW * 12},
    }
    return replace(penalty, values=values | wrong[kind]()) if kind in wrong else penalty


def older(values: Values) -> Values:
    """Return what the platform was told before the decision was put right."""
    return values | {"CF_SY": values["CF_SY"].replace("当事人", "该单位", 1)}


def other_name(name: str, rng: Random, taken: set[str]) -> str:
    """Mistype one character of a name."""
    return mistakes.typed_identity({"XK_XDR_MC": name, "XK_XDR_SHXYM": ""}, rng, taken)[1]


def _wrong_check(code: str, rng: Random) -> str:
    return code[:-1] + rng.choice(ALPHABET.replace(code[-1], ""))


def _masked(name: str) -> str:
    middle = len(name) // 2
    return f"{name[: middle - 1]}**{name[middle + 1 :]}"
