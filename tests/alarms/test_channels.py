"""Channels: their addresses are secrets, chats are asked whether they took a message, two tellers send once."""

from __future__ import annotations

import importlib
import logging
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from bots.workspace import Workspace
from connectors.channels import Message
from journal import Alarm
from tests.alarms.receivers import Receiver, workspace_with
from tests.end_to_end.machines import lay_on
from tests.end_to_end.town import Desk, finished
from words.errors import SystemFailure, UsageError

TOKEN = "Zq7mT0k3nXw9"
HELD = Alarm("bot/disclosure/held", "degraded", "business", "3 records are held for a person.", "Open the workbook.")


def keeping(workspace: Workspace, value: str) -> Workspace:
    """Store the secret ``hook``."""
    workspace.state.mkdir(exist_ok=True)
    file = workspace.state / "secrets.toml"
    file.touch(mode=0o600)
    file.write_text(f'hook = "{value}"\n', encoding="utf-8")
    return workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace whose chat has a secret; its scheme is filled in by the test."""
    return keeping(workspace_with(tmp_path, 'name = "chat"\nurl = "SCHEME://{secret}"\nsecret = "hook"'), TOKEN)


@pytest.mark.parametrize(
    "case",
    [
        ("json://127.0.0.1:{port}/" + TOKEN, 500, "{{}}", "channel-unreached"),
        (
            "json://127.0.0.1:{port}/" + TOKEN,
            200,
            '{{"errcode": 1, "errmsg": "no way to {path}"}}',
            "channel-unreached",
        ),
        (f"json://127.0.0.1:9/{TOKEN}", 0, "", "channel-unreached"),
        (f"json://{TOKEN}.invalid/", 0, "", "channel-unreached"),
        (f"wecombot://{TOKEN}!!~~", 0, "", "channel-address"),
        (f"nobody-knows-{TOKEN}", 0, "", "channel-address"),
        (f"mailto://user:{TOKEN}@127.0.0.1:9/?to=a@b.cn&from=c@d.cn", 0, "", "channel-unreached"),
    ],
    ids=lambda case: f"{case[0][:12]}-{case[1]}",
)
def test_no_secret_is_shown(
    tmp_path: Path, receiver: Receiver, caplog: pytest.LogCaptureFixture, case: tuple[str, int, str, str]
) -> None:
    """Whatever goes wrong: not in output, log, journal or any other file, and not in what libraries would log."""
    address, receiver.status, receiver.answer, reason = case
    workspace = keeping(
        workspace_with(tmp_path, 'name = "chat"\nsecret = "hook"'), address.replace("{port}", str(receiver.port))
    )
    with workspace.journal() as journal:
        journal.raise_alarms([HELD], datetime.now().astimezone())
    caplog.set_level(logging.DEBUG)
    with pytest.raises((SystemFailure, UsageError)) as caught:
        workspace.channel(workspace.settings.channels[0]).send(Message("t", "b"))
    assert caught.value.code == reason
    assert TOKEN not in caplog.text + str(caught.value.as_dict()) + repr(
        workspace.channel(workspace.settings.channels[0])
    )
    outcome = finished(Desk(tmp_path).process("alarms", "tell"))
    assert TOKEN not in outcome.out + outcome.err
    assert outcome.code == caught.value.exit_code, outcome.err
    kept = [file for file in tmp_path.rglob("*") if file.is_file() and file.name != "secrets.toml"]
    assert any(file.suffix == ".log" for file in kept)
    assert [file for file in kept if TOKEN.encode() in file.read_bytes()] == []


@pytest.mark.parametrize(
    ("plugin", "holder", "field"),
    [
        ("wecombot.NotifyWeComBot", "key", "text"),
        ("dingtalk.NotifyDingTalk", "token", "text"),
        ("feishu.NotifyFeishu", "token", "content"),
    ],
)
def test_a_chat_gets_the_message_and_is_believed_when_it_refuses(
    workspace: Workspace, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, plugin: str, holder: str, field: str
) -> None:
    """The way of each chat, as apprise goes it, to a receiver in the chat's place."""
    module, name = plugin.split(".")
    chat = getattr(importlib.import_module(f"apprise.plugins.{module}"), name)
    suffix = "" if module == "feishu" else f"?{holder}={{{holder}}}"
    monkeypatch.setattr(chat, "notify_url", f"http://127.0.0.1:{receiver.port}/send{suffix}")
    settings = workspace.folder / "yinxin.toml"
    settings.write_text(settings.read_text("utf-8").replace("SCHEME", module), encoding="utf-8")
    channel = workspace.channel(workspace.settings.channels[0])
    receiver.answer = '{{"errcode": 0, "code": 0}}'
    assert channel.send(Message("标题", "【印信】第一行\n第二行")) == "HTTP 200"
    assert "【印信】第一行\n第二行" in str(receiver.messages[0][field]).replace("\\n", "\n").replace("\\r", "")
    receiver.answer = '{{"errcode": 310000, "code": 310000, "errmsg": "keywords not in content"}}'
    with pytest.raises(SystemFailure) as caught:
        channel.send(Message("t", "b"))
    assert module == "feishu" or "310000, keywords not in content" in caught.value.sentence


