"""Records, raw rows and declared files for the tests of mappings, and arbitrary ones for the properties."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from mappings.apply import ORIGIN, ROW_KEY
from mappings.checks import check_value
from mappings.mapping import Mapping
from mappings.normalise import Unfit, normalise
from mappings.profiles import Profile
from mappings.standards import LICENCE, Field, Kind
from mappings.standards.fields import Need

FOLDER = Path(__file__).parents[2] / "mappings"

#: Machines that run the tests are of every speed, so no example is timed.
heavy = settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
VALID = {
    "name": "呼和浩特某某建筑有限公司",
    "counterpart_type": "法人及非法人组织",
    "uscc": "91150100MA0N12340B",
    "legal_representative": "张某某",
    "document_name": "准予行政许可决定书",
    "document_number": "呼审批许〔2024〕12号",
    "licence_kind": "普通",
    "certificate_number": "150102202403150101",
    "content": "准予建筑工程施工。",
    "decision_date": "2024-03-15",
    "valid_from": "2024-03-15",
    "valid_until": "2027-03-14",
    "authority_name": "呼和浩特市行政审批和政务服务局",
    "authority_code": "111501000115123436",
    "status": "有效",
    "source_unit_name": "呼和浩特市行政审批和政务服务局",
    "source_unit_code": "111501000115123436",
}


def record(**changes: str) -> dict[str, str]:
    """Return a valid canonical record with some values changed."""
    return dict.fromkeys(LICENCE.names, "") | VALID | changes


def canonical(*records: dict[str, str]) -> pl.DataFrame:
    """Return records as the frame that profiles and identity work on."""
    return pl.DataFrame(list(records), schema=dict.fromkeys(LICENCE.names, pl.String))


def raw(rows: Sequence[dict[str, str | None]], headers: Sequence[str] | None = None) -> pl.DataFrame:
    """Return rows as a connector hands them over."""
    columns = list(headers if headers is not None else dict.fromkeys(name for row in rows for name in row))
    numbered = [
        {**row, ORIGIN: f"sheet row {number}", ROW_KEY: f"key {number}"} for number, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(numbered, schema=dict.fromkeys([*columns, ORIGIN, ROW_KEY], pl.String))


def by_label(*records: dict[str, str]) -> pl.DataFrame:
    """Return canonical records as raw rows under the standard's own labels."""
    return raw([{LICENCE.by_name[name].label: value for name, value in each.items()} for each in records])


def labelled() -> Mapping:
    """Return the mapping of a system that shows the standard's own labels."""
    return mapping({field.name: f'"{field.label}"' for field in LICENCE.fields})


def mapping(rules: dict[str, str], *, partial: bool = False) -> Mapping:
    """Return a linted mapping from field name → YAML of its rule."""
    return Mapping.parse(mapping_text(rules, partial=partial), "mappings/test.yaml", "test")


def mapping_text(rules: dict[str, str], *, partial: bool = False) -> str:
    """Return the text of a mapping file; line 4 holds the first rule."""
    head = ["standard: licence", f"partial: {str(partial).lower()}", "fields:"]
    return "\n".join([*head, *(f"  {name}: {rule}" for name, rule in rules.items())]) + "\n"


def shipped(name: str) -> Mapping:
    """Return a mapping that ships with the toolkit."""
    return Mapping.parse((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"), f"mappings/{name}.yaml", name)


def credit() -> Profile:
    """Return the profile that ships with the toolkit."""
    return Profile.parse(CREDIT, "mappings/credit.profile.yaml", "credit")


CREDIT = (FOLDER / "credit.profile.yaml").read_text(encoding="utf-8")


@st.composite
def usccs(draw: st.DrawFn) -> str:
    """Arbitrary valid unified social credit codes of every department and region."""
    head = draw(st.text(ALPHABET, min_size=2, max_size=2)) + f"{draw(st.integers(110000, 659999))}"
    head += draw(st.text(ALPHABET, min_size=8, max_size=8)) + draw(st.sampled_from("0123456789X"))
    return head + str(uscc.calc_check_digit(head))


days = st.dates(date(1990, 1, 1), date(2098, 12, 31)).map(date.isoformat)
#: What departments type: Chinese, Latin, digits, full width, brackets, dots, blanks, emoji, control characters.
messy = st.text(
    st.one_of(
        st.sampled_from(
            "（）()〔〕[]【】·•．.，,：:／/－-—*＊　 \t\r\n\u200b\ufeff\u202a\xa0\x00\x07\x1c\x85"
            "２０２４2024年月日号ＡｂZ无空😀㍿"
        ),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        st.characters(codec="utf-8"),
    ),
    max_size=30,
)
names = st.from_regex(r"[\u4e00-\u9fa5]{4,20}(\([\u4e00-\u9fa5]{2,6}\))?", fullmatch=True)
document_numbers = st.builds(
    "{}〔{}〕{}号".format,
    st.from_regex(r"[\u4e00-\u9fa5]{2,6}", fullmatch=True),
    st.integers(1990, 2098),
    st.integers(1, 99999),
)


def _values(field: Field) -> st.SearchStrategy[str]:
    if field.kind is Kind.CHOICE:
        return st.sampled_from([f"{text}补办" if text.endswith("-") else text for text in field.choices])
    special = {
        Kind.USCC: usccs(),
        Kind.DATE: days,
        Kind.NAME: names,
        Kind.DOCUMENT_NUMBER: document_numbers,
        Kind.ORGANIZATION_CODE: st.sampled_from(["MA0N12340", "72513935X"]),
        Kind.REGISTRATION_NUMBER: st.sampled_from(["110108000000016", "330200400065251"]),
        Kind.IDENTITY_NUMBER: st.sampled_from(["11010519491231002X", "440524188001010014"]),
    }
    free = messy.map(lambda text: normalise(field.kind, text)).filter(lambda value: fits(field, value))
    return special.get(field.kind, free)


def fits(field: Field, value: str) -> bool:
    """Whether the standard takes a value."""
    try:
        check_value(field, value)
    except Unfit:
        return False
    return True


_VALUES = {
    field.name: _values(field) if field.need is Need.MANDATORY else st.just("") | _values(field)
    for field in LICENCE.fields
}


@st.composite
def records(draw: st.DrawFn) -> dict[str, str]:
    """Arbitrary valid canonical records; optional values are there or not."""
    made = {name: draw(values) for name, values in _VALUES.items()}
    if made["counterpart_type"] == "自然人":
        made |= {"id_type": "身份证", "id_number": "11010519491231002X"}
    else:
        made["uscc"] = made["uscc"] or VALID["uscc"]
        made["legal_representative"] = made["legal_representative"] or "张某某"
    made["valid_from"], made["valid_until"] = sorted([made["valid_from"], made["valid_until"]])
    return made
