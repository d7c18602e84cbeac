"""A platform that misbehaves: what is read back decides, and what is unclear is asked for before it is sent again."""

from __future__ import annotations

import pytest

from sandbox.faults import Fault
from tests.end_to_end.test_orders import BOT, lines
from tests.end_to_end.town import Desk, Town, assert_named


@pytest.fixture
def hasty(desk: Desk) -> Desk:
    """A workspace that does not wait long for the platform."""
    desk.change("connectors/credit.yaml", "connections: 4", "connections: 4\ntimeout: 4")
    desk.change("connectors/credit.yaml", "settles: 2 ", "settles: 0.5 ")
    desk.change(BOT, "feed: credit", "feed: credit\nvisible_within: 1")
    return desk


@pytest.mark.parametrize(
    "fault",
    ["commit_then_500", "drop_before_commit", "drop_after_commit", "hang_after_commit", "half_batch", "lost_receipt"],
)
def test_a_run_heals_what_the_platform_broke(town: Town, hasty: Desk, fault: str) -> None:
    """Even at a platform that takes doubles, each record is there once at the end of the same run."""
    town.order("credit", "accept_duplicates", times=9)
    town.order("credit", fault)
    run = hasty.call("run", "disclosure")
    assert run.code == 1, run.out + run.err
    assert run.result["balanced"] is True
    assert run.result["counts"]["confirmed"] == run.result["counts"]["due"]
    assert town.stored() == town.due()


def test_a_silently_shortened_field_differs(town: Town, hasty: Desk) -> None:
    """What the platform shows is not what was sent: it counts as differing, with the field, and is not sent again."""
    town.order("credit", "truncate_field")
    run = hasty.call("run", "disclosure")
    counts = run.result["counts"]
    assert (counts["differs"], counts["confirmed"]) == (1, counts["due"] - 1)
    assert run.result["balanced"] is True
    (differing,) = hasty.call("deliveries", "list", "--state", "differs").result["deliveries"]
    assert differing["reason"] == "content"
    again = hasty.call("run", "disclosure")
    assert again.result["counts"]["due"] == 0
    assert town.stored() == town.due()


def test_an_older_value_on_reading_back_differs_until_the_new_one_shows(town: Town, hasty: Desk) -> None:
    """A correction is confirmed only when its own values show."""
    hasty.change(BOT, "differs_from_feed: hold", "differs_from_feed: deliver")
    town.faults.order(_older(seconds=6))
    run = hasty.call("run", "disclosure")
    corrected = lines(town, "corrected")
    assert run.result["counts"]["differs"] == len(corrected) > 0
    assert run.result["balanced"] is True
    for _turn in range(20):
        again = hasty.call("run", "disclosure")
        if not again.result["counts"]["held"] or not hasty.call("deliveries", "list").result["deliveries"]:
            break
    states = {each["state"] for each in hasty.call("deliveries", "list", "--all").result["deliveries"]}
    assert states == {"confirmed"}
    assert lines(town, "corrected") == corrected


def _older(seconds: float) -> Fault:
    return Fault("credit", "older_value", seconds=seconds)


def test_what_was_accepted_and_never_shows_is_reported(town: Town, hasty: Desk) -> None:
    """It waits, is never sent again, and after the configured time the feed's operator is named."""
    hasty.change(BOT, "feed: credit", "feed: credit\nunseen_after: 0")
    town.order("credit", "hidden_record")
    run = hasty.call("run", "disclosure")
    assert_named(run, 4, "accepted-unseen", system="信用平台")
    counts = run.result["counts"]
    assert (counts["waiting"], counts["confirmed"]) == (1, counts["due"] - 1)
    hasty.call("run", "disclosure")
    assert town.stored() == town.due()


def test_a_request_to_wait_is_honoured(town: Town, hasty: Desk) -> None:
    """HTTP 429 with Retry-After delays a run and does not end it."""
    town.order("credit", "too_many_requests", times=2)
    run = hasty.call("run", "disclosure")
    assert run.result["counts"]["confirmed"] == run.result["counts"]["due"]
    assert town.stored() == town.due()
