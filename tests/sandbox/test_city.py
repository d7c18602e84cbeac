"""The pretend city keeps its promises: the same from its seed, true to its counts, its codes and its ledgers."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

import pytest
from chinese_calendar import is_workday
from openpyxl import load_workbook
from stdnum.cn import ric, uscc

from sandbox.bookkeeping import Row
from sandbox.city import TODAY, build_city, write_ledgers, write_truth
from sandbox.decisions import make_decisions
from sandbox.mistakes import number_key
from sandbox.model import COLUMNS, City, Decision
from sandbox.numbers import organisation_check
from sandbox.planting import COUNTS, MALFORMED, QUARANTINED, decisions_to_make, draw
from sandbox.styles import SEQUENCE, STYLES
from sandbox.workdays import deadline, timeliness

SIZES = [(seed, scale) for seed in (1, 2, 3) for scale in (0.02, 0.1, 1.0)]

Entry = dict[str, object]

_HEADER_WORDS = {word for style in STYLES.values() for _, word in style.columns}


@cache
def city_of(seed: int = 1, scale: float = 1.0) -> City:
    """Build a city once for all tests."""
    return build_city(seed, scale)


@cache
def plan_of(seed: int, scale: float) -> dict[str, str]:
    """Draw again what was planted in a city."""
    return draw(seed, make_decisions(seed, decisions_to_make(scale), TODAY), TODAY, scale)


def entries(city: City) -> list[Entry]:
    """Return the truth's entries."""
    records = city.truth["records"]
    assert isinstance(records, list)
    return records


def counted(city: City, part: str) -> dict[str, int]:
    """Return a table of numbers from the truth."""
    counts = city.truth[part]
    assert isinstance(counts, dict)
    return counts


def number_of(entry: Entry) -> str:
    """Return the document number of an entry."""
    identity = entry["identity"]
    assert isinstance(identity, dict)
    return str(identity["document_number"])


def clean(city: City, seed: int, scale: float) -> Iterator[Decision]:
    """Return the rows in which nothing was planted at the source."""
    plan = plan_of(seed, scale)
    return (row for row in city.decisions if plan.get(row.values["XK_WSH"]) not in {*QUARANTINED, *MALFORMED})


def normalised(text: str) -> str:
    """Take away the writing variants that are harmless in a ledger."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    return re.sub(r"[〔\[【(](\d{4})[〕\]】)]", r"〔\1〕", folded)


def test_same_arguments_give_the_same_city() -> None:
    """Two cities of one seed are equal, and those of two seeds are not."""
    assert build_city(4, 0.05) == build_city(4, 0.05)
    assert build_city(4, 0.05).decisions != build_city(5, 0.05).decisions


def test_default_city_is_the_real_case() -> None:
    """The default city shows 2,772 rows of 20 main items with 99 sub-items, about 60 % of them in one system."""
    city = city_of()
    assert len(city.decisions) == 2772
    assert len({row.item for row in city.decisions}) == 20
    assert len({row.sub_item for row in city.decisions}) == 99
    assert 0.55 < sum(row.department.system == "approval" for row in city.decisions) / 2772 < 0.65
    assert len({row.serial for row in city.decisions}) == len({row.case_no for row in city.decisions}) == 2772


def test_decisions_are_made_on_working_days_of_the_story() -> None:
    """Every decision falls on a working day of the window, the last one on today itself."""
    days = {row.decided for row in city_of().decisions}
    assert min(days) >= date(2024, 3, 15)
    assert max(days) == TODAY
    assert all(is_workday(day) for day in days)
    assert date(2024, 5, 11) in days


def test_values_follow_the_columns_of_the_record() -> None:
    """Every row has the 28 columns in template order, and repeats its decision day and department."""
    for row in city_of().decisions:
        assert list(row.values) == [code for _, code in COLUMNS]
        assert row.values["XK_JDRQ"] == row.decided.isoformat()
        assert row.values["XK_XKJG"] == row.values["XK_LYDW"] == row.department.name
        assert 30 <= len(row.values["XK_NR"]) <= 150


@pytest.mark.parametrize(("seed", "scale"), [(1, 1.0), (2, 0.1)])
def test_clean_rows_would_be_accepted(seed: int, scale: float) -> None:
    """Names, codes, dates and lengths of rows without a planted mistake pass the receiver's checks."""
    for row in clean(city_of(seed, scale), seed, scale):
        values = row.values
        assert re.fullmatch(r"[a-zA-Z()\d\u4e00-\u9fa5]+", values["XK_XDR_MC"])
        assert len(values["XK_XKZS"].encode("gbk")) <= 64
        assert values["XK_XKLB"] != "其他"
        assert values["XK_JDRQ"] == values["XK_YXQZ"] < values["XK_YXQZI"]
        assert date.fromisoformat(values["XK_YXQZI"])


