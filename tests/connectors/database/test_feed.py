"""A database as a feed: inserted once, found again, measured before, judged by the receiver, never changed by us."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.database.columns import Columned
from connectors.database.declared import Target, Writing
from connectors.database.filling import Filler, lines_of, number_of, row_of
from mappings.profiles import Profile
from tests.connectors.database.conftest import servers
from tests.connectors.database.lossy import line_to
from tests.connectors.database.rights import grant, user
from tests.connectors.database.sites import PROFILE, Site, on_mariadb
from tests.mariadb import Server
from words.errors import DeliveryError, DriftError, LoginNeeded

COLUMNS = {"wsh": "XK_WSH", "mc": "XK_XDR_MC", "nr": "XK_NR", "jdrq": "XK_JDRQ", "zt": "XK_ZT"}
STATUS = {"column": "jsbs", "pending": ["0"], "done": ["1"], "failed": ["2"], "error": "sbyy"}
PARENT = {
    "table": "licence_in",
    "row": "source_id",
    "columns": COLUMNS,
    "fixed": {"pch": "{batch}", "oper": "{operation}", "bz": "{reason}", "inserttime": "{now}"},
}
CHILD = {"table": "item_in", "row": "source_id", "columns": {"wsh": "XK_WSH", "nr": "XK_NR"}}
BOTH = {
    "tables": [{**PARENT, "status": STATUS}, CHILD],
    "operations": {"publish": "I", "correct": "U", "withdraw": "D"},
    "settles": 0,
}
SHOWN = {
    "select": "SELECT * FROM licence_in WHERE jsbs = '1' AND oper <> 'D'",
    "key": ["source_id"],
    "columns": COLUMNS,
    "received_column": "inserttime",
    "label": "XK_WSH",
}


def made(site: Site, *more: str, key: str = "") -> None:
    """Make exchange tables as a receiver does, the child's rows in need of a parent."""
    moment = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP", "mariadb": "DATETIME"}[site.kind]
    number = {
        "sqlite": "INTEGER PRIMARY KEY",
        "postgresql": "SERIAL PRIMARY KEY",
        "mariadb": "INT AUTO_INCREMENT PRIMARY KEY",
    }
    site.run(
        f"CREATE TABLE licence_in (lsh {number[site.kind]}, source_id VARCHAR(32) NOT NULL UNIQUE, pch VARCHAR(32),"
        f" wsh VARCHAR(20) NOT NULL {key}, mc VARCHAR(50), nr VARCHAR(60), jdrq DATE, zt CHAR(1), oper CHAR(2),"
        f" bz VARCHAR(50), inserttime {moment}, jsbs CHAR(2) NOT NULL, sbyy VARCHAR(200))",
        "CREATE TABLE item_in (source_id VARCHAR(32) NOT NULL REFERENCES licence_in (source_id), wsh VARCHAR(20),"
        " nr VARCHAR(60) NOT NULL CHECK (nr <> '坏'))",
        *more,
    )


def _payloads(*numbers: str, **more: str) -> pl.DataFrame:
    one = {"XK_XDR_MC": "某某公司", "XK_NR": "许可内容", "XK_JDRQ": "2024/03/01", "XK_ZT": "1", **more}
    return pl.DataFrame([{**one, "XK_WSH": number, "record_id": f"r{number}"} for number in numbers])


async def _judged(site: Site, statement: str) -> None:
    """Be the receiver: look every now and then for rows, and judge them."""
    for _look in range(600):
        if await asyncio.to_thread(site.run, "SELECT 1 FROM licence_in"):
            await asyncio.to_thread(site.run, statement)
            return
        await asyncio.sleep(0.03)


