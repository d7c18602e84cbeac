"""What an unknown heading means: a field, a question, or nothing; never a guess."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mappings.aliases import StandardName
from mappings.headers import plain_header
from mappings.mapping import Mapping
from mappings.proposing import rule_of, text_of
from mappings.recognised import Column, Recognised
from mappings.recognising import recognise
from mappings.standards import STANDARDS
from tests.mappings.rows import patient
from tests.mappings.words import aliases

DAYS = ["2024-03-05", "2024年3月6日", "45000"]
CODES = ["91150100MA0N12340B"]
NUMBERS = ["呼审批许〔2024〕12号", "呼审批许（2024）13号"]
NAMES = ["呼和浩特某某建筑有限公司", "青城（集团）"]
PEOPLE = ["张某某", "李某"]
TEXTS = ["准予施工。", "准予经营。"]
SERIALS = ["150102202403150101", "JY11501020001234"]
KINDS = ["普通", "核准"]
FINES = ["3000", "12,000.50"]
RANGES = ["2024-03-15至2027-03-14", "2024.3.1～2025.2.28"]
PENALTIES = ["罚款", "警告、罚款"]

#: Heading, what stands below, and the field that it is; nothing if it has to be asked about; "-" if it says nothing.
LICENCES: list[tuple[str, list[str], str]] = [
    ("行政相对人名称", NAMES, "name"),
    ("*行政相对人名称", NAMES, "name"),
    ("２．企业名称（必填）：", NAMES, "name"),
    ("单位\n（个人）\n名称", NAMES, "name"),
    ("建设单位", NAMES, "name"),
    ("统一社会\n信用代码", CODES, "uscc"),
    ("行政相对人代码＿1（统一社会信用代码）", CODES, "uscc"),
    ("ＵＳＣＣ", CODES, "uscc"),
    ("XK_XDR_SHXYM", CODES, "uscc"),
    ("统一代码", CODES, "uscc"),
    ("统一代码", SERIALS, ""),
    ("统一代码", [], ""),
    ("许可决定\r\n文书号 *", NUMBERS, "document_number"),
    ("3、文号（选填）", NUMBERS, "document_number"),
    ("行政许可文书编号", NUMBERS, "document_number"),
    ("文号", DAYS[:2], ""),
    ("行政许可编号", SERIALS, ""),
    ("许 可 证 号", SERIALS, "certificate_number"),
    ("施工许可证编号:", SERIALS, "certificate_number"),
    ("发证日期", DAYS, "decision_date"),
    ("行政许可批准日期", DAYS, "decision_date"),
    ("发证日期", NAMES, ""),
    ("有效期（起止）", RANGES, "valid_from valid_until"),
    ("有效期", RANGES, ""),
    ("起始日期", DAYS, "valid_from"),
    ("有 效 期 至", DAYS, "valid_until"),
    ("法定代表人【负责人】", PEOPLE, "legal_representative"),
    ("负责人", NAMES[:1], ""),
    ("许可类别", KINDS, "licence_kind"),
    ("许可类别", ["01", "02"], ""),
    ("业务类型", KINDS, "licence_kind"),
    ("业务类型", ["新办", "变更"], ""),
    ("行政许可内容", TEXTS, ""),
    ("经营范围", TEXTS, ""),
    ("发证机关（必填）", ["某某局"], "authority_name"),
    ("许可事项", TEXTS, ""),
    ("日期", DAYS, ""),
    ("名称", NAMES, ""),
    ("编号", NUMBERS, ""),
    ("单位", NAMES, ""),
    ("证件号码", ["11010519491231002X"], ""),
    ("姓名", PEOPLE, ""),
    ("行政许可日期", DAYS, ""),
    ("我们的代码", CODES, ""),
    ("序号", ["1", "2"], "-"),
    ("受理编号", SERIALS, "-"),
    ("心情", TEXTS, "-"),
]
PENALTY_WORDS: list[tuple[str, list[str], str]] = [
    ("被处罚当事人", NAMES, "name"),
    ("处罚决定书文号", NUMBERS, "document_number"),
    ("行政处罚决定日期", DAYS, "decision_date"),
    ("处罚种类（多选）", PENALTIES, "penalty_kind"),
    ("罚款金额（万元）", FINES, "fine"),
    ("罚款（元）", FINES, "fine"),
    ("罚款金额", FINES, ""),
    ("罚没款", FINES, ""),
    ("处罚有效期", DAYS, "effective_until"),
    ("处罚结果", TEXTS, "content"),
    ("处罚事由（违法事实、案由）", TEXTS, "facts"),
    ("违法行为", TEXTS, ""),
    ("处罚机构", ["某某局"], "authority_name"),
    ("案件名称", TEXTS, ""),
    ("许可证号", SERIALS, "-"),
]


def one(heading: str, values: list[str], standard: StandardName = "licence") -> Column:
    """Return what a heading means by itself."""
    (column,) = recognise(aliases(standard), [{heading: values}]).columns
    return column


def meant(column: Column) -> str:
    """Return the fields that a column surely is, nothing for a question, a dash for what says nothing."""
    if column.fate == "certain":
        return " ".join(candidate.field for candidate in column.candidates)
    return "" if column.fate == "asked" else "-"


@pytest.mark.parametrize(("heading", "values", "field"), LICENCES)
def test_a_heading_of_a_licence_ledger(heading: str, values: list[str], field: str) -> None:
    """Dressing, aliases and prefixes are seen through; values confirm or contradict; the rest is asked."""
    assert meant(one(heading, values)) == field


@pytest.mark.parametrize(("heading", "values", "field"), PENALTY_WORDS)
def test_a_heading_of_a_penalty_ledger(heading: str, values: list[str], field: str) -> None:
    """The same word may mean another field of another standard, and a fine needs its unit."""
    assert meant(one(heading, values, "penalty")) == field


def test_yuan_become_ten_thousands() -> None:
    """A heading that says 元 brings the transform with it."""
    assert one("罚款（元）", FINES, "penalty").candidates[0].transforms == ("yuan_to_wan",)
    assert one("罚款金额（万元）", FINES, "penalty").candidates[0].transforms == ()


def test_values_rank_what_is_asked() -> None:
    """Of the fields that a word may mean, the one that fits the values comes first; it is asked all the same."""
    column = one("证件编号", SERIALS)
    assert column.candidates[0].field == "certificate_number"
    assert one("证件编号", ["11010519491231002X"]).candidates[0].share == 1
    assert (column.fate, column.why) == ("asked", "holder")


@pytest.mark.parametrize("heading", ["有效期", "许可信息有效期", "证照_有效期限"])
def test_how_long_something_holds_is_asked_under_any_group(heading: str) -> None:
    """A merged heading above it changes nothing: from where to where is cut out of the text, if somebody says so."""
    column = one(heading, RANGES)
    assert (column.fate, column.why) == ("asked", "range")
    assert {candidate.transforms for candidate in column.candidates[:2]} == {("range_start",), ("range_end",)}


def test_codes_are_listed_for_whoever_knows_them() -> None:
    """A code table is never guessed; the question has its rows, and no long or personal text."""
    column = one("许可类别", ["02", "01", "01", "11010519491231002X"])
    assert (column.why, column.codes) == ("codes", ("01", "02"))
    assert rule_of(column, column.candidates[0]) == "licence_kind: {from: 许可类别, codes: {'01': …, '02': …}}"


def test_two_columns_for_one_field_are_asked_about() -> None:
    """Neither is taken, whichever is more usual, and the others stay certain."""
    found = recognise(aliases(), [{"企业名称": NAMES, "申请人": NAMES, "文号": NUMBERS}])
    assert [(column.heading, column.fate, column.why) for column in found.columns] == [
        ("企业名称", "asked", "two"),
        ("申请人", "asked", "two"),
        ("文号", "certain", ""),
    ]
    assert found.fields == {"document_number"}


def test_one_heading_twice_in_a_sheet_is_asked_about() -> None:
    """Whatever is typed around them, both are found by the same word."""
    (column,) = recognise(aliases(), [{"文号": NUMBERS, "文号 *": NUMBERS}]).columns
    assert (column.fate, column.why) == ("asked", "two")


def test_sheets_may_use_different_words() -> None:
    """Two words for one field in two sheets are aliases, not a collision."""
    found = recognise(aliases(), [{"文号": NUMBERS}, {"批准文号": NUMBERS, "罚款": []}])
    assert yaml.safe_load(text_of(found, STANDARDS["licence"], "x"))["fields"] == {
        "document_number": ["文号", "批准文号"]
    }


def test_a_field_that_is_certain_is_no_answer_any_more() -> None:
    """日期 beside 许可决定日期 is another day."""
    found = recognise(
        aliases(), [{"许可决定日期": DAYS, "日期": DAYS, "我们的日子": DAYS, "有效期自": DAYS, "有效期至": DAYS}]
    )
    asked = {column.heading: [each.field for each in column.candidates] for column in found.of("asked")}
    assert asked == {"日期": ["decision_date", "valid_from", "valid_until"]}
    assert [column.heading for column in found.of("unknown")] == ["我们的日子"]


def test_what_says_which_decision_a_row_means() -> None:
    """A document number does, or a name and a day; a code and a text do not."""
    assert recognise(aliases(), [{"文号": NUMBERS}]).telling
    assert recognise(aliases(), [{"企业名称": NAMES, "发证日期": DAYS}]).telling
    assert not recognise(aliases(), [{"企业名称": NAMES, "统一社会信用代码": CODES}]).telling


@pytest.mark.parametrize("width", [0, 300])
def test_any_number_of_columns(width: int) -> None:
    """Empty sheets and very wide ones are read as others are."""
    sheet = {f"第{number}栏": ["", " ", "无"] for number in range(width)} | {"文号": NUMBERS}
    found = recognise(aliases(), [sheet, {}])
    assert found.fields == {"document_number"}
    assert len(found.of("unknown")) == width


def test_blank_columns_confirm_nothing() -> None:
    """The standard's own words need no confirmation, usual ones do."""
    found = recognise(
        aliases(), [{word: ["", "　", "/"] for word in ("行政相对人名称", "文号", "批准文号的", "许可决定日期")}]
    )
    assert found.fields == {"name", "decision_date"}