def test_codes_of_clean_rows_are_valid() -> None:
    """Credit codes, the organisation codes inside them and identity numbers carry valid check characters."""
    for row in clean(city_of(), 1, 1.0):
        values = row.values
        if values["XK_XDR_LB"] == "自然人":
            assert not values["XK_XDR_SHXYM"] + values["XK_FRDB"]
            assert ric.is_valid(values["XK_XDR_ZJHM"])
            continue
        assert uscc.is_valid(values["XK_XDR_SHXYM"])
        assert values["XK_XDR_SHXYM"].startswith("92") == (values["XK_XDR_LB"] == "个体工商户")
        assert values["XK_XDR_ZZJG"] == values["XK_XDR_SHXYM"][8:17]
        assert organisation_check(values["XK_XDR_ZZJG"][:8]) == values["XK_XDR_ZZJG"][8]
        assert ric.is_valid(values["XK_FR_ZJHM"])


def test_departments_have_valid_seals() -> None:
    """Every department bears a valid code of an organ of the city."""
    for department in city_of().departments:
        assert department.code.startswith("1115010")
        assert uscc.is_valid(department.code)


@pytest.mark.parametrize(("body", "check"), [("72513935", "X"), ("75591846", "9"), ("78068813", "2")])
def test_organisation_check_follows_the_standard(body: str, check: str) -> None:
    """Published organisation codes end in the computed check character."""
    assert organisation_check(body) == check


@pytest.mark.parametrize(("seed", "scale"), SIZES)
def test_numbers_are_unique(seed: int, scale: float) -> None:
    """Only a decision that both systems show repeats its document and certificate numbers."""
    city = city_of(seed, scale)
    both = sum(kind == "both_systems" for kind in plan_of(seed, scale).values())
    for code in ("XK_WSH", "XK_XKBH"):
        assert len({number_key(row.values[code]) for row in city.decisions}) == len(city.decisions) - both


@pytest.mark.parametrize(("seed", "scale"), SIZES)
def test_truth_adds_up(seed: int, scale: float) -> None:
    """Collected is mapped and quarantined, mapped is due, disclosed and held, and every row is in one entry."""
    city = city_of(seed, scale)
    counts, verdicts = counted(city, "counts"), counted(city, "verdicts")
    quarantined = city.truth["quarantined"]
    assert isinstance(quarantined, list)
    assert counts["collected"] == len(city.decisions) == round(2772 * scale) == city.truth["collected"]
    assert counts["mapped"] == counts["collected"] - counts["quarantined"]
    assert counts["mapped"] == counts["due"] + counts["already_disclosed"] + counts["held"]
    serials = [serial for entry in entries(city) for serial in entry["serials"]]  # type: ignore[attr-defined]
    serials += [entry["serial"] for entry in quarantined]
    assert sorted(serials) == [row.serial for row in city.decisions]
    assert verdicts["on_time"] + verdicts["due_soon"] + verdicts["late"] == len(entries(city))


@pytest.mark.parametrize(("seed", "scale"), SIZES)
def test_every_kind_is_planted_apart(seed: int, scale: float) -> None:
    """Each kind has its share of decisions, at least one, and no decision is planted twice."""
    found = Counter(plan_of(seed, scale).values())
    assert found == {kind: max(1, round(count * scale)) for kind, count in COUNTS.items()}


@pytest.mark.parametrize("seed", range(10, 22))
def test_a_small_city_finds_room(seed: int) -> None:
    """A city of 55 rows still holds every kind, with decisions due soon and on time near its end."""
    verdicts = counted(build_city(seed, 0.02), "verdicts")
    assert verdicts["due_soon"] >= 1
    assert verdicts["on_time"] >= 1


def test_a_city_too_small_is_refused() -> None:
    """A scale without room for the planted mistakes is an error, not a smaller truth."""
    with pytest.raises(ValueError, match="no room"):
        build_city(1, 0.005)