async def test_what_the_receiver_says_of_each_row_is_its_receipt(site: Site) -> None:
    """Rows are asked after until they are judged; the reason of a refusal stands with its record."""
    made(site)
    feed = site.feed({**BOTH, "settles": 20})
    (batch,) = await feed.fill(_payloads("1号", "2号", "3号"), "publish", "front-1")
    judge = "UPDATE licence_in SET jsbs = CASE wsh WHEN '2号' THEN '2' ELSE '1' END, sbyy = '文书号重复'"
    receipt, _none = await asyncio.gather(feed.send(batch), _judged(site, judge))
    assert receipt.accepted == ("r1号", "r3号")
    assert receipt.refused == {"r2号": "文书号重复"}
    assert receipt.batch == number_of(batch.file_name)
    (_kind, paper) = receipt.papers[0]
    assert [json.loads(line)["status"].strip() for line in paper.splitlines()].count("2") == 1
    assert receipt == await feed.look_up(batch.file_name, ["r1号", "r2号", "r3号"])
    moment = {"sqlite": "substr(inserttime, 1, 4)", "postgresql": "to_char(inserttime, 'YYYY')"}.get(
        site.kind, "YEAR(inserttime)"
    )
    told = site.run(f"SELECT wsh, mc, jdrq, oper, bz, pch, {moment} FROM licence_in ORDER BY wsh")
    assert [str(cell).strip() for cell in told[0][:5]] == [
        "1号",
        "某某公司",
        "2024-03-01",
        "I",
        "None",
    ]
    assert {row[5] for row in told} == {receipt.batch}
    assert int(told[0][6]) >= 2024


async def test_what_nobody_judges_in_time_is_there_and_counts_as_accepted(site: Site) -> None:
    """It stands at the receiver, so it must never be sent again; a status that nobody declared is no judgement."""
    made(site)
    feed = site.feed(BOTH)
    (batch,) = await feed.fill(_payloads("1号"), "publish", "front-1")
    assert (await feed.send(batch)).accepted == ("r1号",)
    site.run("UPDATE licence_in SET jsbs = '7'")
    receipt = await feed.look_up(batch.file_name, ["r1号"])
    assert receipt is not None
    assert receipt.accepted == ("r1号",)
    assert await feed.look_up("front-2-1.jsonl", ["r1号"]) is None


async def test_a_correction_is_one_more_row_and_a_withdrawal_too(site: Site) -> None:
    """Insert only: the business key comes again with another operation, and what was there stays as it was."""
    made(site)
    feed = site.feed(BOTH, SHOWN)
    assert feed.corrects == "replace"
    for action, more in (("publish", {}), ("correct", {"XK_NR": "更正"}), ("withdraw", {"_reason": "撤销原因"})):
        (batch,) = await feed.fill(_payloads("1号", **more), action, f"front-{action}")  # type: ignore[arg-type]
        await feed.send(batch)
    rows = site.run("SELECT oper, nr, bz, wsh FROM licence_in ORDER BY lsh")
    assert [tuple(str(cell or "").strip() for cell in row) for row in rows] == [
        ("I", "许可内容", "", "1号"),
        ("U", "更正", "", "1号"),
        ("D", "许可内容", "撤销原因", "1号"),
    ]


async def test_a_correction_changes_the_one_row_that_it_is_of_if_that_is_declared(site: Site) -> None:
    """The row is found by the declared columns, and by its new number afterwards; none or several are a refusal."""
    made(site)
    feed = site.feed({**BOTH, "tables": [{**PARENT, "status": STATUS, "update": ["wsh"]}]})
    (first,) = await feed.fill(_payloads("1号", "2号", "2号", "3号"), "publish", "front-1")
    await feed.send(first)
    site.run("UPDATE licence_in SET jsbs = '1'")
    (second,) = await feed.fill(_payloads("1号", "2号", "4号", XK_NR="更正"), "correct", "front-2")
    receipt = await feed.send(second)
    assert receipt.accepted == ("r1号",)
    assert set(receipt.refused) == {"r2号", "r4号"}
    rows = site.run("SELECT wsh, nr, jsbs, oper FROM licence_in ORDER BY lsh")
    assert [tuple(cell.strip() for cell in row) for row in rows] == [
        ("1号", "更正", "0", "U"),
        *[(number, "许可内容", "1", "I") for number in ("2号", "2号", "3号")],
    ]
    found = await feed.look_up(second.file_name, ["r1号"])
    assert found is not None
    assert found.accepted == ("r1号",)


