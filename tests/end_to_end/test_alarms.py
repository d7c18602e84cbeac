"""Alarms of real runs: raised, told, over; and never in the way of the run itself."""

from __future__ import annotations

import json
from typing import Any

from tests.end_to_end.town import Desk, Town, call


def tells(desk: Desk, *lines: str) -> None:
    """Give the workspace a channel."""
    with (desk.folder / "yinxin.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n".join(["", "[[channels]]", *lines, ""]))


def told(desk: Desk) -> list[dict[str, Any]]:
    """What the dry channel was told."""
    file = desk.folder / ".yinxin" / "told-dry.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def test_a_bot_that_fails_and_recovers(town: Town, desk: Desk) -> None:
    """The failure is told with who must act, listed with exit code 1, and its end is told after the next good run."""
    tells(desk, 'name = "dry"', 'kind = "dry"', 'digest = "00:00"')
    password = desk.folder / ".yinxin" / "secrets.toml"
    right = password.read_text("utf-8")
    password.write_text(right.replace("approval_password", "approval_passwort"), encoding="utf-8")
    run = desk.call("run", "disclosure")
    assert run.code == 2
    failed, digest = told(desk)
    assert failed["body"].startswith("[Yinxin · 双公示自动公示] For an administrator: ")
    assert failed["kind"] == "failure"
    assert "1 alarm is open." in digest["body"]
    listed = desk.call("alarms", "list")
    assert (listed.code, [each["key"] for each in listed.result["alarms"]]) == (
        1,
        ["bot/disclosure/error/secret-missing"],
    )
    password.write_text(right, encoding="utf-8")
    run = desk.call("run", "disclosure")
    assert run.code == 1
    lines = told(desk)[-1]["body"].splitlines()
    assert any("records are held for a person." in line for line in lines)
    assert "It is over: " in lines[-1]
    assert desk.call("alarms", "list").code == 0
    again = call("alarms", "list", "--all", "-w", str(desk.folder)).out
    assert "Recovered" in again
    assert desk.call("audit", "verify").code == 0
    _the_digest_tells_the_rates(desk, run.result)
    assert town.stored() == town.due()


def _the_digest_tells_the_rates(desk: Desk, result: dict[str, Any]) -> None:
    """The next day's digest has the three rates of the newest report, and what the day brought."""
    from datetime import UTC, datetime, timedelta

    from bots.alarming import tell
    from bots.workspace import Workspace

    workspace = Workspace.find(desk.folder)
    with workspace.journal() as journal:
        assert tell(workspace, journal, datetime.now(UTC) + timedelta(hours=24)) == 2  # and what still lasts
    line = told(desk)[-1]["body"].splitlines()[0]
    for rate in result["rates"].values():
        assert f"{rate['value']:.2%}" in line
    assert f"{result['counts']['confirmed']} records confirmed" in line
    assert "2 runs; 1 of them stopped" in line


def test_drift_is_told_and_a_dry_run_is_not(town: Town, desk: Desk) -> None:
    """A renamed column degrades the bot: an integrator has to look; a dry run that meets it says nothing."""
    tells(desk, 'name = "dry"', 'kind = "dry"')
    town.order("bureau", "renamed_header", times=99)
    assert desk.call("run", "disclosure", "--dry-run").code == 5
    assert desk.call("alarms", "list").result["alarms"] == []
    assert desk.call("run", "disclosure").code == 5
    listed = desk.call("alarms", "list")
    assert listed.code == 0
    (alarm,) = listed.result["alarms"]
    assert (alarm["kind"], alarm["actor"]) == ("degraded", "drift")
    assert "For an integrator: 老业务系统" in told(desk)[0]["body"]


def test_a_channel_that_is_down_does_not_touch_the_run(town: Town, desk: Desk) -> None:
    """The exit code, the envelope and what was delivered are those of the run; the log says what was not told."""
    tells(desk, 'name = "down"', 'url = "json://127.0.0.1:9/hook"')
    run = desk.call("run", "disclosure")
    assert (run.code, run.envelope["ok"], run.envelope["errors"]) == (1, True, [])
    assert town.stored() == town.due()
    assert "channel down: The channel “down” did not take the message" in desk.log()
    assert desk.call("alarms", "tell").code == 4
    assert desk.call("alarms", "test", "down").error["code"] == "channel-unreached"
    assert desk.call("alarms", "test", "done").error["todo"] == "Did you mean “down”?"


def test_a_test_line_says_what_came_back(quiet: Desk) -> None:
    """To whoever sets a channel up."""
    tells(quiet, 'name = "dry"', 'kind = "dry"')
    assert quiet.call("alarms", "test", "dry").result["answer"].endswith("told-dry.jsonl")
    assert told(quiet)[0]["body"] == "[Yinxin] This is a test; nobody has to do anything."


def test_a_run_that_is_resumed_is_over_its_error(town: Town, desk: Desk) -> None:
    """Whoever finishes it, and a run over fewer days as well, shows that the system answers again."""
    desk.change("connectors/bureau.yaml", "kind: portal", "kind: portal\ntimeout: 2")
    town.order("bureau", "error_500", times=9)
    assert desk.call("run", "disclosure").code == 4
    town.faults.open.clear()
    assert [each["kind"] for each in desk.call("alarms", "list").result["alarms"]] == ["failed"]
    desk.call("resume")
    assert {each["kind"] for each in desk.call("alarms", "list").result["alarms"]} == {"degraded"}


def test_a_declaration_that_cannot_be_read_is_told(quiet: Desk) -> None:
    """A bot that cannot even begin is one that fails; one that nobody declared is a slip of the pen."""
    tells(quiet, 'name = "dry"', 'kind = "dry"')
    quiet.change("bots/disclosure.yaml", "title:", "titel:")
    assert quiet.call("run", "disclosure").code == quiet.call("run", "nobody").code == 2
    (message,) = told(quiet)
    assert "[Yinxin · disclosure] For an administrator: bots/disclosure.yaml" in message["body"]
