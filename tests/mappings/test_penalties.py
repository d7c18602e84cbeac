"""The penalty record: the notice's table, several kinds in one value, amounts, what one field demands of another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.apply import ORIGIN, ROW_KEY, apply
from mappings.checks import check_records, check_value
from mappings.choices import canonical, entries
from mappings.identity import record_id
from mappings.mapping import Mapping as FieldMapping
from mappings.normalise import Unfit, normalise
from mappings.profiles import Profile
from mappings.standards import LICENCE, PENALTY, STANDARDS, Kind
from mappings.standards.penalty import PENALTY_KINDS, SINCE_2021
from tests.mappings.rows import FOLDER, patient
from words.errors import UsageError

EXAMPLE = FOLDER.parent / "docs/examples/penalties/mappings"
EXCHANGE, LEDGER = (
    FieldMapping.parse((EXAMPLE / f"{name}.yaml").read_text("utf-8"), f"mappings/{name}.yaml", name)
    for name in ("penalties", "penalty-ledger")
)
KINDS = PENALTY.by_name["penalty_kind"]
#: Code, length in bytes and need of every item, in order (发改办财金〔2018〕424号; amounts are decimal 18,6).
TABLE = """
CF_XDR_MC 200 M, CF_XDR_LB 100 M, CF_XDR_SHXYM 18 C, CF_XDR_GSZC 50 O, CF_XDR_ZZJG 9 O, CF_XDR_SWDJ 15 O,
CF_XDR_SYDW 12 O, CF_XDR_SHZZ 50 O, CF_FRDB 50 C, CF_FR_ZJLX 64 O, CF_FR_ZJHM 64 O, CF_XDR_ZJLX 64 C,
CF_XDR_ZJHM 64 C, CF_WSH 128 M, CF_WFXW 2000 M, CF_SY 2000 M, CF_YJ 2048 M, CF_CFLB 255 M, CF_NR 4000 M,
CF_NR_FK 19 C, CF_NR_WFFF 19 C, CF_NR_ZKDX 200 C, CF_JDRQ 10 M, CF_YXQ 10 M, CF_GSJZQ 10 O, CF_CFJG 255 M,
CF_CFJGDM 18 M, CF_SJLY 200 M, CF_SJLYDM 18 M, BZ 512 O
"""
PROFILE = """standard: penalty
edition: "2018"
title: 信用平台
columns:
  - {field: document_number, header: 文书号}
  - {field: name}
  - {field: penalty_kind, codes: {警告: "0", 罚款: "1", 没收违法所得: "2", 其他: "6"}, join: ";"}
  - {field: fine}
"""
VALID = {
    "name": "某某物流有限公司",
    "counterpart_type": "法人及非法人组织",
    "uscc": "91150100MA0N12340B",
    "legal_representative": "张某某",
    "document_number": "呼交罚〔2024〕33号",
    "offence": "违反道路运输管理",
    "facts": "未取得道路运输经营许可擅自从事道路货物运输经营",
    "basis": "《中华人民共和国道路运输条例》第六十三条",
    "penalty_kind": "罚款、没收违法所得",
    "content": "罚款人民币3000元，没收违法所得12500元",
    "fine": "0.3",
    "confiscated": "1.25",
    "decision_date": "2024-03-15",
    "effective_until": "2025-03-15",
    "public_until": "2025-03-15",
    "authority_name": "呼和浩特市交通运输局",
    "authority_code": "111501000115123436",
    "source_unit_name": "呼和浩特市交通运输局",
    "source_unit_code": "111501000115123436",
}


def record(**changes: str) -> dict[str, str]:
    """Return a valid penalty with some values changed."""
    return dict.fromkeys(PENALTY.names, "") | VALID | changes


def frame(*records: Mapping[str, str]) -> pl.DataFrame:
    """Return records as a frame."""
    return pl.DataFrame(list(records), schema=dict.fromkeys(PENALTY.names, pl.String))


def failures(**changes: str) -> list[tuple[str, str]]:
    """Return (field, rule) of what is wrong with a record as a whole."""
    return [(field, rule) for _row, field, rule in check_records(frame(record(**changes)), PENALTY)]


def failed(name: str, value: str) -> str:
    """Return the rule that a value fails, empty where it fails none."""
    try:
        check_value(PENALTY.by_name[name], canonical(PENALTY.by_name[name], value))
    except Unfit as unfit:
        return unfit.rule
    return ""


def test_the_record_is_the_one_of_the_notice() -> None:
    """Thirty items in the notice's order, each with its code, its bytes and its need."""
    told = [(code, int(length), need) for code, length, need in (item.split() for item in TABLE.split(","))]
    assert [(field.code, field.length, field.need.value) for field in PENALTY.fields] == told
    assert [field.source.rpartition("第")[2] for field in PENALTY.fields] == [f"{n}项" for n in range(1, 31)]
    assert STANDARDS["penalty"] is PENALTY


