"""What passes as it stands comes out of the rules unchanged, and what is tidied has the same canonical form."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.apply import apply
from mappings.checks import check_value
from mappings.choices import canonical
from mappings.normalise import Unfit
from mappings.numbers import valid_identity_number
from mappings.passing import scan_of, surely_citizens
from mappings.standards import LICENCE, STANDARDS, Field
from tests.mappings.rows import VALID, labelled, messy, raw, record

LABELS = {field.name: field.label for field in LICENCE.fields}
FIELDS = [field for standard in STANDARDS.values() for field in standard.fields if scan_of(field, checked=True)]
#: What the rules of the kinds look for, beside any text at all.
_SIGNS = "aZ09IOXｘ１Ａ（）()〔〕[]【】·•-_/\\*.,&#“”、。：:…—\u3000 \t\n\x0b\x1f\xa0\u200b\ufeff㎡①ﬀßıK"
_STRETCHES = (
    "null NaN 无 暂无 待定 同上 TBD xx 000 test 2024 〔2024〕 号 有限公司 "
    "91150100MA0N12340B 11010519491231002X 780688132 普通 有效"
)
_PIECES = st.sampled_from([*_SIGNS, *_STRETCHES.split()])
_TEXTS = st.one_of(st.lists(_PIECES, max_size=6).map("".join), messy)


def judged(field: Field, text: str, *, checked: bool) -> tuple[str, str | None]:
    """Return the canonical text, or the rule that it fails."""
    try:
        value = canonical(field, text)
        if checked:
            check_value(field, value)
    except Unfit as unfit:
        return "", unfit.rule
    return value, None


@settings(deadline=None, max_examples=100)
@given(field=st.sampled_from(FIELDS), texts=st.lists(_TEXTS, min_size=1, max_size=20), checked=st.booleans())
def test_what_passes_is_canonical_and_sound(field: Field, texts: list[str], *, checked: bool) -> None:
    """No rule changes or refuses a value that was let through, and tidying changes no verdict."""
    scan = scan_of(field, checked=checked)
    assert scan
    column = pl.Series(texts, dtype=pl.String)
    for text, tidy, passed in zip(texts, scan.tidied(column), scan.passes(column), strict=True):
        if passed:
            assert judged(field, text, checked=checked) == (text, None)
        assert judged(field, tidy, checked=checked) == judged(field, text, checked=checked)


@given(digits=st.lists(st.integers(0, 10**17 - 1), min_size=1, max_size=30), heads=st.sampled_from(["11", "54", "91"]))
@settings(deadline=None, max_examples=30)
def test_an_identity_number_that_surely_is_one_is_one(digits: list[int], heads: str) -> None:
    """The columns' arithmetic never lets a number through that the rule refuses."""
    numbers = [f"{heads}{number:017}"[:17] + sign for number in digits for sign in "0123456789X"]
    for number, sure in zip(numbers, surely_citizens(pl.Series(numbers)), strict=True):
        assert not sure or valid_identity_number(number)


def test_a_valid_record_passes_at_once() -> None:
    """The clean case needs no look at single values; a rule that were too narrow would cost what it saves."""
    for name, value in VALID.items():
        scan = scan_of(LICENCE.by_name[name], checked=True)
        if scan:
            assert scan.passes(pl.Series([value])).all(), name
    assert surely_citizens(pl.Series(["11010519491231002X"])).all()
    scan = scan_of(LICENCE.by_name["organization_code"], checked=True)
    assert scan
    codes = pl.Series(["780688132", "D2143569X", "000000000", "780688133"])
    assert scan.passes(codes).to_list() == [True, True, False, False]


@given(data=st.data(), size=st.integers(1, 5))
@settings(deadline=None, max_examples=20)
def test_a_long_frame_is_judged_as_a_short_one(data: st.DataObject, size: int) -> None:
    """However dirty, a frame whose columns are scanned gives the records and findings of one read value by value."""
    names = data.draw(st.lists(st.sampled_from(LICENCE.names), min_size=1, max_size=8, unique=True))
    rows: list[dict[str, str | None]] = [dict(record()) for _ in range(size)]
    for row in rows:
        row.update({name: data.draw(_TEXTS) for name in names})
    frame = raw([{LABELS[name]: value for name, value in row.items()} for row in rows], list(LABELS.values()))
    short = apply(labelled(), frame)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mappings.apply._FEW", 0)
        patched.setattr("mappings.apply._SCANNED", 0)
        patched.setattr("mappings.checks._MANY", 0)
        patched.setattr("mappings.apply._repeats", lambda _shown: False)
        long = apply(labelled(), frame)
    assert long.records.equals(short.records)
    assert long.rejected.equals(short.rejected)
    assert (long.findings, long.changed) == (short.findings, short.changed)