def test_default_verdicts_are_the_planted_ones() -> None:
    """The verdicts of the default city follow from the planted counts alone."""
    city = city_of()
    verdicts = counted(city, "verdicts")
    assert counted(city, "counts")["quarantined"] == 12
    assert counted(city, "counts")["already_disclosed"] == 260
    assert counted(city, "counts")["held"] == 14 + 20 + 5 + 15 + 2 * 4 + 12
    assert verdicts["differs"] == 30 + 20 + 5 + 12
    assert verdicts["only_in_source"] == 45 + 8
    assert verdicts["only_in_ledger"] == 10 + 8
    assert verdicts["only_in_feed"] == 8
    assert verdicts["ambiguous"] == 15 + 4
    assert verdicts["malformed"] == 14


@pytest.mark.parametrize(
    ("decided", "due"),
    [
        ("2024-03-15", "2024-03-26"),
        ("2024-02-08", "2024-02-23"),
        ("2024-09-30", "2024-10-15"),
        ("2025-01-24", "2025-02-10"),
        ("2025-04-30", "2025-05-14"),
        ("2025-09-30", "2025-10-16"),
        ("2026-02-13", "2026-03-02"),
        ("2026-09-30", "2026-10-15"),
        ("2026-02-14", "2026-03-03"),
    ],
)
def test_deadline_is_the_seventh_working_day(decided: str, due: str) -> None:
    """Holidays are left out and make-up weekends counted."""
    assert deadline(date.fromisoformat(decided)) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("decided", "received", "verdict"),
    [
        (date(2024, 8, 1), None, "late"),
        (date(2024, 8, 2), None, "due_soon"),
        (date(2024, 8, 6), None, "due_soon"),
        (date(2024, 8, 7), None, "on_time"),
        (date(2024, 3, 15), date(2024, 3, 26), "on_time"),
        (date(2024, 3, 15), date(2024, 3, 27), "late"),
    ],
)
def test_timeliness_counts_the_days_that_are_left(decided: date, received: date | None, verdict: str) -> None:
    """Two working days before the deadline a decision is due soon, after it late; a receipt settles it."""
    assert timeliness(decided, received, TODAY) == verdict


def test_platform_shows_nothing_from_the_future() -> None:
    """Every published record was received between its decision and today, about one in ten of them late."""
    city = city_of()
    late = 0
    for record in city.published:
        decided = date.fromisoformat(record.values["XK_JDRQ"])
        assert decided <= record.received <= TODAY
        late += record.received > deadline(decided)
    assert len(city.published) == 280
    assert 10 <= late <= 50


def test_older_values_stand_where_truth_says() -> None:
    """A published record differs from its decision in exactly the column that truth names against the feed."""
    city = city_of()
    shown = {row.values["XK_WSH"]: row.values for row in city.decisions}
    told = {number_of(entry): entry["differs"] for entry in entries(city) if entry["against"] == "feed"}
    found = {}
    for record in city.published:
        if values := shown.get(record.values["XK_WSH"]):
            found[values["XK_WSH"]] = [code for code in values if values[code] != record.values[code]]
    assert {number: codes for number, codes in found.items() if codes} == told


def test_ledger_mistakes_stand_where_truth_says() -> None:
    """Read by document number, the ledgers miss, repeat, add and mistype exactly what truth tells."""
    city = city_of()
    shown = {row.values["XK_WSH"]: row.values for row in city.decisions}
    bad = {row.values["XK_WSH"] for row in city.decisions if plan_of(1, 1.0).get(row.values["XK_WSH"]) in QUARANTINED}
    written = Counter(row["XK_WSH"] for rows in city.ledgers.values() for row in rows)
    by_number = {row["XK_WSH"]: row for rows in city.ledgers.values() for row in rows}
    for entry in entries(city):
        number, verdict = number_of(entry), entry["verdict"]
        if verdict == "only_in_feed":
            assert number not in written
        elif entry["differs"] == ["XK_WSH"] or verdict == "only_in_source":
            assert number not in written
            assert entry["suggested"] is None or written[str(entry["suggested"])] == 1
        else:
            assert written[number] == (2 if verdict == "ambiguous" and entry["rows"] == 1 else 1)
        if number in shown and number in by_number:
            told = entry["differs"] if entry["against"] == "ledger" else []
            assert _differing(by_number[number], shown[number]) == told
    assert all(written[number] == 1 for number in bad)


