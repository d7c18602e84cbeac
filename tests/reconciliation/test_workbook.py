from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import polars as pl
import pytest

from mappings.standards import LICENCE
from reconciliation import headings
from reconciliation.judged import row_seal
from reconciliation.report import Bucket, Counts, Rate, Report, Timeliness, Verdict
from reconciliation.summary import by_authority, by_month, equations, summary_blocks, tally
from reconciliation.tables import Column, Table, parts
from reconciliation.texts import LONGEST
from reconciliation.workbook import write_workbook
from tests.reconciliation.builders import AUTHORITIES, IDENTITY_NUMBER, empty_report, report
from words.errors import UsageError
from words.languages import choose

ALL_SHEETS = (
    *("Summary", "Agreed", "Differs", "Only in source", "Only in ledger", "Only in feed", "Ambiguous"),
    *("Held", "Quarantine", "Last days ahead", "Full list", "Days used", "Rates", "Evidence", "Notes"),
)
LISTS = ALL_SHEETS[1:-1]
REVIEWED = ALL_SHEETS[1:7]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A report opened as an auditor's program reads it."""
    choose("en")
    return written(report(), tmp_path_factory.mktemp("workbook"))


def written(made: Report, folder: Path) -> Any:
    """Write a report and open it again."""
    return openpyxl.load_workbook(write_workbook(made, folder / "reports" / "run.xlsx", LICENCE))


def texts(sheet: Any) -> list[list[str]]:
    """Return what the cells of a sheet show."""
    return [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def column(sheet: Any, heading: str) -> list[str]:
    """Return what stands below a heading."""
    head, *rows = texts(sheet)
    return [row[head.index(heading)] for row in rows]


def with_cell(text: str) -> Report:
    """Return a report in whose records one field states this text."""
    made = report(2)
    made.records = made.records.with_columns(content=pl.lit(text))
    return made


def test_every_list_has_its_own_sheet(opened: Any) -> None:
    """The sheets stand in reading order, one per verdict."""
    assert tuple(opened.sheetnames) == ALL_SHEETS


def test_an_empty_list_is_left_out(tmp_path: Path) -> None:
    """A sheet without rows is not made, and the summary shows its zero without a link."""
    book = written(empty_report(), tmp_path)
    assert book.sheetnames == ["Summary", "Full list", "Notes"]
    agreed = next(cell for row in book["Summary"] for cell in row if cell.value == "Agreed")
    assert agreed.hyperlink is None
    assert agreed.offset(column=2).value == 0


@pytest.mark.parametrize("name", LISTS)
def test_the_heading_stays_in_view_and_filters(opened: Any, name: str) -> None:
    """Every list is frozen below its heading, can be filtered, and repeats the heading on paper."""
    sheet = opened[name]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.print_title_rows == "$1:$1"


@pytest.mark.parametrize("name", ALL_SHEETS)
def test_every_page_says_which_run_it_is_of(opened: Any, name: str) -> None:
    """All sheets print on landscape A4 with the run and the page number in the footer."""
    sheet = opened[name]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.oddFooter.left.text == report().run_id
    assert sheet.oddFooter.right.text == "Page &P of &N"


def test_the_summary_prints_on_one_page(opened: Any) -> None:
    """The first sheet is fitted to one page in both directions."""
    setup = opened["Summary"].page_setup
    assert (setup.fitToWidth or 1, setup.fitToHeight or 1) == (1, 1)
    assert opened["Summary"].sheet_properties.pageSetUpPr.fitToPage


@pytest.mark.parametrize("name", ALL_SHEETS)
def test_evidence_is_locked_and_reading_is_not(opened: Any, name: str) -> None:
    """Cells are protected without a password, while filters, sorting and widths stay allowed."""
    protection = opened[name].protection
    assert protection.sheet
    assert protection.password is None
    forbidden = (protection.autoFilter, protection.sort, protection.formatColumns, protection.formatRows)
    assert not any(forbidden)


@pytest.mark.parametrize("name", REVIEWED)
def test_only_the_answers_can_be_edited(opened: Any, name: str) -> None:
    """Disposition, reviewer and reason are unlocked on every row, and nothing else is."""
    sheet = opened[name]
    open_cells = {cell.column for row in sheet.iter_rows(min_row=2) for cell in row if not cell.protection.locked}
    last = sheet.max_column
    assert open_cells == {last - 2, last - 1, last}
    assert texts(sheet)[0][-3:] == ["Disposition", "Reviewer", "Reason given"]


@pytest.mark.parametrize("name", REVIEWED)
def test_a_disposition_is_chosen_from_a_list(opened: Any, name: str) -> None:
    """The drop-down covers every row with the six dispositions."""
    sheet = opened[name]
    (rule,) = sheet.data_validations.dataValidation
    assert rule.formula1 == '"Deliver,Hold,Correct the source,Correct the ledger,Exempt,No action"'
    letter = sheet.cell(1, sheet.max_column - 2).column_letter
    assert str(rule.sqref) in (f"{letter}2:{letter}{sheet.max_row}", f"{letter}2")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "-5",
        "+1",
        "@x",
        "\t=1",
        " padded ",
        "000100000236",
        "91150100MA0N12340B",
        "150102199003074514",
        "<a&b>",
        "一\n二",
    ],
)
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    """Nothing that a source states becomes a formula or a number, and nothing of it is lost."""
    sheet = written(with_cell(text), tmp_path)["Full list"]
    head = texts(sheet)[0]
    cell = sheet.cell(2, head.index("Licence content") + 1)
    assert (cell.data_type, cell.value) == ("s", text)


