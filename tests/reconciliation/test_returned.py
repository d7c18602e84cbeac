"""Reading back: how a person arranges a workbook changes nothing of what is read."""

from __future__ import annotations

import random as randoms
from functools import lru_cache

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.standards import LICENCE
from reconciliation.answers import by_record
from reconciliation.handed import HandedOut, hand_out
from reconciliation.headings import DISPOSITIONS
from reconciliation.judged import judged
from reconciliation.report import Verdict
from reconciliation.returned import read_back
from reconciliation.shown import Shown
from tests.reconciliation.builders import report
from words.languages import choose

Lines = list[list[str]]
ANSWERS = ("Disposition", "Reviewer", "Reason given")


@lru_cache(maxsize=1)
def handed() -> tuple[HandedOut, dict[str, Lines]]:
    """What is handed out, and the same as sheets of text."""
    choose("en")
    made, shown = report(20), Shown(LICENCE)
    tables = [judged(made, LICENCE, shown, verdict) for verdict in Verdict]
    sheets = {}
    for table in tables:
        rows = zip(*(column.values.cast(pl.String).fill_null("") for column in table.columns), strict=True)
        sheets[table.name] = [[column.heading for column in table.columns], *map(list, rows)]
    return hand_out(tables), sheets


def filled(choices: list[int]) -> dict[str, Lines]:
    """The sheets with an answer in every row whose record is chosen."""
    codes, sheets = list(DISPOSITIONS.values()), {}
    for name, (head, *rows) in handed()[1].items():
        places = [head.index(each) for each in ANSWERS]
        key = head.index("Record id")
        sheets[name] = [list(head)]
        for row in rows:
            choice = choices[int(row[key], 16) % len(choices)]
            told = dict(zip(places, (codes[choice], "张三", "看过"), strict=True)) if choice < len(codes) else {}
            sheets[name].append([told.get(place, text) for place, text in enumerate(row)])
    return sheets


def mixed(lines: Lines, chance: randoms.Random) -> Lines:
    """The rows in another order, the columns in another, and a column of somebody's own among them."""
    order = list(range(len(lines[0])))
    chance.shuffle(order)
    head, rows = lines[0], lines[1:]
    chance.shuffle(rows)
    return [[line[place] for place in order] + [own] for line, own in [(head, "Mine"), *((row, "x") for row in rows)]]


def read(sheets: dict[str, Lines]) -> tuple[set[tuple[str, str, str, str]], list[str]]:
    """What is answered about which record, and what is wrong."""
    frames = {
        name: pl.DataFrame(lines, orient="row", schema=[f"c{place}" for place in range(len(lines[0]))])
        for name, lines in sheets.items()
    }
    returned = read_back(handed()[0], frames, "filled.xlsx")
    answers, contradictions = by_record(returned.answers, "filled.xlsx")
    told = {(each.record_id, each.disposition, each.reviewer, each.reason) for each in answers}
    return told, [error.code for error in [*returned.problems, *contradictions]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, len(DISPOSITIONS)), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_no_order_of_rows_columns_or_sheets_matters(choices: list[int], chance: randoms.Random) -> None:
    """Any permutation gives the same answers and no complaint."""
    sheets = filled(choices)
    plain, problems = read(sheets)
    names = list(sheets)
    chance.shuffle(names)
    assert read({name: mixed(sheets[name], chance) for name in names}) == (plain, problems)
    assert problems == []
    assert bool(plain) == any(choice < len(DISPOSITIONS) for choice in choices)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_edit_of_a_locked_cell_goes_unseen(data: st.DataObject) -> None:
    """Whatever cell of the evidence is changed, its row is refused and every other one is taken."""
    sheets = filled([0])
    whole, _problems = read(sheets)
    name = data.draw(st.sampled_from(sorted(sheets)))
    lines = sheets[name]
    row = data.draw(st.integers(1, len(lines) - 1))
    locked = [place for place, heading in enumerate(lines[0]) if heading not in ANSWERS]
    place = data.draw(st.sampled_from(locked))
    lines[row][place] += "改"
    told, problems = read(sheets)
    seal = lines[0][place] == "Row seal"
    assert problems == (["row-foreign", "row-missing"] if seal else ["cell-changed"])
    assert len(whole - told) <= 1


def test_a_column_that_was_deleted_is_told_once() -> None:
    """None of its list's rows is taken, the other lists are, and nobody reads the same sentence for every row."""
    sheets = filled([0])
    whole, _none = read(sheets)
    (name, lines) = next((name, lines) for name, lines in sheets.items() if len(lines) > 2)
    place = lines[0].index("Document number")
    told, problems = read(sheets | {name: [line[:place] + line[place + 1 :] for line in lines]})
    assert problems == ["evidence-gone"]
    assert told < whole
