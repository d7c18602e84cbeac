"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bots.declared import BotDeclared, CommitmentsDeclared


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do: the decision dates it covers, the day it believes it is, and whether it may send.

    ``browser``: lists are read from the screen wherever that is declared.
    """

    bot: str
    since: date
    until: date
    as_of: date
    dry_run: bool = False
    browser: bool = False


def part_of(bot: str, source: str) -> str:
    """Return the name under which one source of a bot is collected ahead."""
    return f"{bot}/{source}"


def usual_since(declared: BotDeclared | CommitmentsDeclared, since: date | None, last: date) -> date:
    """Return the first day of a window that nobody chose; a commitment is watched as long as its system lists it.

    Args:
        declared: the bot.
        since: where the workspace's runs begin, if their bot does not say.
        last: the last day of the window.
    """
    if not isinstance(declared, BotDeclared):
        return last
    return declared.since or since or last - timedelta(days=declared.lookback)
