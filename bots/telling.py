"""Telling: everybody who is to be told gets what is new in one message, outside of their quiet hours.

Two tellers never send the same: whoever tells a channel holds its lease, and looks again at what is to be told once it
has it. What was sent is marked afterwards, so that what a killed teller had under way comes twice rather than never.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from loguru import logger

from bots.channels import ChannelDeclared
from bots.digest import digest_of
from bots.messages import message_of, standing
from bots.surroundings import look_around
from bots.workspace import Workspace
from journal import Alarm, Busy, Journal
from words.errors import YinxinError


class Telling(NamedTuple):
    """How many messages were sent, and why some channels took none."""

    sent: int
    troubles: tuple[YinxinError, ...]


class _Due(NamedTuple):
    """What a channel is to be told now."""

    alarms: list[Alarm]
    digest: datetime | None


def tell(workspace: Workspace, journal: Journal, moment: datetime) -> int:
    """Tell every channel what it is to be told now; what it does not take is tried again at the next telling.

    Args:
        workspace: the workspace.
        journal: its journal.
        moment: the present.

    Returns:
        How many messages were sent.
    """
    return tell_all(workspace, journal, moment).sent


def tell_all(workspace: Workspace, journal: Journal, moment: datetime) -> Telling:
    """Do so, and say why some channels took nothing."""
    look_around(workspace, journal, moment)
    sent, troubles = 0, []
    for declared in workspace.settings.channels:
        try:
            for _message in _sending(workspace, journal, declared, moment):
                sent += 1
        except Busy:
            logger.debug("channel {}: somebody else is telling it", declared.name)
        except YinxinError as error:
            logger.warning("channel {}: {}", declared.name, error.sentence)
            troubles.append(error)
    return Telling(sent, tuple(troubles))


def _sending(workspace: Workspace, journal: Journal, declared: ChannelDeclared, moment: datetime) -> Iterator[str]:
    """Send what is to be told, and yield what comes back of each message once it is marked."""
    if not any(_due(journal, declared, moment)):
        return
    name = declared.name
    with journal.holding([f"telling {name}"], f"yinxin alarms tell {name}"):
        due, channel = _due(journal, declared, moment), workspace.channel(declared)
        if due.alarms:
            answer = channel.send(message_of(workspace, due.alarms))
            journal.told(name, [each.key for each in due.alarms], moment)
            yield answer
        if due.digest:
            answer = channel.send(digest_of(workspace, journal, due.digest))
            journal.tell_digest(name, moment)
            yield answer


def _due(journal: Journal, declared: ChannelDeclared, moment: datetime) -> _Due:
    quiet = declared.is_quiet(moment.astimezone())
    digest = None if quiet else _digest_due(declared, journal.digest_told(declared.name), moment)
    return _Due(list(to_tell(declared, journal.alarms(over=True), moment, quiet=quiet)), digest)


def to_tell(declared: ChannelDeclared, alarms: Iterable[Alarm], moment: datetime, *, quiet: bool) -> Iterator[Alarm]:
    """Yield what a channel is to be told: what it does not know, or has known for long; an end only if it knew."""
    passing = declared.urgent or not quiet
    for each in alarms:
        known = each.told.get(declared.name)
        if each.is_open:
            new = known is None or datetime.fromisoformat(known) + timedelta(hours=declared.again_after) <= moment
        else:
            new = known is not None and known < each.over_at
        may = passing if standing(each) == "failed" else not quiet
        if new and may and standing(each) in declared.tells:
            yield each


def _digest_due(declared: ChannelDeclared, told: str, moment: datetime) -> datetime | None:
    """Return of when a digest is to be sent; a channel that never got one gets that of today, and none of before."""
    local = moment.astimezone()
    due = declared.digest_due(local)
    if due is None:
        return None
    fresh = datetime.fromisoformat(told) < due if told else due.date() == local.date()
    return due if fresh else None