def test_what_xml_refuses_is_dropped(tmp_path: Path) -> None:
    """Control characters vanish, so that a spreadsheet program opens the file without repair."""
    sheet = written(with_cell("甲\x00\x0b\x1f乙\r\n丙"), tmp_path)["Full list"]
    assert column(sheet, "Licence content")[0] == "甲乙\n丙"


def test_a_text_that_looks_like_an_escape_is_kept(tmp_path: Path) -> None:
    """Office would read “_x0041_” as the letter A, so the underscore is written escaped, marked text included."""
    made = with_cell("_x0041_")
    made.differences = made.differences.vstack(pl.DataFrame([_difference(1)], schema=made.differences.schema))
    made.verdicts = made.verdicts.with_columns(verdict=pl.lit("differs"))
    path = write_workbook(made, tmp_path / "run.xlsx", LICENCE)
    with ZipFile(path) as archive:
        sheets = "".join(archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name)
    assert ">_x005F_x0041_<" in sheets
    assert ">a_x005F_x0041_<" in sheets


def _difference(group: int) -> dict[str, object]:
    values = {"field": "content", "against": "ledger", "source_value": "a_x0041_1", "other_value": "a_x0041_2"}
    return {"group": group, "document_number": "", "name": "", **values, "origin": ""}


def test_a_text_too_long_for_a_cell_is_cut_visibly(tmp_path: Path) -> None:
    """A cell never holds more than the format allows, and says so where it was cut."""
    value = column(written(with_cell("长" * (LONGEST + 1)), tmp_path)["Full list"], "Licence content")[0]
    assert len(value) == LONGEST
    assert value.endswith("… [cut; the record holds the rest]")


