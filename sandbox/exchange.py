"""The front database: permits, drawing reviews and commitments once more, in tables of the construction exchange.

Nothing in it is changed in place: a row that says something else is followed by a copy that is invalid and gives the
reason, and by a new valid row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path

from sandbox import spgl
from sandbox.commitments import MATERIAL, Commitment, Event, Permit, Project
from sandbox.numbers import credit_code

FILE = "exchange.sqlite"
COMMITMENTS, PERMITS, REVIEWS = "SPGL_GZCNZBJJGXXB_V3", "SPGL_JZGCSGXKXXB_V3", "SPGL_SGTSJWJSCXXB_V3"
_HEAD = ("dfsjzj", "xzqhdm", "gcdm")
_TAIL = ("sjyxbs", "sjwxyy", "sjsczt", "sbyy", "sync")
#: The columns of each table between those that all of them share.
COLUMNS = {
    COMMITMENTS: (
        "spsxslbm", "spsxbm", "jcbh", "jcsj", "jcbmmc", "jcbmtyshxydm", "jcyjhsm", "sflxgzcn", "gzcnlxqk", "qt",
    ),
    PERMITS: (
        "spsxslbm", "schgsbh", "sgxkzbh", "fzjg", "fzjgtyshxydm", "fzrq", "jsdw", "jsdwdm", "jsdwlx", "gcmc", "jsdz",
        "jsgm", "htjg", "zjzmj",
    ),
    REVIEWS: (
        "stywbh", "jsdw", "jstyshxydm", "scjg", "scjgtyshxydm", "scksrq", "schgsbh", "cswcsj", "cssftg",
        "sczfxwfqtzs", "sctgsj",
    ),
}  # fmt: skip
_ITEM = "150100-SGXK-01"
_REVIEWER = "内蒙古某某施工图审查有限公司", credit_code("91150102", "MA0K7Q2N")
_REASONS = {
    "upload": "材料已上传",
    "confirmation": "部门已确认",
    "extension": "承诺期限已延长",
    "dispute": "异议已受理",
    "ruling": "异议已办结",
    "cancellation": "承诺已撤销",
}

Values = dict[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """What a table says of something from one moment on, and why no longer what it said before; nothing is gone."""

    at: datetime
    table: str
    key: str
    values: Values
    reason: str = ""


def write(projects: Iterable[Project], folder: Path, now: datetime) -> Path:
    """Write the database as it stands at a moment, in one transaction, and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    with closing(sqlite3.connect(path)) as base, base:
        base.execute("PRAGMA synchronous = OFF")
        base.execute("BEGIN IMMEDIATE")
        for table, own in COLUMNS.items():
            columns = (*_HEAD, *own, *_TAIL)
            base.execute(f"CREATE TABLE IF NOT EXISTS {table} (lsh INTEGER PRIMARY KEY, {', '.join(columns)})")
            base.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are our own
            marks = ", ".join(f":{column}" for column in ("lsh", *columns))
            base.executemany(f"INSERT INTO {table} VALUES ({marks})", _rows(projects, table, now))  # noqa: S608
    return path


def _rows(projects: Iterable[Project], table: str, now: datetime) -> Iterator[Mapping[str, object]]:
    """Yield the rows of a table, oldest first; today's are not yet picked up."""
    said: dict[str, Values] = {}
    serial = count(1)
    midnight = datetime.combine(now.date(), time())
    for change in sorted(_changes(projects), key=lambda each: each.at):
        if change.table != table or change.at > now:
            continue
        mark = "1" if change.at < midnight else "0"
        state = {"sjsczt": mark, "sbyy": "", "sync": mark}
        versions = [(old, "0", change.reason)] if (old := said.get(change.key)) else []
        versions += [(change.values, "1", "")] if change.values else []
        for values, valid, reason in versions:
            lsh = next(serial)
            yield {"lsh": lsh, "dfsjzj": f"{change.key}-{lsh}", **values, "sjyxbs": valid, "sjwxyy": reason, **state}
        said[change.key] = change.values


def _changes(projects: Iterable[Project]) -> Iterator[Change]:
    for project in projects:
        changes = [change for permit in project.permits for change in _under(project, permit)]
        yield from changes
        if project.vanishes:
            keys = {(change.table, change.key) for change in changes if change.at < project.vanishes}
            yield from (Change(project.vanishes, *each, {}, "项目信息已注销") for each in sorted(keys))


def _under(project: Project, permit: Permit) -> Iterator[Change]:
    yield _permit(project, permit, permit.issued)
    for commitment in permit.commitments:
        yield _promise(project, permit, commitment, None)
        for event in commitment.events:
            yield _promise(project, permit, commitment, event)
            if event.kind == "upload" and commitment.material == MATERIAL:
                yield _permit(project, permit, event.at)
                yield _review(project, event)


def _place(project: Project) -> Values:
    return {"xzqhdm": project.region, "gcdm": project.code}


def _permit(project: Project, permit: Permit, at: datetime) -> Change:
    values = {
        **_place(project),
        "spsxslbm": permit.instance,
        "schgsbh": permit.certificate_at(at),
        "sgxkzbh": permit.number,
        "fzjg": permit.unit.name,
        "fzjgtyshxydm": permit.unit.code,
        "fzrq": f"{permit.issued:%Y-%m-%d}",
        "jsdw": project.builder.name,
        "jsdwdm": project.builder.code,
        "jsdwlx": project.builder.category,
        "gcmc": permit.work,
        "jsdz": project.address,
        "jsgm": permit.size,
        "htjg": permit.price,
        "zjzmj": permit.area,
    }
    return Change(at, PERMITS, permit.number, values, "补录施工图审查合格书编号")


def _promise(project: Project, permit: Permit, commitment: Commitment, event: Event | None) -> Change:
    """What the table of commitments says once something has happened, or once the commitment was made."""
    at = event.at if event else commitment.made
    unit = (event.unit if event else None) or commitment.unit
    shown = spgl.latest(commitment, at)
    values = {
        **_place(project),
        "spsxslbm": permit.instance,
        "spsxbm": _ITEM,
        "jcbh": commitment.code,
        "jcsj": spgl.stamp(at),
        "jcbmmc": unit.name,
        "jcbmtyshxydm": unit.code,
        "jcyjhsm": commitment.state_at(at),
        "sflxgzcn": str(shown["sflxgzcn"]),
        "gzcnlxqk": str(shown["gzcnlxqk"]),
        "qt": f"承诺期限：{commitment.deadline_at(at) or ''}",
    }
    return Change(at, COMMITMENTS, commitment.code, values, _REASONS[event.kind] if event else "")


def _review(project: Project, event: Event) -> Change:
    begun, first = (f"{event.at - timedelta(days=days):%Y-%m-%d}" for days in (20, 8))
    values = {
        **_place(project),
        "stywbh": f"ST{event.text[3:]}",
        "jsdw": project.builder.name,
        "jstyshxydm": project.builder.code,
        "scjg": _REVIEWER[0],
        "scjgtyshxydm": _REVIEWER[1],
        "scksrq": begun,
        "schgsbh": event.text,
        "cswcsj": first,
        "cssftg": "1",
        "sczfxwfqtzs": "0",
        "sctgsj": f"{event.at:%Y-%m-%d}",
    }
    return Change(event.at, REVIEWS, event.text, values)
