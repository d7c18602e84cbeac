"""A workspace: a folder with the same names as the rooms, read as typed declarations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from sqlalchemy import URL

from bots.channels import ChannelDeclared, named_once
from bots.declared import Bot, BotDeclared, CommitmentsDeclared, Log, Monthly
from bots.reading import read_text
from bots.turns import SharedTurns
from connectors.base import Feed, Ledgers, Source
from connectors.browser import Browsers
from connectors.channels import AppriseChannel, Channel, DryChannel, address_of
from connectors.kinds import Connected, Given, Kind, Reached, kind_of, lacks
from connectors.secrets import Secrets
from journal import Journal
from journal.address import server_address
from mappings.mapping import Mapping
from mappings.profiles import Profile
from mappings.standards import Standard
from schedules.declared import CALENDAR, calendar_of, read_calendar
from schedules.workdays import Calendar
from words.declared import Declared, line_of, parse, parse_toml, suggest
from words.errors import Place, UsageError
from words.languages import gettext as _

SETTINGS = "yinxin.toml"
_PROFILE = ".profile"
#: Receivers that ship with the toolkit, each used by its name as if it lay in the workspace.
_RECEIVERS = Path(__file__).parent.parent / "mappings" / "receivers"


class Settings(Declared):
    """``yinxin.toml``.

    Attributes:
        title: what the workspace is called in reports.
        hosts: name → address; a connector writes ``{name}`` in its ``url``, so that moving house is one line.
        since: the first decision date that a run covers by itself, where its bot names none.
        as_of: the day every run believes it is, for a workspace that replays the past; a run's own option wins.
        secrets: the file with the secrets, relative to the workspace (mode 0600).
        due_soon: working days before its deadline on which a record counts as due soon.
        period: working days the law gives for disclosure (发改办财金〔2018〕424号: 7, the day after is day 1).
        database: the address of a PostgreSQL database for the journal; without it, the journal is a file.
        database_secret: the secret that is the database's password.
        rows_at_once: rows of source, ledger and feed together that are reconciled in one go; more are divided into
            parts of about that size, which add up to the same report. With ``database``, every free worker takes one.
        log: the log.
        disk: GB of free room below which somebody is told.
        stale_after: hours after which a bot that has come to no end since is told of.
        channels: who is told what of all that.
        monthly: the monthly report.
    """

    title: str
    hosts: dict[str, Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]] = {}
    since: date | None = None
    as_of: date | None = None
    secrets: str = ".yinxin/secrets.toml"
    due_soon: int = Field(default=2, ge=0)
    period: int = Field(default=7, ge=1)
    database: str | None = None
    database_secret: str | None = None
    rows_at_once: int = Field(default=3_000_000, ge=1)
    log: Log = Log()
    disk: float = Field(default=1, ge=0)
    stale_after: float | None = Field(default=None, gt=0)
    channels: Annotated[tuple[ChannelDeclared, ...], AfterValidator(named_once)] = ()
    monthly: Monthly = Monthly()


class _Kind(Declared, extra="ignore"):
    kind: str


class _Job(Declared, extra="ignore"):
    kind: Literal["disclosure", "commitments"]


@dataclass(frozen=True)
class Workspace:
    """An opened workspace."""

    folder: Path

    @classmethod
    def find(cls, start: Path) -> Workspace:
        """Return the workspace that ``start`` lies in.

        Raises:
            UsageError: neither it nor any folder above holds ``yinxin.toml``.
        """
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / SETTINGS).is_file():
                return cls(folder)
        raise UsageError(
            "no-workspace",
            _("There is no workspace here: no folder from here upwards holds {file}.").format(file=SETTINGS),
            todo=_("Make one with “yinxin init DIR”, or name one with --workspace."),
            place=Place(file=str(start.resolve())),
        )

    @cached_property
    def settings(self) -> Settings:
        """The settings."""
        return parse_toml(Settings, self._read(SETTINGS), SETTINGS)

    @property
    def today(self) -> date:
        """The day the workspace believes it is: its own ``as_of``, else the bureau's calendar day."""
        return self.settings.as_of or date.today()  # noqa: DTZ011 - the bureau's own day

    @cached_property
    def calendar(self) -> Calendar:
        """The working-day calendar: the library's, and what ``schedules/calendar.yaml`` says besides."""
        if not (self.folder / CALENDAR).exists():
            return Calendar()
        return calendar_of(read_calendar(self._read(CALENDAR), CALENDAR))

    @property
    def state(self) -> Path:
        """Where the workspace keeps what it remembers."""
        return self.folder / ".yinxin"

    def journal(self) -> Journal:
        """Open the workspace's journal; close it, or use it as a context.

        Raises:
            UsageError: the database's address or secret is wrong, or its server refuses.
            SystemFailure: its server cannot be reached.
        """
        return Journal.open(self.state, self.database)

    @property
    def database(self) -> URL | None:
        """The address of the journal's database with its password; None if the journal is a file.

        Raises:
            UsageError: the address is not one, or the secret is not stored.
        """
        settings = self.settings
        if settings.database is None:
            return None
        password = self.secrets.value(settings.database_secret) if settings.database_secret else ""
        try:
            return server_address(settings.database, password)
        except UsageError as error:
            error.place = Place(file=SETTINGS, field="database")
            raise

    @cached_property
    def secrets(self) -> Secrets:
        """The workspace's secrets."""
        return Secrets(self.folder / self.settings.secrets)

    def declared_channel(self, name: str) -> ChannelDeclared:
        """Return what the settings declare of a channel.

        Raises:
            UsageError: they declare none of that name.
        """
        for each in self.settings.channels:
            if each.name == name:
                return each
        raise UsageError(
            "not-declared",
            _("There is no channel “{name}” in {file}.").format(name=name, file=SETTINGS),
            todo=suggest(name, [each.name for each in self.settings.channels]),
            place=Place(file=SETTINGS, field="channels"),
        )

    def channel(self, declared: ChannelDeclared) -> Channel:
        """Open a channel.

        Raises:
            UsageError: its secret is not stored.
        """
        if declared.kind == "dry":
            return DryChannel(declared.name, self.state / f"told-{declared.name}.jsonl")
        secret = self.secrets.value(declared.secret) if declared.secret else ""
        return AppriseChannel(declared.name, address_of(declared.url, secret))

    def bot(self, name: str) -> BotDeclared | CommitmentsDeclared:
        """Return a declared bot."""
        file, text = self._bot(name)
        return self.disclosing(name) if parse(_Job, text, file).kind == "disclosure" else self.watching(name)

    def disclosing(self, name: str) -> BotDeclared:
        """Return a disclosure bot with a linted policy."""
        file, text = self._bot(name)
        declared = parse(BotDeclared, text, file)
        self._chained(declared, file, text)
        self._tried(declared, file, text)
        if not declared.policy.fields:
            return declared
        try:
            declared.policy.holding(self._delivered(declared))
        except UsageError as error:
            line = line_of(text, ("policy", "fields"))
            error.place = Place(file=file, line=line, field=error.place.field)
            raise
        return declared

    def _chained(self, declared: BotDeclared, file: str, text: str) -> None:
        """Two halves are sources of the bot and name one mapping; no source is in two chains."""
        left = list(declared.sources)
        for chained in declared.chains:
            for name in (chained.first, chained.second):
                if name not in left:
                    raise UsageError(
                        "not-declared",
                        _("The bot “{bot}” has no source “{name}”.").format(bot=file, name=name),
                        todo=suggest(name, left),
                        place=Place(file=file, line=line_of(text, ("chains",)), field="chains"),
                    )
                left.remove(name)
            mappings = {self.connector(name).mapping for name in (chained.first, chained.second)}
            if len(mappings) > 1:
                raise UsageError(
                    "two-mappings",
                    _("“{first}” and “{second}” are halves of one record and name two mappings.").format(
                        first=chained.first, second=chained.second
                    ),
                    todo=_("Let both connectors name the mapping that reads the whole record."),
                    place=Place(file=file, line=line_of(text, ("chains",)), field="chains"),
                )

    def _tried(self, declared: BotDeclared, file: str, text: str) -> None:
        """A mapping is tried on a source of the bot."""
        for name in declared.shadow.mappings if declared.shadow else ():
            if name not in declared.sources:
                raise UsageError(
                    "not-declared",
                    _("The bot “{bot}” has no source “{name}”.").format(bot=file, name=name),
                    todo=suggest(name, list(declared.sources)),
                    place=Place(file=file, line=line_of(text, ("shadow", "mappings")), field="shadow.mappings"),
                )

    def standard(self, bot: str) -> Standard:
        """Return the standard of the records that a bot collects.

        Raises:
            UsageError: the bot, or what it names, is not declared as it should be.
        """
        declared = self.bot(bot)
        if isinstance(declared, BotDeclared):
            return self._delivered(declared)
        return self.mapping(self.connector(declared.sources[0]).mapping or "").standard

    def _delivered(self, declared: BotDeclared) -> Standard:
        connector = self.connector(declared.feed)
        if connector.profile is None:
            raise lacks(declared.feed, "profile")
        return self.profile(connector.profile).standard

    def watching(self, name: str) -> CommitmentsDeclared:
        """Return a bot that watches commitments."""
        file, text = self._bot(name)
        return parse(CommitmentsDeclared, text, file)

    def _bot(self, name: str) -> tuple[str, str]:
        file = f"bots/{self._known('bots', name)}.yaml"
        return file, self._read(file)

    def mapping(self, name: str) -> Mapping:
        """Return a linted mapping; ``NAME.profile`` reads rows of that profile's edition as a system's own."""
        if name.endswith(_PROFILE):
            return self.profile(name.removesuffix(_PROFILE)).collecting()
        file = f"mappings/{self._known('mappings', name)}.yaml"
        return Mapping.parse(self._read(file), file, name)

    def profile(self, name: str) -> Profile:
        """Return a linted profile: the workspace's own of this name, else the one that ships with the toolkit."""
        file = f"mappings/{name}{_PROFILE}.yaml"
        shipped = _RECEIVERS / f"{name}{_PROFILE}.yaml"
        if shipped.is_file() and not (self.folder / file).is_file():
            return Profile.parse(shipped.read_text(encoding="utf-8"), f"mappings/receivers/{shipped.name}", name)
        self._known("mappings", f"{name}{_PROFILE}")
        return Profile.parse(self._read(file), file, name)

    def profiles(self) -> list[Profile]:
        """Return every profile that a connector may name."""
        own = [stem for stem in self.names("mappings") if stem.endswith(_PROFILE)]
        shipped = [file.stem for file in sorted(_RECEIVERS.glob("*.yaml"))]
        return [self.profile(stem.removesuffix(_PROFILE)) for stem in dict.fromkeys([*own, *shipped])]

    def rules_version(self, stem: str) -> str:
        """Lint the mapping or profile in ``mappings/STEM.yaml`` and return its version."""
        if stem.endswith(_PROFILE):
            return self.profile(stem.removesuffix(_PROFILE)).reading().version
        return self.mapping(stem).version

    def names(self, room: str) -> list[str]:
        """Return what is declared in one of the folders ``bots``, ``connectors``, ``mappings``."""
        return sorted(file.stem for file in (self.folder / room).glob("*.yaml"))

    def ledgers(self, name: str) -> Ledgers:
        """Return what the departments wrote down.

        Raises:
            UsageError: the connector is not one that holds ledgers, or names no mapping.
        """
        given = self._given(name, Browsers())
        return kind_of(given.declared.kind).ledgers(given)

    def source(self, name: str, browsers: Browsers, mapping: str | None = None) -> Source:
        """Return a system that is collected from, read by another mapping than its own if one is named.

        Raises:
            UsageError: it declares no mapping, or is of a kind that is no source.
        """
        given = self._given(name, browsers, mapping)
        return kind_of(given.declared.kind).source(given)

    def feed(self, name: str, browsers: Browsers) -> Feed:
        """Return a receiver.

        Raises:
            UsageError: it declares no profile or no way in, or is of a kind that is no feed.
        """
        given = self._given(name, browsers)
        return kind_of(given.declared.kind).feed(given)

    def connector(self, name: str) -> Connected:
        """Return a connector's declaration with its addresses filled in."""
        file = self._connector(name)
        text = self._read(file)
        declared: Connected = parse(self._kind(name).declared, text, file)
        try:
            return declared.at(self.settings.hosts)
        except KeyError as error:
            raise UsageError(
                "unknown-host",
                _("The host “{name}” has no address.").format(name=error.args[0]),
                todo=_("Add it under [hosts] in {file}.").format(file=SETTINGS),
                place=Place(file=file, line=line_of(text, ("url",)), field="url"),
            ) from None

    def _kind(self, name: str) -> Kind[Any]:
        file = self._connector(name)
        text = self._read(file)
        try:
            return kind_of(parse(_Kind, text, file).kind)
        except UsageError as error:
            if error.code == "unknown-kind":
                error.place = Place(file=file, line=line_of(text, ("kind",)), field="kind")
            raise

    async def reach(self, name: str, patience: float) -> Reached:
        """Ask whether a system is there, without signing in, for so many seconds."""
        given = self._given(name, Browsers())
        return await kind_of(given.declared.kind).reach(given, patience)

    async def sign_in(self, name: str, browsers: Browsers, session: Path | None, patience: float) -> None:
        """Let a person sign in within so many seconds, or take over an exported session; it is kept.

        Raises:
            UsageError: the connector is of a kind to which nobody signs in.
        """
        given = self._given(name, browsers)
        await kind_of(given.declared.kind).sign_in(given, session, patience)

    def claims(self, bot: Bot) -> list[str]:
        """Return what no two runs may work with at once: the bot's logins, by address and account."""
        return sorted({claim for name in (*bot.sources, bot.feed) for claim in self.claim(name)})

    def claim(self, connector: str) -> list[str]:
        """Return the name under which a connector's login is claimed, if it has one."""
        return [claim] if (claim := self.connector(connector).claim) else []

    def _given(self, name: str, browsers: Browsers, tried: str | None = None) -> Given[Any]:
        declared = self.connector(name)
        mapping = self.mapping(found) if (found := tried or declared.mapping) else None
        profile = self.profile(declared.profile) if declared.profile else None
        turns = SharedTurns(self.journal, declared.courtesy, declared.claim or f"connector {name}", declared.title)
        return Given(name, declared, mapping, profile, self.folder, self.secrets, browsers, turns)

    def _connector(self, name: str) -> str:
        return f"connectors/{self._known('connectors', name)}.yaml"

    def _known(self, room: str, name: str) -> str:
        if (self.folder / room / f"{name}.yaml").is_file():
            return name
        raise UsageError(
            "not-declared",
            _("There is no “{name}” in {room}/.").format(name=name, room=room),
            todo=suggest(name, self.names(room)),
            place=Place(file=f"{room}/{name}.yaml"),
        )

    def _read(self, file: str) -> str:
        return read_text(self.folder, file)
