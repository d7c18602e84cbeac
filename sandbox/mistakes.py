"""Mistakes: what a system shows wrongly, and what a clerk types wrongly."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from sandbox import names
from sandbox.model import Decision
from sandbox.numbers import ALPHABET

_LOOKALIKES = {
    "源": "原",
    "达": "大",
    "恒": "桓",
    "鑫": "金",
    "晟": "盛",
    "澜": "兰",
    "禾": "和",
    "阳": "杨",
    "伟": "玮",
}
_COMMON = "天地玄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"


def at_source(decision: Decision, kind: str, rng: Random) -> Decision:
    """Return the decision as its system shows it with a planted mistake of a kind."""
    values = decision.values
    wrong = {
        "impossible_date": lambda: {"XK_YXQZI": _impossible_date(values["XK_JDRQ"], rng)},
        "wrong_check_character": lambda: {"XK_XDR_SHXYM": _wrong_check(values["XK_XDR_SHXYM"], rng)},
        "masked_name": lambda: {"XK_XDR_MC": _masked(values["XK_XDR_MC"])},
        "dotted_name": lambda: {"XK_XDR_MC": names.dotted_person(rng)},
        "long_certificate": lambda: {"XK_XKZS": _long_certificate(values["XK_XKZS"])},
        "bare_other": lambda: {"XK_XKLB": "其他"},
    }
    return replace(decision, values=values | wrong[kind]())


def _impossible_date(decided: str, rng: Random) -> str:
    return f"{int(decided[:4]) + rng.randint(1, 3)}-{rng.choice(('02-30', '04-31', '06-31', '09-31', '11-31'))}"


def _wrong_check(code: str, rng: Random) -> str:
    return code[:-1] + rng.choice(ALPHABET.replace(code[-1], ""))


def _masked(name: str) -> str:
    middle = len(name) // 2
    return name[: middle - 1] + "**" + name[middle + 1 :]


def _long_certificate(name: str) -> str:
    return f"内蒙古自治区呼和浩特市{name}(正本与副本合并使用并附带电子证照二维码版本)"


def typed_value(row: dict[str, str], rng: Random, people: Collection[str]) -> tuple[str, str]:
    """Mistype a column that identifies nothing; returns its code and the wrong text."""
    codes = ["XK_JDRQ"]
    if row.get("XK_FRDB"):
        codes.append("XK_FRDB")
    if row.get("XK_YXQZI", "2099").partition("-")[0] != "2099":
        codes.append("XK_YXQZI")
    code = rng.choice(codes)
    if code == "XK_FRDB":
        return code, other_person(rng, people)
    if code == "XK_YXQZI":
        return code, other_year(row[code], row["XK_JDRQ"], rng)
    return code, _other_day(row[code], rng)


def _other_day(text: str, rng: Random) -> str:
    """Move a date by a day or two inside its month, so that the row stays in the month it is filed under."""
    day = date.fromisoformat(text)
    moved = [day + timedelta(days=step) for step in (-2, -1, 1, 2)]
    return rng.choice([other for other in moved if other.month == day.month]).isoformat()


def other_year(text: str, decided: str, rng: Random) -> str:
    """Put the end of a licence into a neighbouring year, never before the decision."""
    steps = (-1, 1) if int(text[:4]) - 1 > int(decided[:4]) else (1,)
    return f"{int(text[:4]) + rng.choice(steps)}{text[4:].replace('02-29', '02-28')}"


def other_person(rng: Random, people: Collection[str]) -> str:
    """Name somebody who is nobody of ``people``."""
    while (name := names.person(rng)) in people:
        pass
    return name


def typed_identity(row: dict[str, str], rng: Random, taken: Collection[str]) -> tuple[str, str]:
    """Mistype one character of the name or two of the credit code; returns the column and the wrong text."""
    code = rng.choice(("XK_XDR_MC", "XK_XDR_SHXYM")) if row["XK_XDR_SHXYM"] else "XK_XDR_MC"
    while True:
        wrong = _other_name(row[code], rng) if code == "XK_XDR_MC" else _other_code(row[code], rng)
        if wrong not in taken:
            return code, wrong


def _other_name(name: str, rng: Random) -> str:
    place = rng.choice([index for index, char in enumerate(name) if "\u4e00" <= char <= "\u9fa5"])
    other = _LOOKALIKES.get(name[place]) or rng.choice(_COMMON.replace(name[place], ""))
    return name[:place] + other + name[place + 1 :]


def _other_code(code: str, rng: Random) -> str:
    chars = list(code)
    for place in rng.sample(range(8, 18), 2):
        chars[place] = rng.choice(ALPHABET.replace(chars[place], ""))
    return "".join(chars)


def number_key(number: str) -> str:
    """Reduce a document number to what tells it apart, whatever zeros stand before its digits."""
    return re.sub(r"\d+", lambda digits: str(int(digits[0])), number)


def typed_number(number: str, rng: Random, taken: Collection[str]) -> str:
    """Mistype one digit of a document number, or swap two; ``taken`` holds the keys of all true numbers."""
    places = [index for index, char in enumerate(number) if char.isdigit()]
    while True:
        chars = list(number)
        place, other = rng.sample(places, 2)
        if rng.random() < 0.5:
            chars[place] = rng.choice("123456789")
        elif abs(place - other) == 1:
            chars[place], chars[other] = chars[other], chars[place]
        wrong = "".join(chars)
        if number_key(wrong) not in taken:
            return wrong
