"""Messages: alarms as lines that each say who must do what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bots.workspace import Workspace
from connectors.channels import Message
from journal import Alarm
from words.errors import YinxinError
from words.languages import N_, ngettext
from words.languages import gettext as _

#: Who acts next, as a line addresses them.
CALLS = {
    "business": N_("For a clerk"),
    "system": N_("For whoever looks after the machines"),
    "login": N_("For whoever holds the account"),
    "drift": N_("For an integrator"),
    "delivery": N_("For whoever talks to the feed's operator"),
    "usage": N_("For an administrator"),
}
_LINES, _BYTES = 10, 1800  # a chat cuts a message at 2048 bytes
_SENTENCE, _TODO = 120, 120  # letters
_Colour = Literal["failure", "warning", "success"]
_COLOURS: dict[str, _Colour] = {"failed": "failure", "degraded": "warning", "recovered": "success"}


def standing(alarm: Alarm) -> str:
    """Return what an alarm is now: failed, degraded or recovered."""
    return alarm.kind if alarm.is_open else "recovered"


def urgency(alarm: Alarm) -> tuple[int, str]:
    """Return by what alarms are sorted: what failed first, what is over last, older ones before newer ones."""
    return list(_COLOURS).index(standing(alarm)), alarm.since


def message_of(workspace: Workspace, found: Sequence[Alarm]) -> Message:
    """Put alarms into one message, the most urgent first."""
    ordered = sorted(found, key=urgency)
    told = ngettext("Yinxin · {title}: {count} message", "Yinxin · {title}: {count} messages", len(ordered))
    title = told.format(title=workspace.settings.title, count=len(ordered))
    return Message(title, joined([line_of(workspace, each) for each in ordered]), _COLOURS[standing(ordered[0])])


def joined(lines: Sequence[str]) -> str:
    """Return as many lines as a message holds, and how many more there are."""
    shown: list[str] = []
    for line in lines[:_LINES]:
        if shown and len("\n".join([*shown, line]).encode()) > _BYTES:
            break
        shown.append(line)
    if more := len(lines) - len(shown):
        shown.append(_("… and {more} more: “yinxin alarms list”").format(more=more))
    return "\n".join(shown)


def line_of(workspace: Workspace, alarm: Alarm) -> str:
    """Return an alarm in one line: of what, who must act, what is wrong, what to do."""
    lasting, over = (
        _("[Yinxin · {title}] {who}: {sentence}{times} {todo}"),
        _("[Yinxin · {title}] It is over: {sentence}"),
    )
    told = (lasting if alarm.is_open else over).format(
        title=title_of(workspace, alarm),
        who=_(CALLS[alarm.actor]),
        sentence=_cut(alarm.sentence, _SENTENCE),
        times=_times(alarm),
        todo=_cut(alarm.todo, _TODO),
    )
    return " ".join(told.split())


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _times(alarm: Alarm) -> str:
    if alarm.times == 1:
        return ""
    return _(" ({times} times since {since})").format(times=alarm.times, since=local(alarm.since))


def local(at: str) -> str:
    """Return a moment of the journal as people read it."""
    return datetime.fromisoformat(at).astimezone().strftime("%m-%d %H:%M")


def title_of(workspace: Workspace, alarm: Alarm) -> str:
    """Return the title of the bot that an alarm is about, else that of the workspace."""
    room, name = alarm.key.split("/")[:2]
    return bot_title(workspace, name) if room == "bot" else workspace.settings.title


def bot_title(workspace: Workspace, bot: str) -> str:
    """Return a bot's title; one whose file cannot be read is called by its name."""
    try:
        return workspace.bot(bot).title
    except YinxinError:
        return bot
