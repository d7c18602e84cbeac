"""The rule by which decisions follow, contradict and settle each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bots.standing import as_frame, standing
from journal import Disposition


def made(word: str, who: str, *, settles: bool = False, reason: str = "r", basis: str = "b") -> Disposition:
    """One decision about the one record."""
    return Disposition(
        run_id="run",
        record_id="record",
        document_number="1",
        verdict="differs",
        fingerprint="f",
        basis=basis,
        disposition=word,
        reviewer=who,
        reason=reason,
        settles=settles,
        imported_by=who,
        file_sha256="",
    )


def outcome(*decisions: Disposition) -> tuple[str, str, list[str]]:
    """What is in force, by whom, and who disagrees."""
    (stands,) = standing(decisions).values()
    return stands.in_force.disposition, stands.owner, [each.reviewer for each in stands.objections]


def test_the_first_decision_stands_against_another_persons() -> None:
    """A disagreement changes nothing and is told."""
    assert outcome(made("deliver", "A"), made("hold", "B")) == ("deliver", "A", ["B"])


def test_everybody_may_change_their_own_word() -> None:
    """The last word of a person counts, and taking over the other's word ends a disagreement."""
    assert outcome(made("deliver", "A"), made("hold", "A")) == ("hold", "A", [])
    assert outcome(made("deliver", "A"), made("hold", "B"), made("deliver", "B")) == ("deliver", "A", [])
    assert outcome(made("deliver", "A"), made("hold", "B"), made("hold", "A")) == ("hold", "A", [])


def test_who_agreed_disagrees_when_the_word_changes() -> None:
    """Agreement is to a word, not to a person."""
    assert outcome(made("deliver", "A"), made("deliver", "B"), made("hold", "A")) == ("hold", "A", ["B"])


def test_a_third_person_settles() -> None:
    """What was said before is history then; a new contradiction is a new disagreement."""
    settled = (made("deliver", "A"), made("hold", "B"), made("hold", "C", settles=True))
    assert outcome(*settled) == ("hold", "C", [])
    assert outcome(*settled, made("deliver", "A")) == ("hold", "C", ["A"])


def test_what_changed_is_decided_anew() -> None:
    """Another basis has its own decisions; the newest is the one made last."""
    frame = as_frame(standing([made("hold", "A"), made("deliver", "B", basis="c"), made("hold", "A", reason="s")]))
    assert frame.select("basis", "disposition", "reviewer", "newest").rows() == [
        ("c", "deliver", "B", False),
        ("b", "hold", "A", True),
    ]


_steps = st.lists(
    st.builds(made, st.sampled_from(["deliver", "hold", "exempt"]), st.sampled_from("ABC"), settles=st.booleans()),
    min_size=1,
    max_size=8,
)


@given(_steps)
def test_saying_the_same_again_changes_nothing(steps: list[Disposition]) -> None:
    """Whatever happened, the last word repeated is known, and repeating it leaves all as it is."""
    (before,) = standing(steps).values()
    again = steps[-1]
    assert before.has(again)
    if not again.settles:
        assert outcome(*steps, again) == outcome(*steps)
    assert all(each.disposition != before.in_force.disposition for each in before.objections)
