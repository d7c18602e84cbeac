"""A failure leaves once: whoever runs, releases, is interrupted, or corrects it afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date

import pytest

from journal import Journal, State
from journal.deliveries import IllegalTransition
from mappings.standards.commitment import FULLY, NOT_AT_ALL, PARTLY
from sandbox.commitments import REJECTED, Event
from tests.commitments.cities import city_of
from tests.commitments.conftest import Opener
from tests.commitments.one import AFTER, BEFORE, DUE, LATER, PLAIN, PUSH, SCENE, line, once, pushed, standing
from tests.commitments.pretend import Desk

ADVERSE = {"adverse": {"performance": [NOT_AT_ALL, PARTLY]}}


class Killed(BaseException):
    """The process died."""


def meanwhile(desk: Desk, doing: str, what: Callable[[], Awaitable[None]]) -> None:
    """Let something happen once, at the moment at which a run does something."""
    left = [what]

    async def happens(now: str) -> None:
        if now == doing and left:
            await left.pop()()

    desk.workspace.system.meanwhile = desk.workspace.platform.meanwhile = happens


@pytest.mark.parametrize("doing", ["collect", "again", "check", "fill", "answer"])
async def test_two_runs_at_once_push_once(opened: Opener, doing: str) -> None:
    """A second run over the same journal, whole, at a moment of the first: even where no lease keeps them apart."""
    desk = opened(PLAIN)
    await desk.morning(BEFORE)
    with Journal.open(desk.journal.folder) as other:
        second = Desk(desk.workspace, other)

        async def whole_run() -> None:
            assert (await second.morning(PUSH)).report.counts.balanced

        meanwhile(desk, doing, whole_run)
        with suppress(IllegalTransition):  # the first may have to say that another one is at work
            await desk.morning(PUSH)
    await desk.morning(AFTER)
    once(desk, PUSH)


@pytest.mark.parametrize("doing", ["collect", "again", "check", "fill", "send", "answer"])
@pytest.mark.parametrize("how", ["resumed", "next run"])
async def test_a_run_that_died_is_finished_without_pushing_twice(opened: Opener, doing: str, how: str) -> None:
    """Before, within and after the hand-over; whoever goes on asks the platform first."""
    desk = opened(PLAIN)
    await desk.morning(BEFORE)

    async def dies() -> None:
        raise Killed

    meanwhile(desk, doing, dies)
    with pytest.raises((Killed, BaseExceptionGroup)):
        await desk.morning(PUSH)
    (run,) = desk.journal.unfinished_runs("commitments")
    done = await desk.morning(PUSH, resumed=run.run_id if how == "resumed" else "")
    assert done.report.counts.balanced
    assert desk.journal.unfinished_runs("commitments") == []
    assert [each.state for each in desk.journal.deliveries()] == [State.CONFIRMED]
    once(desk, PUSH)


async def release(desk: Desk, by: str = "李四") -> None:
    """Let go what waits for a second person."""
    held = desk.journal.deliveries(states=[State.HELD])
    assert held
    desk.journal.released([each.id for each in held], by)


async def test_a_failure_waits_for_a_second_person_and_leaves_with_the_next_run(opened: Opener) -> None:
    """Held each morning until then, one delivery all along, and late by the days it waited."""
    desk = opened(PLAIN, release=ADVERSE)
    for day in (PUSH, AFTER):
        bucket, why = standing(await desk.morning(day))
        assert (bucket, why.partition(":")[0]) == ("held", "It waits for the release by a second person")
        assert pushed(desk) == []
    await release(desk)
    last = line(await desk.morning(LATER))
    assert (last["outcome"], last["late"]) == ("confirmed", "2")
    assert len(desk.journal.deliveries()) == 1
    once(desk, LATER)


@pytest.mark.parametrize("released", [True, False])
@pytest.mark.parametrize(
    "happens",
    [
        SCENE.confirmation(AFTER, "08:30"),
        SCENE.extension(PUSH)[0],
        SCENE.happens("cancellation", PUSH, "注销"),
        SCENE.happens("dispute", PUSH, "已提交"),
        SCENE.upload(PUSH),
    ],
    ids=lambda event: event.kind,
)
async def test_what_is_not_broken_any_more_is_discarded_whether_released_or_not(
    opened: Opener, released: bool, happens: Event
) -> None:
    """Between the release and the next run anything may happen, and the next run sees it."""
    desk = opened(city_of(DUE, happens), release=ADVERSE)
    await desk.morning(PUSH)
    if released:
        await release(desk)
    await desk.morning(AFTER)
    assert [each.state for each in desk.journal.deliveries()] == [State.DISCARDED]
    await desk.morning(LATER)
    assert pushed(desk) == []
    assert desk.journal.audit().whole


@pytest.mark.parametrize("how", ["deaf", "down"])
async def test_what_was_released_goes_on_waiting_while_the_source_is_silent(opened: Opener, how: str) -> None:
    """Nobody has to release it once more because a system was down for a day."""
    desk = opened(PLAIN, release=ADVERSE)
    await desk.morning(PUSH)
    await release(desk)
    setattr(desk.workspace.system, how, True)
    assert standing(await desk.morning(AFTER))[0] == "held"
    setattr(desk.workspace.system, how, False)
    await desk.morning(LATER)
    once(desk, LATER)


async def test_a_part_that_was_kept_before_the_release_is_another_record(opened: Opener) -> None:
    """The failure that was let go is discarded, and the one in part waits for a second person anew."""
    desk = opened(city_of(DUE, SCENE.confirmation(PUSH, partly=True)), release=ADVERSE)
    await desk.morning(PUSH)
    await release(desk)
    assert standing(await desk.morning(AFTER))[0] == "held"
    assert [each.state for each in desk.journal.deliveries()] == [State.DISCARDED, State.HELD]
    await release(desk)
    await desk.morning(LATER)
    assert pushed(desk) == [(LATER, "publish", PARTLY)]


async def test_a_rejected_dispute_is_pushed_with_the_first_run_after_it(opened: Opener) -> None:
    """Held while it is open; a ruling of this morning counts, though the list does not show it."""
    dispute, ruling = SCENE.happens("dispute", BEFORE, "已提交"), SCENE.happens("ruling", PUSH, REJECTED)
    desk = opened(city_of(DUE, dispute, ruling))
    await desk.morning(BEFORE)
    assert standing(await desk.morning(PUSH))[0] == "held"
    await desk.morning(AFTER)
    once(desk, AFTER)


def kept_later(*partly: bool) -> list[Event]:
    """Return confirmations on the days after the push, each in part or in whole."""
    return [SCENE.confirmation(day, "15:00", partly=each) for day, each in zip((PUSH, AFTER), partly, strict=False)]


@pytest.mark.parametrize(
    ("partly", "changes", "expected"),
    [
        ((False,), {}, [(AFTER, "correct", FULLY)]),
        ((True, False), {}, [(AFTER, "correct", PARTLY), (LATER, "correct", FULLY)]),
        ((True,), {}, [(AFTER, "correct", PARTLY)]),
        ((False,), {"performed": "withdraw"}, [(AFTER, "withdraw", "")]),
        ((True, False), {"performed": "withdraw"}, [(AFTER, "correct", PARTLY), (LATER, "withdraw", "")]),
    ],
)
async def test_what_is_kept_after_all_is_corrected_or_taken_back(
    opened: Opener, partly: tuple[bool, ...], changes: dict[str, str], expected: list[tuple[date, str, str]]
) -> None:
    """Once each, as the bot declares; afterwards there is nothing left to do."""
    desk = opened(city_of(DUE, *kept_later(*partly)), **changes)
    for day in (PUSH, AFTER, LATER, SCENE.late(10), SCENE.late(11)):
        done = line(await desk.morning(day))
    assert pushed(desk) == [(PUSH, "publish", NOT_AT_ALL), *expected]
    assert done["outcome"] == done["why"] == ""
    shown = [values for values, _day in desk.workspace.platform.shown.values()]
    assert [each["承诺履行状态"] for each in shown] == ([] if expected[-1][1] == "withdraw" else [expected[-1][2]])
    for each in shown:
        assert bool(each["未履行的承诺内容"]) == bool(each["违诺责任追究内容"]) == (expected[-1][2] == PARTLY)
        assert each["认定日期"] == f"{(PUSH, AFTER)[len(partly) - 1]:%Y/%m/%d}"
    assert desk.journal.audit().whole


@pytest.mark.parametrize("corrects", ["reissue", ""])
async def test_a_platform_that_replaces_nothing_gets_a_new_record_or_a_person(opened: Opener, corrects: str) -> None:
    """Taken back and published anew, or told to whoever has to ask the platform's operator."""
    desk = opened(city_of(DUE, *kept_later(False)))
    desk.workspace.platform.corrects = corrects  # type: ignore[assignment]
    await desk.morning(PUSH)
    done = standing(await desk.morning(AFTER))
    expected = [(AFTER, "withdraw", ""), (AFTER, "publish", FULLY)] if corrects else []
    assert pushed(desk) == [(PUSH, "publish", NOT_AT_ALL), *expected]
    assert done[0] == ("due" if corrects else "held")


@pytest.mark.parametrize(
    "happens", [SCENE.extension(PUSH)[0], SCENE.happens("cancellation", PUSH, "注销")], ids=lambda event: event.kind
)
async def test_what_changed_after_the_push_is_for_a_person_and_stays_as_it_is(opened: Opener, happens: Event) -> None:
    """Whether a failure that was one then still is one now is nothing for a program."""
    desk = opened(city_of(DUE, happens))
    await desk.morning(PUSH)
    for day in (AFTER, LATER):
        assert standing(await desk.morning(day))[0] == "held"
    once(desk, PUSH)
