"""What persons decide about deliveries: corrections, withdrawals, sending once more, and letting go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from journal import Journal, State
from tests.end_to_end.town import Desk, Town, assert_named

BOT = "bots/disclosure.yaml"


def lines(town: Town, result: str) -> list[dict[str, Any]]:
    """The rows of the platform's log with a result."""
    return [row for row in town.received if row["result"] == result]


def states(desk: Desk, number: str) -> list[tuple[str, str]]:
    """Action and state of every delivery of a document number, in their order."""
    listed = desk.call("deliveries", "list", "--all").result["deliveries"]
    return [(each["action"], each["state"]) for each in listed if each["document_number"] == number]


def one_confirmed(desk: Desk) -> str:
    """A document number that the feed shows as it was sent."""
    listed = desk.call("deliveries", "list", "--state", "confirmed").result["deliveries"]
    return str(listed[0]["document_number"])


def test_a_correction_replaces_what_the_feed_shows(town: Town, desk: Desk) -> None:
    """A record that the feed shows with other values is corrected by the feed's own way, once, and read back."""
    desk.change(BOT, "differs_from_feed: hold", "differs_from_feed: deliver")
    run = desk.call("run", "disclosure")
    corrected = lines(town, "corrected")
    assert corrected
    assert run.result["balanced"] is True
    assert run.result["counts"]["confirmed"] == run.result["counts"]["due"] == len(corrected) + town.due().total()
    for row in corrected:
        assert states(desk, row["values"]["XK_WSH"]) == [("correct", "confirmed")]
    again = desk.call("run", "disclosure")
    assert again.result["counts"]["due"] == 0
    assert lines(town, "corrected") == corrected


def test_what_a_person_withdraws_stays_withdrawn_until_a_person_sends_it_again(town: Town, desk: Desk) -> None:
    """The withdrawal is read back, evented and respected by the next run; retry publishes the record once more."""
    desk.call("run", "disclosure")
    number = one_confirmed(desk)
    withdrawn = desk.call("deliveries", "withdraw", number, "--reason", "决定已被撤销")
    assert withdrawn.code == 0, withdrawn.out + withdrawn.err
    assert [row["values"]["XK_WSH"] for row in lines(town, "withdrawn")] == [number]
    assert states(desk, number) == [("publish", "withdrawn"), ("withdraw", "confirmed")]
    run = desk.call("run", "disclosure")
    assert run.result["counts"]["due"] == 0
    assert run.result["balanced"] is True
    (first, *_rest) = desk.call("deliveries", "list", "--state", "withdrawn").result["deliveries"]
    assert desk.call("deliveries", "retry", str(first["id"])).code == 0
    assert states(desk, number)[-2:] == [("withdraw", "superseded"), ("publish", "confirmed")]
    assert town.stored()[number] == 2
    with Journal.open(desk.folder / ".yinxin") as journal:
        assert journal.verify() is None
        assert journal.leases() == []


def test_a_withdrawal_needs_exactly_one_match(desk: Desk) -> None:
    """A number that the feed does not show is refused before anything is sent."""
    outcome = desk.call("deliveries", "withdraw", "呼审批〔2024〕99999号", "--reason", "写错")
    assert_named(outcome, 1, "not-one-match", system="信用平台")


def test_only_what_ended_without_effect_can_be_sent_once_more(desk: Desk) -> None:
    """A confirmed delivery and an unknown number are refused."""
    desk.call("run", "disclosure")
    shown = desk.call("deliveries", "list", "--state", "confirmed").result["deliveries"][0]
    assert_named(desk.call("deliveries", "retry", str(shown["id"])), 2, "nothing-to-retry")
    assert_named(desk.call("deliveries", "retry", "99999"), 2, "unknown-delivery")
    assert_named(desk.call("deliveries", "list", "--state", "confirmd"), 2, "unknown-state")