async def test_a_withdrawal_says_why_and_leaves_nothing_to_be_shown(site: Site) -> None:
    """The payload of a withdrawal is the record's own form with the reason; without an operation there is none."""
    record = pl.DataFrame([dict.fromkeys(site.feed(BOTH).profile.standard.names, "") | {"document_number": "1号"}])
    back = site.feed(BOTH).withdrawal(record, "错了")
    assert back is not None
    assert (back[0]["XK_WSH"], back[0]["_reason"], back[1]) == ("1号", "错了", "")
    plain = site.feed({"tables": [PARENT]})
    assert plain.withdrawal(record, "错了") is None
    assert plain.corrects == ""
    assert site.feed({"tables": [PARENT], "operations": {"publish": "", "withdraw": "D"}}).corrects == "reissue"


async def test_what_the_receiver_shows_is_read_back(site: Site) -> None:
    """The rows under the profile's headings, with the day on which the receiver took them."""
    made(site)
    feed = site.feed(BOTH, SHOWN)
    assert (await feed.disclosed()).height == 0
    (batch,) = await feed.fill(_payloads("1号", "2号"), "publish", "front-1")
    await feed.send(batch)
    site.run("UPDATE licence_in SET jsbs = '1', inserttime = '2024-03-05 10:00:00' WHERE wsh = '1号'")
    (row,) = (await feed.disclosed()).to_dicts()
    assert (row["XK_WSH"], row["XK_JDRQ"], row["received"], row["_row_key"]) == (
        "1号",
        "2024-03-01",
        "2024-03-05",
        row_of(number_of(batch.file_name), 1),
    )


async def test_a_record_that_the_database_refuses_leaves_no_part_of_itself(site: Site) -> None:
    """The child's refusal takes the parent's row with it; the other records of the batch are inserted."""
    made(site, key="UNIQUE")
    feed = site.feed(BOTH)
    payloads = pl.concat(
        [
            _payloads("1号"),
            _payloads("2号", XK_NR="坏"),
            _payloads("3号"),
            _payloads("1号").with_columns(record_id=pl.lit("again")),
        ]
    )
    (batch,) = await feed.fill(payloads, "publish", "front-1")
    receipt = await feed.send(batch)
    assert receipt.accepted == ("r1号", "r3号")
    assert set(receipt.refused) == {"r2号", "again"}
    assert all(receipt.refused.values())
    assert site.run("SELECT wsh FROM licence_in ORDER BY lsh") == site.run("SELECT wsh FROM item_in ORDER BY wsh")
    assert len(site.run("SELECT wsh FROM item_in")) == 2


@servers
@pytest.mark.parametrize(("loses", "there"), [("answer", True), ("commit", False)])
async def test_a_commit_without_an_answer_is_looked_up(site: Site, loses: Any, there: bool) -> None:
    """The rows that a lost answer left at the receiver are found by their numbers; those that never came are not."""
    made(site)
    async with line_to(site) as (apart, line):
        feed = apart.feed(BOTH)
        (batch,) = await feed.fill(_payloads("1号", "2号"), "publish", "front-1")
        line.loses = loses
        with pytest.raises(DeliveryError) as caught:
            await feed.send(batch)
        assert caught.value.code == "commit-unanswered"
        line.loses = ""
        receipt = await feed.look_up(batch.file_name, ["r1号", "r2号"])
        assert (receipt.accepted if receipt else None) == (("r1号", "r2号") if there else None)
    assert len(site.run("SELECT wsh FROM licence_in")) == len(site.run("SELECT wsh FROM item_in")) == 2 * there


