"""The table of words that departments write above their columns."""

from __future__ import annotations

from typing import get_args

import pytest

from mappings import transforms
from mappings.aliases import AliasFile, StandardName, Why
from mappings.headers import plain_header
from mappings.mapping import Mapping
from mappings.recognised import REASONS
from mappings.standards import LICENCE, PENALTY
from tests.docs.pages import DOCS
from tests.mappings.rows import shipped
from tests.mappings.words import TEXT, aliases
from words.declared import parse

TABLE = parse(AliasFile, TEXT, "aliases.yaml")
STANDARDS: tuple[StandardName, ...] = get_args(StandardName)
EXAMPLE = DOCS / "examples/penalties/mappings/penalty-ledger.yaml"
LEDGERS = [shipped("ledger"), Mapping.parse(EXAMPLE.read_text(encoding="utf-8"), "example", "example")]


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_word_means_one_field(standard: StandardName) -> None:
    """Only a column that holds both ends of a range is two fields, and each end is taken out of it."""
    several = {word: known for word, known in aliases(standard).known.items() if len(known) > 1}
    assert all(each.transforms for known in several.values() for each in known)
    assert set(several) <= {"有效期(起止)"}


@pytest.mark.parametrize("standard", STANDARDS)
def test_a_word_that_is_asked_about_means_nothing_by_itself(standard: StandardName) -> None:
    """What is asked about is in no other list, be it the standard's own label."""
    table = aliases(standard)
    assert not set(table.asked) & (set(table.known) | table.beside)
    assert not set(table.known) & table.beside


def test_every_entry_names_fields_and_transforms_that_exist() -> None:
    """A slip in the table would silently know a word less."""
    names = {*LICENCE.names, *PENALTY.names}
    asked = [each if isinstance(each, str) else next(iter(each)) for ask in TABLE.ask for each in ask.fields]
    assert {*asked, *(alias.field for alias in TABLE.aliases)} <= names
    steps = [step for alias in TABLE.aliases for step in alias.transforms]
    steps += [
        step for ask in TABLE.ask for each in ask.fields if isinstance(each, dict) for step in next(iter(each.values()))
    ]
    assert set(steps) <= set(transforms.PLAIN)
    assert set(get_args(Why)) <= set(REASONS)


def test_a_word_has_one_mark_and_stands_once() -> None:
    """Seen in public code or usual, never both, for one standard."""
    for standard in STANDARDS:
        words = [
            (word, group.field)
            for group in TABLE.aliases
            if group.standard in {None, standard}
            for word, _mark in group.marked()
        ]
        assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("heading", ["日期", "名称", "编号", "单位", "证件号码", "类别", "姓名", "有效期", "生效日期"])
@pytest.mark.parametrize("standard", STANDARDS)
def test_ambiguous_words_are_always_asked_about(heading: str, standard: StandardName) -> None:
    """A word that can mean two fields is in no list of those that are believed."""
    table = aliases(standard)
    assert heading not in table.known
    assert heading in table.asked or heading in table.beside


@pytest.mark.parametrize("mapping", LEDGERS, ids=["licences", "penalties"])
def test_the_shipped_ledger_mappings_use_words_of_the_table_only(mapping: Mapping) -> None:
    """Two lists of aliases agree: each word is known for the same field, and none has to be asked about."""
    known = aliases("licence" if mapping.standard is LICENCE else "penalty").known
    strange = [
        (name, word)
        for name, rule in mapping.fields.items()
        for each in rule.chain
        for word in each.headers
        if not word.startswith("_") and name not in [meant.field for meant in known.get(plain_header(word), ())]
    ]
    assert strange == []


@pytest.mark.parametrize(
    ("standard", "field", "fewest"),
    [
        ("licence", "name", 29),
        ("penalty", "name", 36),
        ("licence", "uscc", 30),
        ("licence", "document_number", 26),
        ("penalty", "document_number", 17),
        ("licence", "certificate_number", 29),
        ("licence", "decision_date", 22),
        ("licence", "authority_name", 26),
        ("licence", "legal_representative", 30),
        ("licence", "licence_kind", 19),
        ("penalty", "penalty_kind", 10),
    ],
)
def test_the_known_variants_stay_known(standard: StandardName, field: str, fewest: int) -> None:
    """A list that shrinks by accident is noticed."""
    found = [word for word, known in aliases(standard).known.items() if field in [each.field for each in known]]
    assert len(found) >= fewest
