"""Who a record is and what it says, recomputed here by the published rules alone."""

from __future__ import annotations

import hashlib

import polars as pl
import xxhash
from hypothesis import given
from hypothesis import strategies as st

from mappings.apply import apply
from mappings.identity import fingerprint, record_id, with_identity
from mappings.standards import LICENCE
from tests.mappings.rows import VALID, by_label, canonical, heavy, labelled, record, records

IDENTITY = ("authority_code", "document_number", "name", "certificate_number")
ORDER = [field.name for field in LICENCE.fields]


def published_id(values: dict[str, str]) -> str:
    """Recompute the published identity with nothing of the toolkit."""
    text = "\x1f".join(["licence", *(values[name] for name in IDENTITY)])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def published_fingerprint(values: dict[str, str]) -> str:
    """Recompute the published fingerprint with nothing of the toolkit."""
    return xxhash.xxh3_128("\x1f".join(values[name] for name in ORDER).encode("utf-8")).hexdigest()


def test_the_published_values_never_change() -> None:
    """What auditors wrote down once stays true for ever."""
    assert record_id(LICENCE, record()) == published_id(record()) == "96eeea0fb07df201a00474174469d71a"
    assert fingerprint(LICENCE, record()) == published_fingerprint(record()) == "35ebdd4b38ae3319dfede521e9947f8d"


@given(made=st.lists(records(), min_size=1, max_size=4))
@heavy
def test_one_record_and_a_frame_of_them_agree_with_the_published_rule(made: list[dict[str, str]]) -> None:
    """The scalar rule, the vectorised rule and the published rule are one."""
    framed = with_identity(canonical(*made), LICENCE)
    assert framed["record_id"].to_list() == [published_id(each) for each in made]
    assert framed["fingerprint"].to_list() == [published_fingerprint(each) for each in made]
    assert [record_id(LICENCE, each) for each in made] == framed["record_id"].to_list()
    assert [fingerprint(LICENCE, each) for each in made] == framed["fingerprint"].to_list()


@given(made=records(), name=st.sampled_from(ORDER), value=st.text(min_size=1, max_size=5))
@heavy
def test_any_changed_value_changes_the_fingerprint(made: dict[str, str], name: str, value: str) -> None:
    """A correction never looks like the record it corrects; only identity fields make another record."""
    other = made | {name: made[name] + value}
    assert fingerprint(LICENCE, other) != fingerprint(LICENCE, made)
    assert (record_id(LICENCE, other) != record_id(LICENCE, made)) == (name in IDENTITY)


@given(made=records(), left=st.integers(0, len(ORDER) - 2))
@heavy
def test_a_value_moved_to_the_next_field_is_another_content(made: dict[str, str], left: int) -> None:
    """Neighbouring values never run into each other."""
    here, there = ORDER[left], ORDER[left + 1]
    moved = made | {here: "", there: made[here] + made[there]}
    assert (fingerprint(LICENCE, moved) != fingerprint(LICENCE, made)) == (made[here] != "")


def test_what_is_not_stated_counts_as_empty() -> None:
    """A missing column, a null and an empty text are the same nothing."""
    empty = record(certificate_number="", remarks="")
    partly = {name: value for name, value in empty.items() if value}
    nulls = canonical(empty).with_columns(certificate_number=pl.lit(None, pl.String), remarks=pl.lit(None, pl.String))
    for framed in (with_identity(pl.DataFrame([partly]), LICENCE), with_identity(nulls, LICENCE)):
        assert framed["record_id"].to_list() == [record_id(LICENCE, partly)] == [record_id(LICENCE, empty)]
        assert framed["fingerprint"].to_list() == [fingerprint(LICENCE, partly)] == [fingerprint(LICENCE, empty)]


def test_no_records_have_no_identity() -> None:
    """An empty frame keeps its two columns."""
    framed = with_identity(canonical(), LICENCE)
    assert framed.height == 0
    assert framed.schema["record_id"] == framed.schema["fingerprint"] == pl.String


def test_variants_of_one_decision_are_one_record() -> None:
    """Width, brackets, blanks, case and date forms change neither identity nor fingerprint."""
    variant = {
        "name": " 呼和浩特某某 建筑有限公司",
        "uscc": "９１１５０１００-ma0n12340b",
        "document_number": "呼审批许（２０２４）12 号",
        "decision_date": "2024年3月15日",
        "valid_from": "45366",
        "valid_until": "2027/3/14 00:00:00",
        "authority_code": "1115 0100 0115 1234 36",
        "certificate_number": " 150102202403150101",
    }
    mapped = apply(labelled(), by_label(record(), record(**variant)))
    assert mapped.findings == ()
    assert mapped.records["record_id"].n_unique() == mapped.records["fingerprint"].n_unique() == 1


def test_identity_is_made_of_the_published_fields() -> None:
    """Authority, document number, name and certificate number, in this order."""
    assert LICENCE.identity == IDENTITY
    assert all(name in VALID for name in IDENTITY)