def test_a_list_too_long_for_a_sheet_goes_on_behind_it() -> None:
    """Rows beyond the limit of a sheet stand on a second one, in order, banding included."""
    numbers = pl.Series(range(5))
    table = Table(
        "Full list",
        "#000000",
        (Column("n", numbers, pieces=[((str(each), ""),) for each in numbers]),),
        numbers % 2 == 1,
    )
    cut = list(parts(table, limit=2))
    assert [part.name for part in cut] == ["Full list", "Full list (2)", "Full list (3)"]
    assert [part.columns[0].values.to_list() for part in cut] == [[0, 1], [2, 3], [4]]
    assert [part.band.to_list() for part in cut if part.band is not None] == [[False, True], [False, True], [False]]


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two auditors can compare hashes."""
    one, other = (write_workbook(report(), tmp_path / name, LICENCE).read_bytes() for name in ("a.xlsx", "b.xlsx"))
    assert one == other


def test_personal_numbers_are_masked_everywhere(tmp_path: Path) -> None:
    """No sheet shows an identity number in full, and names are kept."""
    path = write_workbook(report(), tmp_path / "run.xlsx", LICENCE)
    with ZipFile(path) as archive:
        assert not [name for name in archive.namelist() if IDENTITY_NUMBER.encode() in archive.read(name)]
    book: Any = openpyxl.load_workbook(path)
    for name in ("Full list", "Ambiguous"):
        assert set(column(book[name], "Representative's document number")) == {"150102************"}
        assert set(column(book[name], "Legal representative")) == {"乌兰"}
    assert "150102************" in column(book["Quarantine"], "Value")
    assert "150102************" in column(book["Differs"], "Value at the bureau")


def test_a_difference_shows_both_values_with_their_contrast(tmp_path: Path) -> None:
    """Both values stand side by side, and only the stretch in which they differ is marked."""
    path = write_workbook(report(), tmp_path / "run.xlsx", LICENCE)
    sheet: Any = openpyxl.load_workbook(path, rich_text=True)["Differs"]
    assert texts(sheet)[0][2:6] == ["Field", "Value at the bureau", "Compared with", "Value there"]
    left, right = sheet.cell(2, 4), sheet.cell(2, 6)
    assert [str(run) for run in left.value] == ["91150100MA0N12340", "B"]
    assert [str(run) for run in right.value] == ["91150100MA0N12340", "C"]
    assert left.fill.fgColor.rgb == right.fill.fgColor.rgb != sheet.cell(2, 5).fill.fgColor.rgb


def test_differences_are_banded_by_record(opened: Any) -> None:
    """The fields of one record share a colour, and the next record has the other."""
    sheet = opened["Differs"]
    colours = [sheet.cell(row, 1).fill.fgColor.rgb for row in (2, 3, 4, 5, 8)]
    assert colours == [colours[0]] * 3 + [colours[3], colours[0]]
    assert colours[0] != colours[3]


def test_an_ambiguous_group_is_shown_whole(opened: Any) -> None:
    """Every member stands there with every field that any of them states."""
    sheet = opened["Ambiguous"]
    assert column(sheet, "Side") == ["Source", "Source", "Ledger"]
    assert column(sheet, "Licence content") == ["第1次登记", "第2次登记", "第3次登记"]
    assert "Tax number" not in texts(sheet)[0]


def test_held_lists_what_waits_and_what_was_refused(opened: Any) -> None:
    """The held sheet holds the bucket with its reasons, and rejected and unknown deliveries."""
    sheet = opened["Held"]
    found = {*zip(column(sheet, "Bucket"), column(sheet, "Delivery"), strict=True)}
    assert found == {("Held", ""), ("Due", "Rejected"), ("Due", "Unknown")}


def test_the_full_list_holds_every_field(opened: Any) -> None:
    """Every mapped record is there with all fields of the standard and where it ended."""
    sheet = opened["Full list"]
    expected = {field.english for field in LICENCE.fields} | {"Bucket", "Delivery", "Where it stands"}
    assert set(texts(sheet)[0]) == expected
    assert sheet.max_row - 1 == report().records.height


def test_every_look_has_a_name(opened: Any) -> None:
    """Looks are named cell styles, so that whoever prints the workbook changes one and with it all its cells."""
    sheet = opened["Differs"]
    looks = {
        name: sheet.cell(2, texts(sheet)[0].index(name) + 1).style for name in ("Field", "Value there", "Reviewer")
    }
    assert looks == {"Field": "Yinxin text", "Value there": "Yinxin marked", "Reviewer": "Yinxin entry"}
    assert sheet["A1"].style == "Yinxin heading"
    assert set(looks.values()) <= set(opened.named_styles)


def test_a_cell_that_is_opened_and_left_stays_text(opened: Any) -> None:
    """Evidence bears the mark that keeps text from being read again, and what a person types is text too."""
    sheet = opened["Differs"]
    head = texts(sheet)[0]
    assert sheet.cell(2, 1).quotePrefix
    assert sheet.cell(2, head.index("Reason given") + 1).number_format == "@"


def test_codes_are_not_called_mistakes(tmp_path: Path) -> None:
    """No cell of digits gets the corner by which a program says that a number is stored as text."""
    path = write_workbook(report(3), tmp_path / "run.xlsx", LICENCE)
    with ZipFile(path) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/sheet" in name]
    assert sum(b'numberStoredAsText="1"' in sheet for sheet in sheets) == len(sheets) - 2


def test_the_summary_says_what_the_workbook_holds_and_who_signs(opened: Any) -> None:
    """Every list stands there with its rows and a link, and room is left for three signatures that can be typed in."""
    sheet = opened["Summary"]
    cells = {cell.value: cell for row in sheet for cell in row if cell.value}
    for name in LISTS:
        found = [cell for row in sheet for cell in row if cell.value == name and cell.hyperlink]
        assert str(opened[name].max_row - 1) in {str(cell.offset(column=2).value) for cell in found}, name
    for label in ("Prepared by", "Checked by", "Audited by, date"):
        assert not cells[label].offset(column=1).protection.locked, label


def test_the_file_tells_whether_the_run_added_up(tmp_path: Path) -> None:
    """A list of files shows the status without opening any."""
    made = report(2)
    assert written(made, tmp_path).properties.contentStatus == "Balanced"
    made.counts = replace(made.counts, quarantined=made.counts.quarantined + 1)
    assert written(made, tmp_path).properties.contentStatus == "Not balanced"
    assert written(report(2, dry_run=True), tmp_path).properties.contentStatus == "Dry run"


def test_rates_are_numbers_with_their_counts(opened: Any) -> None:
    """A rate stands beside its numerator and denominator as a number, blank where nothing was counted."""
    head, first, *rest = opened["Rates"].iter_rows()
    assert [cell.value for cell in head][3:] == ["Numerator", "Denominator", "Percent"]
    assert [cell.value for cell in first] == ["Compliance rate", "Whole run", None, 980, 1000, 0.98]
    assert first[5].number_format == "0.00%"
    assert [row[5].value for row in rest if row[2].value == AUTHORITIES[3]] == [None] * 3


def test_evidence_links_are_relative_to_the_workbook(opened: Any) -> None:
    """A link opens the stored piece from wherever workspace and workbook were moved to together."""
    cell = opened["Evidence"]["C2"]
    assert cell.value == f"../.yinxin/evidence/00/{'0' * 64} 回执.png"
    assert cell.hyperlink.target == f"../.yinxin/evidence/00/{'0' * 64}%20%E5%9B%9E%E6%89%A7.png"


def test_a_later_edit_of_a_locked_cell_is_noticed(opened: Any) -> None:
    """The hidden seal of a row is the hash of what the cells before it show."""
    for name in REVIEWED:
        sheet = opened[name]
        head, *rows = texts(sheet)
        seal = head.index("Row seal")
        assert [row_seal(row[:seal]) for row in rows] == [row[seal] for row in rows]
        assert sheet.column_dimensions[sheet.cell(1, seal).column_letter].hidden
    assert row_seal(["a"]) != row_seal(["b"])


def test_an_import_can_tell_run_and_language(opened: Any) -> None:
    """The file's own properties name the run and the language it speaks, and its date is the day of the report."""
    named = {each.name: each.value for each in opened.custom_doc_props}
    assert named == {"yinxin_run": report().run_id, "yinxin_language": "en"}
    assert (opened.properties.title, opened.properties.subject) == (report().title, report().run_id)
    assert opened.properties.created.isoformat()[:10] == report().as_of


