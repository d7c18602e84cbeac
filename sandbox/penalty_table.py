"""The exchange table of penalties, in any database: codes, amounts in 元, and when a row changed last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import Column, Date, DateTime, Engine, Integer, MetaData, Numeric, String, Table, Text, insert, update

from sandbox.penalties import yuan
from sandbox.penalty_model import COLUMNS, Penalties, Penalty

NAME = "t_xzcf"
_HOLDERS = {"自然人": "01", "法人及非法人组织": "02", "个体工商户": "04"}
_KINDS = {
    "警告": "01",
    "罚款": "02",
    "没收违法所得": "03",
    "没收非法财物": "04",
    "责令停产停业": "05",
    "暂扣或者吊销许可证": "06",
    "暂扣或者吊销执照": "07",
    "行政拘留": "08",
    "其他": "99",
}
_AMOUNTS = {"CF_NR_FK": "fk_je", "CF_NR_WFFF": "ms_je"}
_LONG = ("CF_SY", "CF_YJ", "CF_NR", "CF_WFXW")


def exchange_table() -> Table:
    """Return the table: the columns of the record in small letters, the amounts in 元 under names of their own."""
    return Table(NAME, MetaData(), Column("row_id", Integer, primary_key=True), *_columns(), Column("gxsj", DateTime))


def _columns() -> list[Column[object]]:
    columns: list[Column[object]] = []
    for _label, code in COLUMNS:
        kind = Numeric(18, 2) if code in _AMOUNTS else Text() if code in _LONG else String(255)
        columns.append(Column(_AMOUNTS.get(code, code.lower()), Date() if code == "CF_JDRQ" else kind))
    return columns


def fill(penalties: Penalties, engine: Engine) -> None:
    """Write the penalties into the exchange table, which is made anew."""
    table = exchange_table()
    table.drop(engine, checkfirst=True)
    table.create(engine)
    rows = [as_row(place, penalty) for place, penalty in enumerate(penalties.rows, 1)]
    with engine.begin() as connection:
        connection.execute(insert(table), rows)


def change(engine: Engine, row_id: int, values: Mapping[str, object], at: datetime) -> None:
    """Let a department put one row right."""
    table = exchange_table()
    with engine.begin() as connection:
        connection.execute(update(table).where(table.c.row_id == row_id).values(**values, gxsj=at))


def as_row(place: int, penalty: Penalty) -> dict[str, object]:
    """Return a penalty as the table holds it; what is empty is NULL."""
    values: dict[str, object] = {code.lower(): text or None for code, text in penalty.values.items()}
    for code, column in _AMOUNTS.items():
        amount = yuan(str(values.pop(code.lower()) or ""))
        values[column] = Decimal(amount) if amount else None
    values["cf_xdr_lb"] = _HOLDERS[penalty.values["CF_XDR_LB"]]
    values["cf_cflb"] = ";".join(_coded(kind) for kind in penalty.values["CF_CFLB"].split("、"))
    values["cf_jdrq"] = date.fromisoformat(penalty.values["CF_JDRQ"])
    changed = datetime.combine(penalty.decided, time(8)) + timedelta(seconds=place)
    return {"row_id": place, **values, "gxsj": changed}


def _coded(kind: str) -> str:
    name, dash, note = kind.partition("-")
    return f"{_KINDS[name]}{dash}{note}"
