"""The error tree: who acts next, with which exit code, and where."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from words.errors import (
    BusinessError,
    DeliveryError,
    DriftError,
    LoginNeeded,
    Place,
    SystemFailure,
    UsageError,
    YinxinError,
    first_of,
)
from words.languages import choose

FAMILIES = {
    BusinessError: ("a clerk", 1),
    UsageError: ("whoever runs this command", 2),
    LoginNeeded: ("whoever holds the account", 3),
    SystemFailure: ("nobody yet: run it again", 4),
    DeliveryError: ("the feed's operator", 4),
    DriftError: ("an integrator", 5),
}
EVERYTHING = Place(
    file="台账.xlsx", line=3, sheet="3月", row=7, field="文书号", system="部门台账", url="https://city.example/list"
)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


def test_the_tree_has_these_families_and_no_other() -> None:
    """Every error belongs to whoever acts next."""
    assert set(YinxinError.__subclasses__()) == set(FAMILIES)


@pytest.mark.parametrize("family", list(FAMILIES))
def test_each_family_says_who_acts_and_how_the_command_ends(family: type[YinxinError]) -> None:
    """The exit codes of the command line, and everything a script reads."""
    error = family("reason", "It happened.", todo="Do this.", place=EVERYTHING)
    who, exit_code = FAMILIES[family]
    assert str(error) == error.sentence == "It happened."
    assert error.as_dict() == {
        "code": "reason",
        "who": who,
        "sentence": "It happened.",
        "place": EVERYTHING.as_dict(),
        "todo": "Do this.",
        "exit_code": exit_code,
    }


def test_a_place_is_told_from_the_outside_in() -> None:
    """System, file, line, sheet, row, field, address; what is not known is left out."""
    assert str(EVERYTHING) == (
        "system 部门台账 · file 台账.xlsx · line 3 · sheet 3月 · row 7 · field 文书号 · address https://city.example/list"
    )
    assert Place(row=2, file="a.csv").parts() == [("file", "a.csv"), ("row", "2")]
    assert Place(line=0).parts() == [("line", "0")]
    assert str(Place()) == ""


def test_a_place_is_told_in_the_readers_language() -> None:
    """The labels are the reader's, the values stay as they are; scripts read field names."""
    choose("zh")
    assert Place(file="台账.xlsx").parts()[0][1] == "台账.xlsx"
    assert Place(file="台账.xlsx").parts()[0][0] != "file"
    assert Place(file="台账.xlsx", row=7).as_dict() == {"file": "台账.xlsx", "row": 7}


def test_an_error_without_a_place_has_an_empty_one() -> None:
    """Nobody has to ask whether there is a place."""
    error = UsageError("reason", "It happened.", todo="Do this.")
    assert error.place == Place()
    assert error.as_dict()["place"] == {}


def test_the_error_that_explains_is_told_of_a_group() -> None:
    """What fails side by side is told by the error that a person can act on."""
    ours = DriftError("moved", "It moved.", todo="Look.")
    group = BaseExceptionGroup("side by side", [OSError("x"), BaseExceptionGroup("inner", [ValueError("y"), ours])])
    assert first_of(group) is ours
    assert first_of(ours) is ours
    foreign = OSError("x")
    assert first_of(BaseExceptionGroup("all foreign", [foreign, ValueError("y")])) is foreign
