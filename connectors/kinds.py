"""Kinds of connectors: what each declares of a system, and how that becomes a source, a feed or ledgers.

The kinds of this house are ``portal``, ``api``, ``database`` and ``files``. Another package adds one of its own by an
entry point of the group ``yinxin.connectors`` that names an instance of a subclass of :class:`Kind`::

    [project.entry-points."yinxin.connectors"]
    mail = "ourpackage.mail:KIND"
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field

from connectors.base import Feed, Ledgers, Source
from connectors.browser import Browsers
from connectors.courtesy import Courtesy, Turns
from connectors.secrets import Secrets
from mappings.mapping import Mapping
from mappings.profiles import Profile
from words.declared import Declared, suggest
from words.errors import Place, UsageError
from words.languages import gettext as _

Role = Literal["source", "feed", "ledger"]
GROUP = "yinxin.connectors"
_OWN = {
    "portal": "connectors.portal.kind:KIND",
    "api": "connectors.api.kind:KIND",
    "database": "connectors.database.kind:KIND",
    "files": "connectors.files:KIND",
}


class Connected(Declared, ABC):
    """What every connector's file declares.

    Attributes:
        kind: portal, api, database, files, or one that another package adds.
        title: what the system is called in lists, reports and messages.
        mapping: the mapping that reads its rows: it is a source, or holds ledgers.
        profile: the receiver's edition of the standard: it is a feed.
        canary: the key of a row that is always there: a source that does not find it is not believed.
        connections: requests in flight at a time.
        courtesy: what the system is spared besides.
    """

    kind: str
    title: str
    mapping: str | None = None
    profile: str | None = None
    canary: str = ""
    connections: int = Field(default=4, ge=1, le=16)
    courtesy: Courtesy = Courtesy()

    @property
    def roles(self) -> tuple[Role, ...]:
        """What it can be in a bot."""
        mapped: tuple[Role, ...] = ("source",) if self.mapping else ()
        return (*mapped, *(("feed",) if self.profile else ()))

    @property
    @abstractmethod
    def where(self) -> str:
        """Where a person finds it: an address, a folder."""

    @property
    def claim(self) -> str:
        """What no two runs may work with at once: a login at an address; empty if nothing keeps them apart."""
        return ""

    @property
    def row_label(self) -> str:
        """The column by which a person finds a row again, where its key says nothing to people."""
        return ""

    def at(self, hosts: dict[str, str]) -> Connected:
        """Return the declaration with the workspace's addresses filled in.

        Raises:
            KeyError: it names a host that has no address.
        """
        return self.model_copy(update={"url": self.url.format_map(hosts)}) if hasattr(self, "url") else self


D = TypeVar("D", bound=Connected)


@dataclass(frozen=True, slots=True)
class Given(Generic[D]):
    """What a workspace hands to a connector.

    Attributes:
        name: the connector's, which is its file's.
        declared: its file, addresses filled in.
        mapping: the mapping that it names.
        profile: the profile that it names.
        folder: the workspace.
        secrets: the workspace's secrets; a declaration only ever names one.
        browsers: opened at the first use, and closed by the bot.
        turns: asked before every request.
    """

    name: str
    declared: D
    mapping: Mapping | None
    profile: Profile | None
    folder: Path
    secrets: Secrets
    browsers: Browsers
    turns: Turns

    @property
    def state(self) -> Path:
        """Where connectors keep what they need between runs."""
        return self.folder / ".yinxin"

    def reading(self) -> Mapping:
        """Return the mapping.

        Raises:
            UsageError: none is declared.
        """
        if self.mapping is None:
            raise lacks(self.name, "mapping")
        return self.mapping

    def writing(self) -> Profile:
        """Return the profile.

        Raises:
            UsageError: none is declared.
        """
        if self.profile is None:
            raise lacks(self.name, "profile")
        return self.profile


@dataclass(frozen=True, slots=True)
class Reached:
    """What asking a system came to, where nobody signs in for the question and nothing is left behind.

    Attributes:
        said: one sentence.
        health: whether it is as it should be.
        todo: what to do if it is not.
        ahead: by how many seconds its clock is ahead of ours; None if it did not tell its time.
        lives: whether the kept session still does; None if there is none, or it could not be asked.
    """

    said: str
    health: Literal["ok", "warning", "failing"] = "ok"
    todo: str = ""
    ahead: float | None = None
    lives: bool | None = None


class Kind(ABC, Generic[D]):
    """One kind of connector; what it cannot be, it refuses.

    Attributes:
        declared: the typed form of its files.
    """

    declared: type[D]

    def source(self, given: Given[D]) -> Source:
        """Return a source."""
        raise cannot_be(given, "source")

    def feed(self, given: Given[D]) -> Feed:
        """Return a feed."""
        raise cannot_be(given, "feed")

    def ledgers(self, given: Given[D]) -> Ledgers:
        """Return what a department wrote down."""
        raise cannot_be(given, "ledger")

    async def sign_in(self, given: Given[D], session: Path | None, patience: float) -> None:  # noqa: ARG002 - by default
        """Let a person sign in within so many seconds, or take over an exported session; it is kept."""
        raise UsageError(
            "no-login",
            _("Nobody signs in to “{name}”: it is of the kind {kind}.").format(
                name=given.name, kind=given.declared.kind
            ),
            todo=_("Name a portal."),
            place=Place(file=f"connectors/{given.name}.yaml", field="kind"),
        )

    @abstractmethod
    async def reach(self, given: Given[D], patience: float) -> Reached:
        """Ask whether the system is there, for so many seconds."""


def kind_of(name: str) -> Kind[Any]:
    """Return a kind by its name; nothing of it is imported before.

    Raises:
        UsageError: there is none of that name.
    """
    if name in _OWN:
        module, _colon, attribute = _OWN[name].partition(":")
        found: Kind[Any] = getattr(import_module(module), attribute)
        return found
    others = {each.name: each for each in entry_points(group=GROUP)}
    if name not in others:
        raise UsageError(
            "unknown-kind",
            _("There is no kind of connector “{name}”.").format(name=name),
            todo=suggest(name, [*_OWN, *others]),
            place=Place(field="kind"),
        )
    added: Kind[Any] = others[name].load()
    return added


def lacks(name: str, key: str) -> UsageError:
    """Return the error for a connector that is used as what its file does not make it."""
    return UsageError(
        "missing-key",
        _("The connector “{name}” is used as if it had “{key}”.").format(name=name, key=key),
        todo=_("Add “{key}” to the connector, or name another connector in the bot.").format(key=key),
        place=Place(file=f"connectors/{name}.yaml", field=key),
    )


def cannot_be(given: Given[Any], role: str) -> UsageError:
    """Return the error for a kind that cannot be what it is used as."""
    return UsageError(
        "wrong-kind",
        _("The connector “{name}” is of the kind {kind}, which cannot be a {role}.").format(
            name=given.name, kind=given.declared.kind, role=_(role)
        ),
        todo=_("Name another connector in the bot."),
        place=Place(file=f"connectors/{given.name}.yaml", field="kind"),
    )
