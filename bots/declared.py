"""What a bot's file declares."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from mappings.joining import On
from mappings.standards.commitment import NOT_AT_ALL, PARTLY
from reconciliation.commitments.judging import Closing
from reconciliation.loose import Matching
from reconciliation.policies import Policy
from words.declared import Declared


class Log(Declared):
    """The log in ``.yinxin/logs/``.

    Attributes:
        level: the least that is kept.
        as_json: whether the files are JSON lines.
        size: megabytes above which a file is closed and packed.
        days: how long files are kept.
    """

    level: Literal["debug", "info", "warning", "error"] = "debug"
    as_json: bool = Field(default=False, alias="json")
    size: float = Field(default=10, gt=0)
    days: float = Field(default=90, gt=0)


class Monthly(Declared):
    """The monthly report.

    Attributes:
        units: per standard, the units that have to report; without it, those that decided something in a year.
        named_above: the late rate above which a unit is named.
    """

    units: dict[Literal["licence", "penalty"], tuple[str, ...]] = {}
    named_above: float = Field(default=0.5, ge=0, le=1)


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


class Bot(Declared):
    """What all bots have.

    Attributes:
        sources: the connectors that are collected from.
        feed: the connector that records are delivered to.
        visible_within: seconds to wait for an accepted record to show in the feed's own list.
        unseen_after: hours after which a record that was accepted and never showed is reported.
        release: when a second person has to let a push go.
        patience: seconds to wait for another run that is at work with the same systems.
    """

    title: str
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    feed: str
    visible_within: float = Field(default=10, ge=0)
    unseen_after: float = Field(default=24, ge=0)
    release: Release = Release()
    patience: float = Field(default=600, ge=0)

    @property
    def in_shadow(self) -> bool:
        """Whether it sends nothing."""
        return False

    @property
    def tried(self) -> Mapping[str, str]:
        """Connector → the mapping that is tried on it in the place of its own."""
        return {}


class Chain(Declared):
    """Two of a bot's sources that each know one half of its records; both name the mapping that reads the whole.

    Attributes:
        first, second: the connectors.
        by: by which columns halves belong together, the surest first.
        back: days by which both are asked further back than the run's window, since a case is older than its result;
            what was decided before the window is left out again.
        wait: days that a half waits for the other, from when it was last seen to change; then a person is told.
    """

    first: str
    second: str
    by: Annotated[tuple[On, ...], Field(min_length=1)]
    back: int = Field(default=30, ge=0)
    wait: int = Field(default=10, ge=0)


class Shadow(Declared):
    """A bot that sends nothing and is compared with the clerk who does.

    Attributes:
        agreement: the share of the compared records that have to agree in every field before it is told that they do.
        records: how many have to be compared before that.
        mappings: connector → the mapping that is tried in the place of its own.
    """

    agreement: float = Field(default=0.99, gt=0, le=1)
    records: int = Field(default=200, ge=1)
    mappings: dict[str, str] = {}


class BotDeclared(Bot):
    """A disclosure bot.

    Attributes:
        ledgers: the connector that reads the departments' ledgers.
        since: the first decision date that is this bot's business; without it, ``lookback`` days before the run.
        lookback: how many days back a run looks by itself.
        policy: what to do with each verdict.
        matching: how far the loosest matching rule may go.
        chains: sources of which two make one record.
        shadow: run beside a clerk, send nothing, and say how far both agree; a person takes it out again.
    """

    kind: Literal["disclosure"]
    ledgers: str
    since: date | None = None
    lookback: int = Field(default=60, ge=0)
    policy: Policy = Policy()
    matching: Matching = Matching()
    chains: tuple[Chain, ...] = ()
    shadow: Shadow | None = None

    @property
    def in_shadow(self) -> bool:
        """Whether it sends nothing."""
        return self.shadow is not None

    @property
    def tried(self) -> Mapping[str, str]:
        """Connector → the mapping that is tried on it in the place of its own."""
        return self.shadow.mappings if self.shadow else {}

    def chained(self, source: str) -> Chain | None:
        """Return the chain that a source belongs to, if it is in one."""
        return next((each for each in self.chains if source in (each.first, each.second)), None)

    def back(self, source: str) -> int:
        """Return by how many days a source is asked further back than the run's window."""
        chain = self.chained(source)
        return chain.back if chain else 0


class CommitmentsDeclared(Bot):
    """A bot that watches commitments and pushes those that were not kept.

    Attributes:
        remind: working days before its deadline from which on a commitment is at risk.
        grace: working days after its deadline on which a commitment that nobody confirmed is pushed.
        closes: commitment type → what closes it: its material supplied, that confirmed by the unit that accepted it, or
            an inspection passed; a type that is not named needs the confirmation.
        performed: what is sent when a commitment is kept after all: the corrected record, or its withdrawal.
        fresh: minutes; an answer of the system that says it is older does not count as re-read before the push.
    """

    kind: Literal["commitments"]
    remind: int = Field(default=3, ge=0)
    grace: int = Field(default=7, ge=1)
    closes: dict[str, Closing] = {}
    performed: Literal["correct", "withdraw"] = "correct"
    fresh: float = Field(default=10, gt=0)
    release: Release = Release(adverse={"performance": (PARTLY, NOT_AT_ALL)})