def test_it_has_no_status_and_its_source_unit_is_not_that_of_a_licence() -> None:
    """A withdrawn penalty is taken back; CF_SJLY stands where a licence has XK_LYDW."""
    assert "status" not in PENALTY.by_name
    assert PENALTY.by_name["source_unit_name"].code == "CF_SJLY"
    assert PENALTY.by_name["source_unit_code"].code == "CF_SJLYDM"


def test_a_whole_record_has_no_fault() -> None:
    """What the notice's example says is taken as it is."""
    assert failures() == []
    assert [name for name, value in record().items() if value and failed(name, value)] == []


def test_parties_to_one_decision_are_records_of_their_own() -> None:
    """Authority, document and party tell penalties apart; a licence of the same values is another record."""
    assert record_id(PENALTY, record()) != record_id(PENALTY, record(name="另一公司"))
    assert record_id(PENALTY, record()) == record_id(PENALTY, record(fine="9"))
    assert record_id(PENALTY, record()) != record_id(LICENCE, record())


@given(named=st.permutations(PENALTY_KINDS[:-2]).flatmap(lambda all_: st.integers(1, 8).map(lambda n: all_[:n])))
@patient
def test_the_order_in_which_penalties_are_listed_says_nothing(named: list[str]) -> None:
    """However they are listed and whatever stands between them, they are the same, and stay the same."""
    value = canonical(KINDS, "；".join(named))
    assert value == canonical(KINDS, " , ".join([*named, named[0]]))
    assert value.split("、") == [each for each in PENALTY_KINDS if each in named]
    assert canonical(KINDS, value) == value
    assert failed("penalty_kind", value) == ""


@given(text=st.text(st.sampled_from("、,;|/ -警告罚款其他没收违法所得"), max_size=24))
@patient
def test_several_kinds_are_canonical_once_for_ever(text: str) -> None:
    """What was typed, however badly, is not changed a second time."""
    value = canonical(KINDS, text)
    assert canonical(KINDS, value) == value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("没收违法所得、没收非法财物；罚款", "罚款、没收违法所得、没收非法财物"),
        ("警告,通报批评", "警告、其他-通报批评"),
        ("吊销许可证件、限制从业", "暂扣或者吊销许可证、其他-限制从业"),
        ("其他-责令改正、限期拆除、罚款", "罚款、其他-责令改正、限期拆除"),
        ("其他-乙、其他-甲", "其他-乙、其他-甲"),
    ],
)
def test_penalties_get_the_names_of_the_edition(written: str, value: str) -> None:
    """What the law names since 2021 stands in the edition's table; a note keeps its own words."""
    assert canonical(KINDS, written) == value
    assert failed("penalty_kind", written) == ""


def test_every_name_since_2021_has_a_place_in_the_table() -> None:
    """No penalty of the law in force is without an entry."""
    assert [failed("penalty_kind", name) for name, _entry in SINCE_2021] == [""] * len(SINCE_2021)


@pytest.mark.parametrize("written", ["拘役", "罚款、拘役", "拘役、其他-责令改正", "其他-"])
def test_a_penalty_outside_of_the_table_is_refused(written: str) -> None:
    """One wrong name among several is as wrong as alone."""
    assert failed("penalty_kind", written) == "not-a-choice"