def _differing(row: Row, values: dict[str, str]) -> list[str]:
    return [code for code, text in row.items() if code in values and text != values[code]]


def test_typing_mistakes_never_name_another_decision() -> None:
    """A mistyped number, name or code is nobody else's, even with all its zeros and blanks taken away."""
    city = city_of()
    keys = {number_key(normalised(row.values["XK_WSH"])) for row in city.decisions}
    alone = [number_of(entry) for entry in entries(city) if entry["verdict"] == "only_in_ledger"]
    assert len({number_key(normalised(number)) for number in alone} - keys) == len(alone) == 18
    names = {row.values["XK_XDR_MC"] for row in city.decisions}
    codes = {row.values["XK_XDR_SHXYM"] for row in city.decisions}
    by_number = {row["XK_WSH"]: row for rows in city.ledgers.values() for row in rows}
    for entry in entries(city):
        if entry["differs"] == ["XK_XDR_MC"]:
            assert by_number[number_of(entry)]["XK_XDR_MC"] not in names
        if entry["differs"] == ["XK_XDR_SHXYM"]:
            assert by_number[number_of(entry)]["XK_XDR_SHXYM"] not in codes


def test_ledgers_have_no_shared_style() -> None:
    """No two departments share a header, and about two thirds of the ledgers hold the certificate number."""
    headers = {tuple(word for _, word in style.columns) for style in STYLES.values()}
    assert len(headers) == len(STYLES) == len(city_of().departments)
    assert sum("XK_XKBH" in style.codes for style in STYLES.values()) == 8
    assert not {"日期", "名称", "编号", "单位", "姓名"} & {word for header in headers for word in header}


def test_ledgers_say_what_truth_says(tmp_path: Path) -> None:
    """Whatever variants stand in the workbooks, each row reads back as the canonical ledger row."""
    city = city_of()
    paths = write_ledgers(city, tmp_path)
    assert [path.name for path in paths] == [f"{one.name}行政许可台账.xlsx" for one in city.departments]
    for department, path in zip(city.departments, paths, strict=True):
        style = STYLES[department.key]
        read = list(_read(path, department.name, [column for column, _ in style.columns]))
        kept = [_canonical(row, [column for column, _ in style.columns]) for row in city.ledgers[department.key]]
        assert Counter(map(str, read)) == Counter(map(str, kept))


def _read(path: Path, name: str, columns: list[str]) -> Iterator[list[str]]:
    for sheet in load_workbook(path).worksheets:
        rows = list(sheet.iter_rows(values_only=True))
        assert not rows or name in str(rows[0][0])
        for cells in rows:
            # Of all lines only those of decisions have something in the second and in the last but one cell.
            if cells[1] and cells[-2] and str(cells[1]) not in _HEADER_WORDS:
                yield [_text(column, cell) for column, cell in zip(columns, cells, strict=True) if column != SEQUENCE]


def _canonical(row: Row, columns: list[str]) -> list[str]:
    def value(column: str) -> str:
        return "至".join(row[code] for code in column.split("+"))

    return [normalised(value(column)).replace("2099-12-31", "长期") for column in columns if column != SEQUENCE]


def _text(column: str, cell: object) -> str:
    if column == "XK_XDR_SHXYM" and cell in {None, "/", "无"}:
        return ""
    if column in {"XK_JDRQ", "XK_YXQZ", "XK_YXQZI"}:
        return _date_text(cell)
    return normalised("" if cell is None else str(cell))


def _date_text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, int):
        return date.fromordinal(date(1899, 12, 30).toordinal() + cell).isoformat()
    if cell in {"长期", "9999-12-31", "2099/12/31"}:
        return "长期"
    year, month, day = re.match(r"(\d{4})\D?(\d{1,2})\D?(\d{1,2})", str(cell)).groups()  # type: ignore[union-attr]
    return f"{year}-{int(month):02d}-{int(day):02d}"


def test_ledgers_and_truth_are_written_the_same_twice(tmp_path: Path) -> None:
    """The same city gives the same bytes, workbook and truth alike."""
    city = city_of(1, 0.05)
    for first, second in zip(write_ledgers(city, tmp_path / "a"), write_ledgers(city, tmp_path / "b"), strict=True):
        assert first.read_bytes() == second.read_bytes()
    assert write_truth(city, tmp_path / "a").read_bytes() == write_truth(city, tmp_path / "b").read_bytes()