def test_the_summary_shows_that_the_run_adds_up(opened: Any) -> None:
    """The ten counts stand in three equations, each with its sign."""
    cells = [value for row in texts(opened["Summary"]) for value in row if value]
    assert cells.count("✓") == 3
    counts = report().counts
    assert [str(number) for number in (counts.collected, counts.mapped, counts.quarantined)] == [
        value for row in texts(opened["Summary"]) for value in row if row[1] == "=" and value.isdigit()
    ][:3]


def test_a_run_that_does_not_add_up_shows_it(tmp_path: Path) -> None:
    """A broken equation bears a cross in workbook and terminal."""
    made = report()
    made.counts = replace(made.counts, quarantined=made.counts.quarantined + 1)
    assert [each.sign for each in equations(made.counts)] == ["✗", "✓", "✓"]
    assert "✗" in {value for row in texts(written(made, tmp_path)["Summary"]) for value in row}


def test_the_summary_links_to_the_sheets(opened: Any) -> None:
    """A verdict leads to its list."""
    links = {cell.value: cell.hyperlink.location for row in opened["Summary"] for cell in row if cell.hyperlink}
    assert links["Only in feed"] == "'Only in feed'!A1"
    assert {"held", "quarantined", "mapped"} <= links.keys()


def test_the_chart_shows_decisions_by_month(opened: Any) -> None:
    """One native chart stacks on time, due soon and late over the months printed below it."""
    (chart,) = opened["Summary"]._charts
    assert [series.tx.strRef.f for series in chart.series] == [f"Summary!${letter}$17" for letter in "OPQ"]


def test_terminal_and_workbook_print_the_same(opened: Any) -> None:
    """Every label and count that the terminal prints stands on the first sheet."""
    rows = [" ".join(value for value in row if value) for row in texts(opened["Summary"])]
    for heading, pairs in summary_blocks(report()):
        assert any(heading in row for row in rows), heading
        for label, value in pairs:
            if re.fullmatch(r"[\d,]+", value):
                assert any(f"{label} {value.replace(',', '')}" in row for row in rows), label