@pytest.mark.parametrize("site", ["postgresql"], indirect=True)
async def test_a_database_that_is_away_for_a_moment_is_asked_again(site: Site) -> None:
    """Before anything is inserted, a connection that does not open is tried once more."""
    made(site)
    async with line_to(site) as (apart, _line):
        socket = Path(apart.url.partition("host=")[2].partition("&")[0].replace("%2F", "/")) / ".s.PGSQL.5432"
        feed = apart.feed(BOTH)
        (batch,) = await feed.fill(_payloads("1号"), "publish", "front-1")
        await feed._database.close()
        socket.rename(socket.with_suffix(".away"))
        sending = asyncio.create_task(feed.send(batch))
        await asyncio.sleep(0.2)
        socket.with_suffix(".away").rename(socket)
        assert (await sending).accepted == ("r1号",)


@servers
async def test_a_feed_needs_no_more_than_select_and_insert(site: Site) -> None:
    """The rights that the page on databases lists are enough for everything that a feed does."""
    made(site)
    site.run(*user(site, "writer"))
    feed = site.feed(BOTH, SHOWN, user=f"writer_{site.here}")
    tables = ("licence_in", "item_in")
    site.run(*(grant(site, "writer", "SELECT", table) for table in tables))
    (batch,) = await feed.fill(_payloads("1号"), "publish", "front-0")
    with pytest.raises(LoginNeeded):
        await feed.send(batch)
    site.run(*(grant(site, "writer", "INSERT", table) for table in tables))
    if site.kind == "postgresql":
        site.run(f"GRANT USAGE ON SEQUENCE licence_in_lsh_seq TO writer_{site.here}")
    await feed.check()
    (batch,) = await feed.fill(_payloads("2号"), "publish", "front-1")
    assert (await feed.send(batch)).accepted == ("r2号",)
    assert await feed.look_up(batch.file_name, ["r2号"])
    assert (await feed.disclosed()).height == 0


async def test_a_value_longer_than_its_column_stops_before_anything_is_inserted(site: Site) -> None:
    """The error names the column and both sizes; a value that just fits is no error."""
    made(site)
    feed = site.feed(BOTH)
    assert await feed.fill(_payloads("1号", XK_NR="字" * 60), "publish", "front-1")
    with pytest.raises(DriftError) as caught:
        await feed.fill(_payloads("1号", XK_NR="字" * 61), "publish", "front-1")
    assert caught.value.code == "column-too-short"
    assert "nr takes 60 characters, the longest has 61" in caught.value.sentence
    assert not site.run("SELECT wsh FROM licence_in")


async def test_lengths_are_counted_in_the_columns_own_encoding(mariadb: Server, tmp_path: Path) -> None:
    """In GBK a text column's bytes are two a character, and three in UTF-8; VARCHAR counts characters in both."""
    site = on_mariadb(mariadb, tmp_path)
    made(
        site, "ALTER TABLE licence_in MODIFY nr TINYTEXT CHARACTER SET gbk", "ALTER TABLE licence_in MODIFY mc TINYTEXT"
    )
    feed = site.feed({"tables": [{**PARENT, "status": STATUS}], "settles": 0})
    for length in (85, 127):
        more = {"XK_NR": "字" * length, "XK_XDR_MC": "字" * min(length, 85)}
        (batch,) = await feed.fill(_payloads("1号", **more), "publish", f"front-{length}")
        assert (await feed.send(batch)).accepted
    for more, told in (
        ({"XK_NR": "字" * 128}, "nr takes 255 bytes, the longest has 256"),
        ({"XK_XDR_MC": "字" * 86}, "mc takes 255"),
    ):
        with pytest.raises(DriftError, match=told):
            await feed.fill(_payloads("1号", **more), "publish", "front-x")
    await site.close()


async def test_characters_that_a_gbk_column_lacks_are_refused_with_their_record(
    mariadb: Server, tmp_path: Path
) -> None:
    """No question mark takes the place of a rare character; the other records of the batch are inserted."""
    site = on_mariadb(mariadb, tmp_path)
    made(site, "ALTER TABLE licence_in MODIFY mc VARCHAR(50) CHARACTER SET gbk")
    feed = site.feed(BOTH)
    (batch,) = await feed.fill(
        pl.concat([_payloads("1号", XK_XDR_MC="𠮷田商店"), _payloads("2号", XK_XDR_MC="龘氏商店")]),
        "publish",
        "front-1",
    )
    receipt = await feed.send(batch)
    assert receipt.accepted == ("r2号",)
    assert "𠮷" in receipt.refused["r1号"]
    assert site.run("SELECT mc FROM licence_in") == [("龘氏商店",)]
    await site.close()


