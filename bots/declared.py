"""What a bot's file declares."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from reconciliation.policies import Policy
from words.declared import Declared


class Release(Declared):
    """When a second person has to let a push go (“yinxin release”).

    Attributes:
        above: a push of more new records than this; without it no push is too large.
        changed_rules: the first push after the mappings or the profile changed.
        adverse: per field the values that make a record adverse.
    """

    above: int | None = Field(default=None, ge=0)
    changed_rules: bool = True
    adverse: dict[str, tuple[str, ...]] = {}


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
        unseen_after: hours after which a record that was accepted and never showed is reported.
        release: when a second person has to let a push go.
        patience: seconds to wait for another run that is at work with the same systems.
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
    unseen_after: float = Field(default=24, ge=0)
    release: Release = Release()
    patience: float = Field(default=600, ge=0)
