"""The penalties as the departments truly decided them, before any mistake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from sandbox.decisions import FIRST_DAY, LONG_TERM
from sandbox.departments import DEPARTMENTS
from sandbox.items import Item
from sandbox.model import Department
from sandbox.numbers import REGIONS
from sandbox.penalty_model import COLUMNS, Penalty, Values
from sandbox.penalty_offences import CLOSING, CRITICISM, FINE, GAINS, GOODS, LICENCE, OFFENCES, PREFIXES, Offence
from sandbox.subjects import Subject, Subjects
from sandbox.workdays import working_days

#: Parties of penalties are others than those of licences.
_OTHERS = 7_919
_BUSY_LAST_DAYS = 8
_PLACES = ("营业场所内", "仓库内", "施工现场", "公路检查站")


def decide(seed: int, total: int, today: date) -> list[Penalty]:
    """Return ``total`` clean penalties in the order of their days."""
    rng = Random(f"{seed}/penalties")
    subjects = Subjects(seed + _OTHERS)
    departments = {each.key: each for each in DEPARTMENTS}
    registers = {key: _register(rng) for key in PREFIXES}
    made = []
    for day, offence in zip(_days(rng, total, today), _offences(rng, total), strict=True):
        department = departments[offence.department]
        number = f"{PREFIXES[department.key]}〔{day.year}〕{next(registers[department.key])}号"
        party = subjects.holder(_as_item(offence))
        values = _party(party) | _penalty(rng, offence, party, day) | _seal(department) | {"CF_WSH": number}
        made.append(Penalty(department, day, {code: values.get(code, "") for _, code in COLUMNS}))
    return made


def _offences(rng: Random, total: int) -> list[Offence]:
    """Draw an offence for each penalty, every one once at least."""
    drawn = [*OFFENCES, *rng.choices(OFFENCES, k=total - len(OFFENCES))]
    rng.shuffle(drawn)
    return drawn


def _register(rng: Random) -> Iterator[int]:
    number = rng.randint(5, 60)
    while True:
        number += rng.choice((1, 1, 1, 2))
        yield number


def _days(rng: Random, total: int, today: date) -> list[date]:
    days = working_days(FIRST_DAY, today)
    busy = days[-_BUSY_LAST_DAYS:]
    return sorted([*busy, *rng.choices(days, k=total - len(busy))])


def _as_item(offence: Offence) -> Item:
    return Item(offence.department, offence.name, "", "", "", 1, offence.parties, offence.trades, (), ())


def _party(party: Subject) -> Values:
    return {
        "CF_XDR_MC": party.name,
        "CF_XDR_LB": party.category,
        "CF_XDR_SHXYM": party.credit_code,
        "CF_XDR_GSZC": party.registration,
        "CF_XDR_ZZJG": party.credit_code[8:17],
        "CF_FRDB": party.legal,
        "CF_FR_ZJLX": "身份证" if party.legal_identity else "",
        "CF_FR_ZJHM": party.legal_identity,
        "CF_XDR_ZJLX": "身份证" if party.identity else "",
        "CF_XDR_ZJHM": party.identity,
    }


def _penalty(rng: Random, offence: Offence, party: Subject, day: date) -> Values:
    kinds = [kind for kind in offence.kinds if kind != LICENCE or rng.random() < 0.4]
    fine = rng.randrange(*offence.fines, 500) if FINE in kinds else 0
    taken = rng.randint(100, 90_000) if {GAINS, GOODS} & set(kinds) else 0
    certificate = f"{offence.certificate} {party.region}{rng.randrange(10**6):06d}" if LICENCE in kinds else ""
    place = f"{REGIONS[party.region]}{rng.choice(_PLACES)}"
    return {
        "CF_WFXW": offence.name,
        "CF_SY": f"{day.month}月检查时，当事人在{place}{offence.facts}",
        "CF_YJ": offence.basis,
        "CF_CFLB": "、".join(kinds),
        "CF_NR": "；".join(_said(kinds, fine, taken, certificate)),
        "CF_NR_FK": wan(fine) if fine else "",
        "CF_NR_WFFF": wan(taken) if taken else "",
        "CF_NR_ZKDX": certificate,
        "CF_JDRQ": day.isoformat(),
        "CF_YXQ": LONG_TERM if rng.random() < 0.2 else f"{day + timedelta(days=365)}",
        "CF_GSJZQ": public_until(day, kinds),
    }


def _said(kinds: list[str], fine: int, taken: int, certificate: str) -> Iterator[str]:
    told = {
        FINE: f"罚款人民币{fine}元",
        GAINS: f"没收违法所得{taken}元",
        GOODS: "没收违法经营的物品",
        LICENCE: f"暂扣{certificate}",
        CLOSING: "责令停产整治",
        CRITICISM: "通报批评",
    }
    yield from (told.get(kind, kind) for kind in kinds)


def wan(yuan: int) -> str:
    """Write an amount in 元 as one in 万元."""
    return f"{yuan / 10_000:.6f}".rstrip("0").rstrip(".")


def public_until(day: date, kinds: list[str]) -> str:
    """Return the end of publication: three months for the lightest, three years for the gravest, else one year."""
    if LICENCE in kinds or CLOSING in kinds:
        return day.replace(year=day.year + 3).isoformat()
    light = not {FINE, GAINS, GOODS} & set(kinds)
    return f"{day + timedelta(days=90 if light else 365)}"


def _seal(department: Department) -> Values:
    return {
        "CF_CFJG": department.name,
        "CF_CFJGDM": department.code,
        "CF_SJLY": department.name,
        "CF_SJLYDM": department.code,
    }


def with_another_party(penalty: Penalty, subjects: Subjects) -> Penalty:
    """Return the same decision against another party, under the same number."""
    offence = next(each for each in OFFENCES if each.name == penalty.values["CF_WFXW"])
    return replace(penalty, values=penalty.values | _party(subjects.holder(_as_item(offence))))