async def test_a_table_without_transactions_is_refused(mariadb: Server, tmp_path: Path) -> None:
    """A parent without its children could stay there."""
    site = on_mariadb(mariadb, tmp_path)
    made(site, "DROP TABLE item_in", "ALTER TABLE licence_in ENGINE = MyISAM")
    with pytest.raises(DriftError, match="MyISAM") as caught:
        await site.feed({"tables": [PARENT]}).check()
    assert caught.value.code == "exchange-table-changed"
    await site.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER TABLE licence_in DROP COLUMN bz", "bz"),
        ("ALTER TABLE licence_in ADD COLUMN dq VARCHAR(6) NOT NULL DEFAULT '1'", ""),
        ("ALTER TABLE item_in RENAME COLUMN source_id TO elsewhere", "source_id"),
        ("DROP TABLE item_in", "item_in"),
    ],
)
async def test_a_changed_exchange_table_stops_before_anything_is_sent(site: Site, change: str, told: str) -> None:
    """What is declared and is not there is named; a new column that fills itself is nobody's business."""
    made(site, change)
    feed = site.feed(BOTH)
    if not told:
        await feed.check()
        return
    with pytest.raises(DriftError, match=told):
        await feed.check()


async def test_a_new_column_that_has_to_be_filled_is_told(site: Site) -> None:
    """Every insert would be refused, so it is said before the first."""
    made(site, "CREATE TABLE other_in (source_id VARCHAR(32), wsh VARCHAR(20), dq VARCHAR(6) NOT NULL)")
    with pytest.raises(DriftError, match="dq"):
        await site.feed({"tables": [{"table": "other_in", "row": "source_id", "columns": {"wsh": "XK_WSH"}}]}).check()


@given(st.text(st.sampled_from("ab字公司·龘𠮷"), max_size=20), st.sampled_from(["gbk", "utf-8", "gb18030", "utf8mb3"]))
def test_a_size_in_bytes_is_what_the_encoding_makes_of_it(value: str, encoding: str) -> None:
    """What fits by this count fits in the column, and what the encoding lacks is told."""
    column = Columned("nr", "text", unit="bytes", encoding=encoding)
    codec = "utf-8" if encoding == "utf8mb3" else encoding
    assert bool(column.unknown(value)) == ("𠮷" in value and encoding in ("gbk", "utf8mb3"))
    if not column.unknown(value):
        assert column.size(value) == len(value.encode(codec))


@given(st.text(st.characters() | st.sampled_from('\u2028\x85\x0b\r\n\ud800"\\'), max_size=20))
def test_a_batch_holds_every_text_as_it_is(value: str) -> None:
    """Line ends of any alphabet, quotes and halves of characters are in the rows that are inserted."""
    columns = {"t": {name: Columned(name, "text") for name in ("n", "r")}}
    writing = Writing(tables=(Target(table="t", row="r", columns={"n": "XK_NR"}),))
    profile = Profile.parse(PROFILE, "front", "front")
    now = datetime.now()  # noqa: DTZ005 - exchange tables keep the wall's time
    batch = Filler(writing, profile, columns, "front").batch([{"XK_NR": value, "record_id": "r"}], "publish", "f", now)
    (line,) = lines_of(batch.content)
    assert line.rows["t"]["n"] == (value or None)


@given(st.lists(st.tuples(st.text(max_size=8), st.integers(1, 9999)), unique=True, max_size=4))
def test_no_two_rows_have_one_number(places: list[tuple[str, int]]) -> None:
    """The numbers of rows are 32 letters and digits, and one attempt's are no other's."""
    numbers = [row_of(number_of(name), number) for name, number in places]
    assert len(set(numbers)) == len(numbers)
    assert all(len(number) == 32 and number.isalnum() for number in numbers)