@given(cents=st.integers(0, 10**15))
@patient
def test_an_amount_is_the_same_in_every_unit(cents: int) -> None:
    """元, 万元 and 亿元, with and without separators, are one amount in 万元."""
    yuan = f"{cents // 100}.{cents % 100:02}"
    wan = normalise(Kind.AMOUNT, f"{yuan}元")
    assert wan == normalise(Kind.AMOUNT, f"￥{cents // 100:,}.{cents % 100:02} 元")
    assert wan == normalise(Kind.AMOUNT, wan) == normalise(Kind.AMOUNT, f"{wan}万元")
    assert round(float(wan) * 1_000_000) == cents or cents > 10**12
    assert failed("fine", f"{yuan}元") == ""


@pytest.mark.parametrize("written", ["三千元", "1.2.3", "-5", "0.3至0.5", "1e5", "12,34"])
def test_what_is_not_one_amount_is_not_guessed(written: str) -> None:
    """A range, words, a negative number and a slip have no canonical form."""
    assert failed("fine", written) == "unreadable-amount"


def test_an_amount_fits_the_receivers_column() -> None:
    """decimal(18,6): a tenth of a fen does not go in, and neither do thirteen digits."""
    assert failed("fine", "0.0000001") == "amount-too-long"
    assert failed("fine", "1234567890123") == "amount-too-long"
    assert failed("fine", "123456789012.123456") == ""


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"fine": ""}, ("fine", "mandatory-for-penalty")),
        ({"fine": "0"}, ("fine", "mandatory-for-penalty")),
        ({"confiscated": ""}, ("confiscated", "mandatory-for-penalty")),
        ({"penalty_kind": "暂扣或者吊销执照"}, ("revoked_certificate", "mandatory-for-penalty")),
        ({"uscc": ""}, ("uscc", "mandatory-for-party")),
        ({"legal_representative": ""}, ("legal_representative", "mandatory-for-party")),
        ({"effective_until": "2024-03-14"}, ("effective_until", "ends-before-decision")),
        ({"public_until": "2024-03-14"}, ("public_until", "ends-before-decision")),
        ({"public_until": "2027-03-16"}, ("public_until", "public-too-long")),
        ({"public_until": "2099-12-31"}, ("public_until", "public-too-long")),
    ],
)
def test_one_field_demands_another(changes: dict[str, str], failure: tuple[str, str]) -> None:
    """Amounts and certificates by the kind of penalty, codes by the kind of party, days by the decision."""
    assert failures(**changes) == [failure]


@pytest.mark.parametrize(
    "changes",
    [
        {"penalty_kind": "警告", "fine": "", "confiscated": ""},
        {"penalty_kind": "其他-没收保证金", "fine": "", "confiscated": ""},
        {"public_until": ""},
        {"public_until": "2027-03-15"},
        {"effective_until": "2099-12-31"},
    ],
)
def test_nothing_is_demanded_without_a_reason(changes: dict[str, str]) -> None:
    """A warning needs no amount, a note is no kind, three years to the day are allowed."""
    assert failures(**changes) == []


def test_a_person_needs_papers_and_no_code() -> None:
    """A natural person has an identity number in the place of a credit code and a representative."""
    person = {"counterpart_type": "自然人", "uscc": "", "legal_representative": ""}
    assert failures(**person) == [("id_type", "mandatory-for-party"), ("id_number", "mandatory-for-party")]
    assert failures(**person, id_type="身份证", id_number="11010519491231002X") == []


def test_a_receiver_gets_codes_of_several_kinds_and_gives_them_back() -> None:
    """Each kind has its code, a note stands behind the code, and the receiver's separator is its own."""
    profile = Profile.parse(PROFILE, "mappings/test.profile.yaml", "test")
    written = profile.encode(frame(record(penalty_kind="罚款、没收违法所得、其他-通报批评")))
    assert written["处罚类别"].to_list() == ["1;2;6-通报批评"]
    back = apply(profile.reading(), written.with_columns(pl.lit("o").alias(ORIGIN), pl.lit("k").alias(ROW_KEY)))
    assert back.records["penalty_kind"].to_list() == ["罚款、没收违法所得、其他-通报批评"]