def test_a_dry_run_says_so(tmp_path: Path) -> None:
    """Nobody can take the workbook of a dry run for that of a delivery."""
    made = report(dry_run=True)
    assert summary_blocks(made)[0] == ("Dry run: nothing was delivered.", [])
    assert written(made, tmp_path)["Summary"]["A2"].value == "Dry run: nothing was delivered."


def test_an_equation_reads_as_a_sentence() -> None:
    """Counts are named and grouped by thousands."""
    counts = Counts(collected=2772, mapped=2760, quarantined=12)
    assert equations(counts)[0].text == "collected 2,772 = mapped 2,760 + quarantined 12"


def test_a_rate_over_nothing_is_a_dash() -> None:
    """No rate is invented where nothing was counted."""
    made = empty_report()
    made.rates = [Rate("late", "all", "", 0, 0)]
    assert summary_blocks(made)[-1][1][-1] == ("Late rate", "– (0 of 0)")


def test_the_busiest_authority_stands_first() -> None:
    """Authorities are ordered by how much they decided, then by name."""
    rates = [Rate("late", "authority", name, 0, count) for name, count in (("b", 1), ("a", 1), ("c", 9))]
    made = report(1)
    made.rates = rates
    assert list(by_authority(made)) == ["c", "a", "b"]


def test_authorities_beyond_the_page_are_counted(tmp_path: Path) -> None:
    """The first page stays one page: further authorities are named on the sheet of rates."""
    made = report(3)
    made.rates = [Rate("late", "authority", f"局{number}", 0, 1) for number in range(12)] + [
        Rate("late", "month", "", 0, 1)
    ]
    book = written(made, tmp_path)
    assert "and 2 more on the sheet “Rates”" in {value for row in texts(book["Summary"]) for value in row}
    assert column(book["Rates"], "Authority, item or month")[-1] == "not stated"


def test_every_verdict_is_counted_once() -> None:
    """Tallies name every value, also those that nothing has, and months add up to the dated groups."""
    made = report()
    assert sum(tally(made, "verdict", Verdict).values()) == made.verdicts.height
    assert tally(empty_report(), "timeliness", Timeliness) == {"on_time": 0, "due_soon": 0, "late": 0}
    assert sum(sum(counts.values()) for _month, counts in by_month(made)) == made.verdicts.height


def test_the_notes_let_an_auditor_repeat_the_run(opened: Any) -> None:
    """Notes stand in their order, followed by the meaning of every verdict and the formula of every rate."""
    rows = texts(opened["Notes"])
    assert [row[0] for row in rows[1:5]] == ["Standard", "Calendar", "Mapping", "Chain head"]
    said = {row[1] for row in rows}
    assert said >= {*headings.MEANINGS.values(), *headings.FORMULAS.values()}


def test_the_chain_head_is_printed_on_the_first_sheet(opened: Any) -> None:
    """Cutting the tail of the journal shows, because the day's head is on paper."""
    assert [report().notes["Chain head"]] == [row[2] for row in texts(opened["Summary"]) if row[0] == "Chain head"]


def test_chinese_readers_get_the_labels_of_the_standard(tmp_path: Path) -> None:
    """Under zh the headings are the standard's own."""
    choose("zh")
    book = written(report(), tmp_path)
    full_list = book.worksheets[ALL_SHEETS.index("Full list")]
    assert {field.label for field in LICENCE.fields} <= set(texts(full_list)[0])
    assert full_list["A1"].font.name == "等线"


def test_a_workbook_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    """A file that is open elsewhere ends in one sentence and what to do, not in a traceback."""
    (tmp_path / "run.xlsx").mkdir()
    with pytest.raises(UsageError, match="cannot be written") as raised:
        write_workbook(report(1), tmp_path / "run.xlsx", LICENCE)
    assert raised.value.place.file == str(tmp_path / "run.xlsx")


def test_every_word_of_the_report_has_a_heading() -> None:
    """No code word reaches a reader untranslated."""
    kinds = (*Verdict, *Timeliness, *Bucket, "compliant", "malformed", *Counts().as_dict())
    assert [str(kind) for kind in kinds if str(kind) not in headings.WORDS] == []
    assert headings.field_label(LICENCE, "unheard_of") == "unheard_of"