def test_a_secret_fills_its_place_whatever_letters_it_has(tmp_path: Path, receiver: Receiver) -> None:
    """A password with letters that mean something in an address is still only a password."""
    url = receiver.address.replace("/hook", "/{secret}/hook")
    workspace = keeping(workspace_with(tmp_path, f'name = "chat"\nurl = "{url}"\nsecret = "hook"'), "a/b?c@d#e&f")
    assert workspace.channel(workspace.settings.channels[0]).send(Message("t", "b")) == "HTTP 200"
    assert len(receiver.messages) == 1


@pytest.mark.parametrize(
    "lines",
    [
        f'name = "chat"\nurl = "wecombot://{TOKEN}"',
        f'name = "chat"\nurl = "mailtos://user:{TOKEN}@mail.example"',
        'name = "chat"',
        'name = "chat"\nurl = "json://host/{secret}"',
        'name = "chat"\nurl = "json://host/"\nsecret = "hook"',
        'name = "chat"\nkind = "dry"\nquiet = "21:00"',
        'name = "chat"\nkind = "dry"\ndigest = "5pm"',
        'name = "chat"\nkind = "dry"\ntells = ["everything"]',
        'name = "a/b"\nkind = "dry"',
        'name = "chat"\nkind = "dry"\nquite = "21:00-07:30"',
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(tmp_path: Path, lines: str) -> None:
    """Also an address with its secret in it, which the error does not repeat."""
    with pytest.raises(UsageError) as caught:
        _ = workspace_with(tmp_path, lines).settings
    assert caught.value.code in {"bad-value", "unknown-key"}
    assert caught.value.place.line
    assert TOKEN not in str(caught.value.as_dict())


def test_two_channels_of_one_name_are_refused(tmp_path: Path) -> None:
    """Who was told what is remembered by the name."""
    with pytest.raises(UsageError, match="same name"):
        _ = workspace_with(tmp_path, 'name = "chat"\nkind = "dry"', 'name = "chat"\nkind = "dry"').settings


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_tellers_at_the_same_time_send_once(
    tmp_path: Path, receiver: Receiver, database: str, request: pytest.FixtureRequest
) -> None:
    """One sends while the others wait for nothing: one message with what is new, and one digest."""
    workspace_with(tmp_path, f'name = "chat"\nurl = "{receiver.address}"\ndigest = "00:00"')
    if database == "postgresql":
        (tmp_path / ".yinxin").mkdir()
        lay_on(Desk(tmp_path), request.getfixturevalue("postgres").fresh())
    with Workspace(tmp_path).journal() as journal:
        journal.raise_alarms([HELD], datetime.now().astimezone())
    receiver.pause = 1
    for tellers in (2, 1):
        processes = [Desk(tmp_path).process("alarms", "tell", "--json") for _n in range(tellers)]
        outcomes = [finished(each) for each in processes]
        assert [outcome.code for outcome in outcomes] == [0] * tellers, [outcome.err for outcome in outcomes]
    assert sorted(message["title"].split(": ")[1][:5] for message in receiver.messages) == ["1 mes", "daily"]


def test_only_who_tells_pays_for_the_way() -> None:
    """Opening a workspace with channels loads no part of apprise."""
    code = "import sys, bots.workspace, bots.alarming; sys.exit('apprise' in sys.modules or 'requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
