"""Bots that nobody starts: on one machine, with nothing but the workspace."""

from __future__ import annotations

from bots.workspace import Workspace
from tests.end_to_end.duty import firings, on_duty, relieve, schedule, until
from tests.end_to_end.town import Desk, Town, assert_named


def test_what_is_queued_runs_and_the_history_has_no_hole(town: Town, desk: Desk) -> None:
    """Each record is delivered once, the firing tells its run, and whoever is on duty ends in order."""
    schedule(desk, "daily")
    assert desk.call("schedule", "run-now", "daily", "--queue").result["firing"]["state"] == "queued"
    with on_duty(desk, "schedule", "serve") as serving:
        until(lambda: firings(desk)[0].state == "ran")
        code, said = relieve(serving)
    assert code == 143, said
    assert "Traceback" not in said
    [firing] = firings(desk)
    assert (firing.exit_code, firing.attempts) == (1, 1)
    assert town.stored() == town.due()
    told = desk.call("schedule", "history")
    assert told.code == 1  # that run left something to a person
    assert told.result["holes"] == {"commitments": [], "daily": [], "disclosure": []}
    assert [each["run_id"] for each in told.result["firings"]] == [firing.run_id]
    with Workspace.find(desk.folder).journal() as journal:
        assert journal.run(firing.run_id).state == "done"
        assert [event.kind for event in journal.events(subject=f"firing/{firing.key}")] == [
            *("firing.queued", "firing.running", "firing.ran"),
        ]


def test_a_big_window_is_collected_in_parts_and_told_in_one_report(town: Town, desk: Desk) -> None:
    """Each detail is opened once, by the part that it belongs to; the run over the whole delivers everything once."""
    schedule(desk, "daily", 'cron: "0 0 1 1 *"', "split: 90d")
    desk.call("schedule", "run-now", "daily", "--queue")
    with on_duty(desk, "schedule", "serve", "--workers", "2"):
        until(lambda: all(each.state == "ran" for each in firings(desk)))
    ended = firings(desk)
    parts = [each for each in ended if each.part]
    [whole] = [each for each in ended if not each.part]
    assert {each.part[0] for each in parts} == {"approval", "bureau"}
    assert len(parts) == 4
    assert whole.exit_code == 1
    assert town.stored() == town.due()
    with Workspace.find(desk.folder).journal() as journal:
        counts = journal.run(whole.run_id).counts
        rows = sum(journal.run(each.run_id).counts["collected"] for each in parts)
        assert rows == counts["collected"] == _opened(town)
    assert desk.call("schedule", "history", "daily").result["holes"] == {"daily": []}
    assert desk.call("report").result["run"] == whole.run_id


def test_collecting_ahead_sends_nothing_and_leaves_nothing_to_open(town: Town, desk: Desk) -> None:
    """What it brought is what the run would have opened; a source of another bot is refused by name."""
    ahead = desk.call("collect", "disclosure")
    assert ahead.code in {0, 1}, ahead.err
    assert not town.received
    assert all(each["rows"] == each["new"] > 0 for each in ahead.result["sources"])
    again = desk.call("collect", "disclosure", "--source", "approval")
    assert [each["new"] for each in again.result["sources"]] == [0]
    assert_named(desk.call("collect", "disclosure", "--source", "aproval"), 2, "not-declared", field="sources")
    before = _opened(town)
    desk.call("run", "disclosure")
    assert _opened(town) == before == sum(each["rows"] for each in ahead.result["sources"])
    assert town.stored() == town.due()


def test_a_machine_that_loses_its_power_goes_on_by_itself(town: Town, desk: Desk) -> None:
    """Whoever is on duty is killed in the middle of a run; the next one takes it up, and nothing is sent twice."""
    schedule(desk, "daily")
    desk.call("schedule", "run-now", "daily", "--queue")
    with on_duty(desk, "schedule", "serve") as serving:
        until(lambda: any("upload" in asked for asked in town.asked))
        serving.kill()
    assert [each.state for each in firings(desk)] == ["running"]
    with on_duty(desk, "schedule", "serve") as serving:
        until(lambda: firings(desk)[0].state == "ran")
        relieve(serving)
    assert town.stored() == town.due()
    assert desk.call("audit", "verify").code == 0
    with Workspace.find(desk.folder).journal() as journal:
        assert journal.leases() == []


def test_being_relieved_in_the_middle_of_a_run_loses_nothing(town: Town, desk: Desk) -> None:
    """The run stops in order and is queued; the next one on duty finishes it."""
    schedule(desk, "daily")
    desk.call("schedule", "run-now", "daily", "--queue")
    with on_duty(desk, "schedule", "serve") as serving:
        until(lambda: len(town.asked) > 3)
        assert relieve(serving)[0] == 143
    [firing] = firings(desk)
    assert (firing.state, firing.attempts) in {("queued", 0), ("ran", 1)}  # it may have come to its end meanwhile
    with on_duty(desk, "schedule", "serve"):
        until(lambda: firings(desk)[0].state == "ran")
    assert town.stored() == town.due()


def test_run_now_runs_here_and_tells_what_came_of_it(town: Town, desk: Desk) -> None:
    """The exit code is the run's, and the firing is in the history like those of the clock."""
    schedule(desk, "daily")
    told = desk.call("schedule", "run-now", "daily")
    assert told.code == told.result["firing"]["exit_code"] == 1, told.err
    assert town.stored() == town.due()


def test_schedules_are_listed_with_what_comes_next(quiet: Desk) -> None:
    """One on working days, one that is switched off; what the calendar does not know yet is said."""
    schedule(quiet, "daily", 'cron: "30 8 * * *"', "working_days: true")
    schedule(quiet, "rest", 'cron: "0 9 * * *"', "enabled: false")
    listed = {each["name"]: each for each in quiet.call("schedule", "list").result["schedules"]}
    assert len(listed["daily"]["next"]) == 1
    assert listed["rest"]["next"] == []
    for name in ("disclosure", "commitments"):  # those that every workspace begins with
        (quiet.folder / "schedules" / f"{name}.yaml").unlink()
    told = quiet.call("schedule", "next", "--count", "400")
    assert told.code == 1
    reasons = [each["reason"] for each in told.result["next"]]
    assert reasons == sorted(reasons)  # first the days that are known, then those that are not
    assert {"", "calendar"} == set(reasons)


def test_what_is_wrong_is_said_before_anybody_is_on_duty(quiet: Desk) -> None:
    """No schedule, an unknown one, a bot that is not declared, workers without a queue."""
    for file in (quiet.folder / "schedules").glob("*.yaml"):
        file.unlink()
    assert_named(quiet.call("schedule", "serve"), 2, "no-schedule")
    schedule(quiet, "daily", 'cron: "30 8 * * *"')
    assert_named(quiet.call("schedule", "run-now", "dayly"), 2, "not-declared", file="schedules/dayly.yaml")
    schedule(quiet, "daily", 'cron: "30 8 * * *"', bot="disclosur")
    assert_named(quiet.call("schedule", "list"), 2, "not-declared", file="schedules/daily.yaml", line=2, field="bot")
    assert_named(quiet.call("worker"), 2, "no-queue")


def _opened(town: Town) -> int:
    """Return how many details were asked for."""
    return sum("detail" in asked or "/results/" in asked for asked in town.asked)
