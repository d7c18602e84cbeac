"""The decisions as the departments truly made them, before any mistake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from sandbox.departments import DEPARTMENTS, SHARES, document_number
from sandbox.items import ITEMS, Item
from sandbox.model import COLUMNS, Decision, Department
from sandbox.numbers import REGIONS
from sandbox.subjects import Subject, Subjects
from sandbox.workdays import working_days

FIRST_DAY = date(2024, 3, 15)
LONG_TERM = "2099-12-31"

# The last days always have decisions, so that some are due soon and some have time, however small the city is.
_BUSY_LAST_DAYS = 10

_STREETS = [
    "新华大街",
    "中山西路",
    "鄂尔多斯大街",
    "呼伦贝尔南路",
    "昭乌达路",
    "锡林郭勒北路",
    "大学东街",
    "成吉思汗大街",
    "通道北街",
    "金川大街",
]
_DUTIES = (
    "申请材料齐全，符合法定形式",
    "经现场核查，符合规定条件和技术标准",
    "经审查符合法律、法规规定的条件",
    "申请人已作出书面告知承诺，符合当场办理条件",
)
_REMINDERS = (
    "请按许可范围依法开展活动。",
    "有效期届满需要延续的，应当提前三十日提出申请。",
    "请接受监督检查，事项变化时及时办理变更。",
)
_REMARKS = ("", "", "", "", "", "", "告知承诺制办理", "容缺受理", "延续换证", "一网通办")


def make_decisions(seed: int, total: int, today: date) -> list[Decision]:
    """Make ``total`` clean decisions in the order of their days; serials are given later."""
    if today < FIRST_DAY:
        raise ValueError(f"the story begins on {FIRST_DAY}, not on {today}")
    rng = Random(f"{seed}/decisions")
    subjects = Subjects(seed)
    registers = {department.key: _register(rng) for department in DEPARTMENTS}
    running = _register(rng)
    departments = {department.key: department for department in DEPARTMENTS}
    made = []
    for day, (item, sub) in zip(_days(seed, total, today), _catalogue(seed, total), strict=True):
        department = departments[item.department]
        number = document_number(department, day.year, next(registers[department.key]))
        subject = subjects.holder(item)
        values = _holder(subject) | _licence(rng, item, sub, subject, day, next(running)) | _seal(department)
        values |= {"XK_WSH": number, "BZ": rng.choice(_REMARKS)}
        ordered = {code: values.get(code, "") for _, code in COLUMNS}
        made.append(Decision(0, "", department, item.name, f"{item.name}({sub})", day, ordered))
    return made


def _register(rng: Random) -> Iterator[int]:
    """Count up from somewhere, with gaps: numbers are also spent on refusals."""
    number = rng.randint(20, 160)
    while True:
        number += rng.choice((1, 1, 1, 1, 1, 2, 3))
        yield number


def _days(seed: int, total: int, today: date) -> list[date]:
    rng = Random(f"{seed}/days")
    days = working_days(FIRST_DAY, today)
    busy = days[-_BUSY_LAST_DAYS:]
    return sorted([*busy, *rng.choices(days, k=total - len(busy))])


def _catalogue(seed: int, total: int) -> Sequence[tuple[Item, str]]:
    """Draw a sub-item for each decision: every one once when there is room, the rest by the departments' shares."""
    rng = Random(f"{seed}/catalogue")
    subs = [(item, sub) for item in ITEMS for sub in item.subs]
    skews = [rng.uniform(1, 6) for _ in subs]
    sums = dict.fromkeys(SHARES, 0.0)
    for (item, _), skew in zip(subs, skews, strict=True):
        sums[item.department] += skew
    weights = [
        SHARES[item.department] * skew / sums[item.department] for (item, _), skew in zip(subs, skews, strict=True)
    ]
    once = subs if total >= len(subs) else []
    drawn = [*once, *rng.choices(subs, weights, k=total - len(once))]
    rng.shuffle(drawn)
    return drawn


def _holder(subject: Subject) -> dict[str, str]:
    return {
        "XK_XDR_MC": subject.name,
        "XK_XDR_LB": subject.category,
        "XK_XDR_SHXYM": subject.credit_code,
        "XK_XDR_GSZC": subject.registration,
        "XK_XDR_ZZJG": subject.credit_code[8:17],
        "XK_FRDB": subject.legal,
        "XK_FR_ZJLX": "身份证" if subject.legal_identity else "",
        "XK_FR_ZJHM": subject.legal_identity,
        "XK_XDR_ZJLX": "身份证" if subject.identity else "",
        "XK_XDR_ZJHM": subject.identity,
    }


def _licence(rng: Random, item: Item, sub: str, subject: Subject, day: date, running: int) -> dict[str, str]:
    ending = day.replace(year=day.year + item.years) - timedelta(days=1)
    return {
        "XK_XKWS": f"{item.name}准予行政许可决定书",
        "XK_XKLB": "其他-补办" if sub.endswith("补办") else item.kind,
        "XK_XKZS": item.certificate,
        "XK_XKBH": item.number.format(region=subject.region, year=day.year, n=running),
        "XK_NR": _content(rng, item, sub, subject),
        "XK_JDRQ": day.isoformat(),
        "XK_YXQZ": day.isoformat(),
        "XK_YXQZI": LONG_TERM if rng.random() < 0.3 else ending.isoformat(),
        "XK_ZT": "无效" if rng.random() < 0.003 else "有效",
    }


def _content(rng: Random, item: Item, sub: str, subject: Subject) -> str:
    place = f"呼和浩特市{REGIONS[subject.region]}{rng.choice(_STREETS)}{rng.randint(1, 320)}号"
    scope = f"许可范围：{rng.choice(item.scopes)}；地址：{place}。"
    return f"准予{item.name}({sub})。{rng.choice(_DUTIES)}。{scope}{rng.choice(('', *_REMINDERS))}"


def _seal(department: Department) -> dict[str, str]:
    return {
        "XK_XKJG": department.name,
        "XK_XKJGDM": department.code,
        "XK_LYDW": department.name,
        "XK_LYDWDM": department.code,
    }