VALUES = [DAYS, CODES, NUMBERS, NAMES, PEOPLE, TEXTS, SERIALS, KINDS, RANGES, []]
headings = st.sampled_from([heading for heading, _values, _field in LICENCES])
sheets = st.dictionaries(headings, st.sampled_from(VALUES), min_size=1, max_size=9)


def told(found: Recognised) -> dict[str, tuple[str, str, frozenset[tuple[str, float]]]]:
    """Return word → what became of it."""
    return {
        column.word: (column.fate, column.why, frozenset((each.field, each.share) for each in column.candidates))
        for column in found.columns
    }


@given(sheet=sheets, data=st.data())
@patient
def test_the_order_of_columns_does_not_matter(sheet: dict[str, list[str]], data: st.DataObject) -> None:
    """A clerk who moves a column changes nothing."""
    moved = data.draw(st.permutations(list(sheet)))
    assert told(recognise(aliases(), [sheet])) == told(recognise(aliases(), [{word: sheet[word] for word in moved}]))


@given(heading=headings, values=st.sampled_from(VALUES), data=st.data())
@patient
def test_dressing_changes_nothing(heading: str, values: list[str], data: st.DataObject) -> None:
    """A heading means what its plain form means, however often it is dressed."""
    start = data.draw(st.sampled_from(["", "*", "12.", "1.2、", "＊ "]))
    end = data.draw(st.sampled_from(["", "（必填）", " *", "：", "\n(选填)"]))
    plain = plain_header(heading)
    assert plain_header(plain) == plain
    assert told(recognise(aliases(), [{f"{start}{heading}{end}": values}])) == told(
        recognise(aliases(), [{plain: values}])
    )


@given(sheet=sheets)
@patient
def test_a_proposal_is_a_mapping_without_what_is_open(sheet: dict[str, list[str]]) -> None:
    """The text passes the lint, has the certain fields and no others, and names every question."""
    found = recognise(aliases(), [sheet])
    text = text_of(found, STANDARDS["licence"], "台账\n.xlsx")
    mapping = Mapping.parse(text, "mappings/x.yaml", "x")
    assert mapping.partial
    assert mapping.fields.keys() == found.fields
    read = {plain_header(word) for rule in mapping.fields.values() for each in rule.chain for word in each.headers}
    assert read == {column.word for column in found.of("certain")}
    assert sum(line.startswith("# ") and ": " in line for line in text.splitlines()) >= len(found.of("asked"))