def release_rule(desk: Desk, **rule: object) -> None:
    """Let the bot ask for a second person."""
    bot = desk.folder / BOT
    bot.write_text(bot.read_text("utf-8") + f"release: {json.dumps(rule, ensure_ascii=False)}\n", encoding="utf-8")


def test_a_large_push_waits_for_a_second_person(town: Town, desk: Desk) -> None:
    """Nothing leaves; the one who prepared it may not release it; after another one did, the next run sends it."""
    release_rule(desk, above=10)
    due = town.due()
    first = desk.call("run", "disclosure")
    assert first.code == 1
    assert (first.result["counts"]["due"], town.received) == (0, [])
    assert first.result["balanced"] is True
    run = first.result["run"]
    waiting = desk.call("release")
    assert waiting.code == 1
    assert len(waiting.result["waiting"]) == due.total()
    again = desk.call("run", "disclosure")
    assert (again.result["counts"]["due"], town.received) == (0, [])
    with Journal.open(desk.folder / ".yinxin") as journal:
        (preparer,) = {each.prepared_by for each in journal.deliveries(states=[State.HELD])}
    assert_named(desk.call("release", run, "--by", preparer), 2, "same-person")
    assert len(desk.call("release", run, "--by", "李四").result["released"]) == due.total()
    sent = desk.call("run", "disclosure")
    assert sent.result["counts"]["confirmed"] == due.total()
    assert town.stored() == due
    with Journal.open(desk.folder / ".yinxin") as journal:
        kinds = [event.kind for event in journal.events() if '"by":"李四"' in event.data]
        assert kinds == ["delivery.prepared"] * due.total()


def test_an_adverse_record_waits_and_the_others_go(town: Town, desk: Desk) -> None:
    """What the bot calls adverse is held one by one."""
    due = [each for each in town.truth["records"] if each["bucket"] == "due"]
    values = {each.serial: each.values for each in town.city.decisions}
    name = values[due[0]["serials"][0]]["XK_XDR_MC"]
    release_rule(desk, adverse={"name": [name]})
    run = desk.call("run", "disclosure")
    held = desk.call("deliveries", "list", "--state", "held").result["deliveries"]
    assert held
    assert run.result["counts"]["confirmed"] == town.due().total() - len(held)
    assert town.stored().total() == town.due().total() - len(held)


def test_the_first_push_after_a_change_of_rules_waits(town: Town, desk: Desk) -> None:
    """A changed profile is looked at by a second person before anything goes out under it; nothing new needs none."""
    desk.call("run", "disclosure", "--until", "2024-06-15")
    assert town.received
    desk.change("mappings/credit.profile.yaml", "title: 信用平台", "title: 信用信息平台")
    before = len(town.received)
    run = desk.call("run", "disclosure")
    assert run.result["counts"]["due"] == 0
    assert len(town.received) == before
    reasons = {each["reason"] for each in desk.call("release").result["waiting"]}
    assert len(reasons) == 1
    desk.call("release", run.result["run"], "--by", "李四")
    desk.call("run", "disclosure")
    assert town.stored() == town.due()


def test_a_dry_run_says_what_would_wait(town: Town, desk: Desk) -> None:
    """It judges as a real run would, and prepares nothing."""
    release_rule(desk, above=10)
    run = desk.call("run", "disclosure", "--dry-run")
    assert run.result["would_send"] == []
    assert run.result["counts"]["held"] >= town.due().total()
    assert desk.call("deliveries", "list", "--all").result["deliveries"] == []


@pytest.mark.parametrize("words", [("release", "nope"), ("resume", "nope")])
def test_an_unknown_run_is_named(quiet: Desk, words: tuple[str, ...]) -> None:
    """Whoever mistypes a run is told so."""
    assert_named(quiet.call(*words), 2, "unknown-run")


def test_nothing_to_resume_is_no_error(quiet: Desk) -> None:
    """A workspace in which nothing was interrupted has nothing to resume."""
    outcome = quiet.call("resume")
    assert (outcome.code, outcome.result) == (0, {"resumed": []})
