"""Databases keep what every connector has to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import pytest

from connectors.base import Feed, Source
from connectors.conformance import FeedConformance, FeedTrouble, SourceConformance, SourceTrouble
from connectors.conformance.hostile import COLUMNS, DAY, KEY, NUMBER
from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.profiles import Profile
from tests.connectors.database.conftest import mariadb, postgres, site
from tests.connectors.database.sites import PROFILE, Site

__all__ = ["mariadb", "postgres", "site"]

_TARGET = {
    "table": "licence_in",
    "row": "source_id",
    "columns": {"wsh": "XK_WSH", "mc": "XK_XDR_MC", "nr": "XK_NR", "jdrq": "XK_JDRQ", "zt": "XK_ZT"},
    "fixed": {"oper": "{operation}", "inserttime": "{now}"},
}
_WRITE = {"tables": [_TARGET], "operations": {"publish": "I", "withdraw": "D"}, "settles": 0}
_SHOWN = {
    "select": "SELECT * FROM licence_in WHERE oper = 'I' AND wsh NOT IN (SELECT wsh FROM licence_in WHERE oper = 'D')",
    "key": ["source_id"],
    "columns": _TARGET["columns"],
    "received_column": "inserttime",
    "label": "XK_WSH",
}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@dataclass
class TableSystem:
    """A table of texts."""

    site: Site
    secret: str = ""

    def show(self, rows: Sequence[Mapping[str, str]]) -> None:
        """Fill the table anew."""
        columns = ", ".join(f"{name} VARCHAR(900)" for name in COLUMNS if name != KEY)
        filled = [f"INSERT INTO shown VALUES ({', '.join(_quoted(row[name]) for name in COLUMNS)})" for row in rows]
        made = f"CREATE TABLE shown ({KEY} VARCHAR(20) PRIMARY KEY, {columns})"
        self.site.run("DROP TABLE IF EXISTS shown", made, *filled, "SELECT 1")

    def connect(self) -> Source:
        """Open it."""
        return self.site.source(table="shown", key=[KEY], since_column=DAY, since_format="%Y-%m-%d", size=15)

    def trouble(self, what: SourceTrouble) -> bool:
        """Its administrator renames a column; whatever else happens, one snapshot is read."""
        if what != "renamed-heading":
            return False
        self.site.run(f"ALTER TABLE shown RENAME COLUMN {NUMBER} TO 决定书号", "SELECT 1")
        return True


class TestTable(SourceConformance):
    """As a source."""

    @pytest.fixture
    def system(self, site: Site) -> TableSystem:
        """Return a table on every kind of server."""
        return TableSystem(site)


@dataclass
class ExchangeSystem:
    """An exchange table that takes whatever is inserted."""

    site: Site
    secret: str = ""

    def empty(self) -> None:
        """Make the table anew."""
        made = (
            "CREATE TABLE licence_in (source_id VARCHAR(32) NOT NULL UNIQUE, wsh VARCHAR(60), mc VARCHAR(90),"
            " nr VARCHAR(900), jdrq DATE, zt CHAR(1), oper CHAR(1), inserttime VARCHAR(30))"
        )
        self.site.run("DROP TABLE IF EXISTS licence_in", made, "SELECT 1")

    def stored(self) -> Sequence[str]:
        """Return what was inserted."""
        return [str(row[0]) for row in self.site.run("SELECT wsh FROM licence_in WHERE oper = 'I'")]

    def connect(self) -> Feed:
        """Open it."""
        return self.site.feed(_WRITE, _SHOWN)

    def records(self, count: int) -> pl.DataFrame:
        """Return records with what the table has columns for."""
        rows = [
            {
                **{"XK_WSH": f"呼审批〔2024〕{number}号", "XK_XDR_MC": "某某公司", "XK_NR": f"许可内容{number}"},
                **{"XK_JDRQ": "2024/03/01", "XK_ZT": "1", ORIGIN: "x", ROW_KEY: str(number)},
            }
            for number in range(count)
        ]
        profile = Profile.parse(PROFILE, "mappings/front.profile.yaml", "front")
        return apply(profile.reading(), pl.DataFrame(rows)).records

    def trouble(self, what: FeedTrouble) -> bool:
        """What a lost answer comes to is tried with a proxy between us and the server, elsewhere."""
        del what
        return False


class TestExchange(FeedConformance):
    """As a feed."""

    @pytest.fixture
    def system(self, site: Site) -> ExchangeSystem:
        """Return an exchange table on every kind of server."""
        return ExchangeSystem(site)