def test_a_receiver_with_a_narrower_table_refuses_one_kind_of_several() -> None:
    """What it would refuse is known before it is sent."""
    text = PROFILE.replace(
        'penalty_kind, codes: {警告: "0", 罚款: "1", 没收违法所得: "2", 其他: "6"}, join: ";"',
        "penalty_kind, choices: [警告, 罚款]",
    )
    profile = Profile.parse(text, "mappings/test.profile.yaml", "test")
    judged = profile.malformed(frame(record(), record(penalty_kind="警告、罚款")), date(2024, 4, 1))
    assert [bool(reason) for reason in judged] == [True, False]


def test_codes_of_a_table_are_read_part_by_part() -> None:
    """An exchange table that lists codes is read into the standard's words; an unknown code is told."""
    rule = '{from: CF_CFLB, codes: {"01": 警告, "02": 罚款, "99": 其他}}'
    text = f"standard: penalty\npartial: true\nfields:\n  document_number: WSH\n  penalty_kind: {rule}\n"
    mapping = FieldMapping.parse(text, "mappings/t.yaml", "t")
    rows = pl.DataFrame(
        {"WSH": ["1", "2"], "CF_CFLB": ["02;01", "99-通报批评"], ORIGIN: ["a", "b"], ROW_KEY: ["a", "b"]}
    )
    assert apply(mapping, rows).records["penalty_kind"].to_list() == ["警告、罚款", "其他-通报批评"]


def test_a_constant_kind_must_be_in_the_table() -> None:
    """A mapping that could only make wrong penalties is refused when it is read."""
    text = "standard: penalty\npartial: true\nfields:\n  penalty_kind: {constant: 罚款、拘役}\n"
    with pytest.raises(UsageError) as refused:
        FieldMapping.parse(text, "mappings/t.yaml", "t")
    assert refused.value.code == "unfit-value"


def test_entries_of_nothing_are_none() -> None:
    """An empty value names no penalty."""
    assert entries(KINDS, "") == []


@given(
    kinds=st.lists(st.sampled_from([*PENALTY_KINDS[:-2], "其他-通报批评"]), min_size=1, max_size=4),
    fine=st.integers(1, 10**9),
    day=st.dates(date(2000, 1, 1), date(2090, 12, 31)),
)
@patient
def test_what_the_example_writes_is_read_back_the_same(kinds: list[str], fine: int, day: date) -> None:
    """decode(encode(record)) == record for the profile of the example, whatever the kinds and the amount."""
    made = record(
        penalty_kind=canonical(KINDS, ";".join(kinds)),
        fine=f"{fine / 1_000_000:.6f}".rstrip("0").rstrip("."),
        decision_date=f"{day}",
    )
    profile = Profile.parse((EXAMPLE / "penalties.profile.yaml").read_text("utf-8"), "p", "p")
    written = profile.encode(frame(made)).with_columns(pl.lit("o").alias(ORIGIN), pl.lit("k").alias(ROW_KEY))
    assert set(written.columns) >= {field.code for field in PENALTY.fields}
    assert apply(profile.reading(), written).records.select(PENALTY.names).to_dicts() == [made]


def test_the_examples_mappings_make_the_same_of_a_row_and_of_a_ledger() -> None:
    """Codes and 元 in the table, words and 元 in the ledger: one penalty."""
    table = {"cf_cflb": "03;02", "fk_je": "3000.00", "ms_je": "12500.00", "cf_xdr_lb": "02"}
    names = {rule.headers[0]: name for name, rule in EXCHANGE.fields.items() if rule.headers}
    row = {heading: table.get(heading, record()[name]) for heading, name in names.items()}
    own = {ORIGIN: "a", ROW_KEY: "a"}
    mapped = apply(EXCHANGE, pl.DataFrame([row | own]))
    assert (mapped.findings, mapped.records.select(PENALTY.names).to_dicts()) == ((), [record()])
    written = {"处罚决定书文号": "呼交罚[2024]33号", "处罚种类": "没收违法所得；罚款", "罚款金额(元)": "3,000"}
    ledger = apply(
        LEDGER, pl.DataFrame([written | own | {"_title": "呼和浩特市交通运输局2024年度行政处罚台账"}])
    ).records
    told = {name: value for name, value in ledger.select(PENALTY.names).row(0, named=True).items() if value}
    assert told == {name: record()[name] for name in ("document_number", "penalty_kind", "fine", "authority_name")}
