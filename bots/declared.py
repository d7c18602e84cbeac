"""What a bot's file declares."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from reconciliation.policies import Policy
from words.declared import Declared


class BotDeclared(Declared):
    """A disclosure bot.

    Attributes:
        sources: the connectors that approval results are collected from.
        ledgers: the connector that reads the departments' ledgers.
        feed: the connector that records are delivered to.
        since: the first decision date that is this bot's business; without it, ``lookback`` days before the run.
        lookback: how many days back a run looks by itself.
        policy: what to do with each verdict.
        visible_within: seconds to wait for an accepted record to show in the feed's own list.
    """

    kind: Literal["disclosure"]
    title: str
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    ledgers: str
    feed: str
    since: date | None = None
    lookback: int = Field(default=60, ge=0)
    policy: Policy = Policy()
    visible_within: float = Field(default=10, ge=0)
