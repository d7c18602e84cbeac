"""The kind ``api``: a system that answers requests of other programs."""

from __future__ import annotations

import re
import time

from connectors import wire
from connectors.api.client import Client
from connectors.api.declared import ApiDeclared
from connectors.api.feed import ApiFeed
from connectors.api.source import ApiSource
from connectors.base import Feed, Source
from connectors.kinds import Given, Kind, Reached, lacks
from mappings.profiles import Profile
from words.declared import suggest
from words.errors import Place, UsageError
from words.languages import gettext as _

_ELEMENT = re.compile(r"[^\W\d][\w.-]*")


class ApiKind(Kind[ApiDeclared]):
    """Interfaces as sources and as feeds."""

    declared = ApiDeclared

    def source(self, given: Given[ApiDeclared]) -> Source:
        """Return an interface as a source."""
        return ApiSource(_client(given), given.reading())

    def feed(self, given: Given[ApiDeclared]) -> Feed:
        """Return an interface as a feed.

        Raises:
            UsageError: it does not declare how records are delivered, or cannot do it as it does.
        """
        profile = given.writing()
        if given.declared.deliver is None:
            raise lacks(given.name, "deliver")
        _lint(given, profile)
        return ApiFeed(_client(given), profile, given.declared.deliver)

    async def reach(self, given: Given[ApiDeclared], patience: float) -> Reached:
        """Ask its address; whatever it answers, it is there."""
        declared = given.declared
        before = time.time()
        try:
            answer = await wire.reach(declared.url, patience, verify=declared.verify)
        except wire.NoAnswer as error:
            if error.answer is None:
                return wire.not_reached(declared.url, error, patience)
            answer = error.answer
        ahead = wire.ahead(answer, (before + time.time()) / 2)
        said = _("{url} answers {status}").format(url=declared.url, status=answer.status)
        return Reached(said, ahead=ahead)


def _lint(given: Given[ApiDeclared], profile: Profile) -> None:
    """Find what would fail only when the first record is sent.

    Raises:
        UsageError: a withdrawal names an unknown field, or a heading cannot be an element of XML.
    """
    deliver, recall = given.declared.deliver, given.declared.withdraw
    file = f"connectors/{given.name}.yaml"
    known = (*profile.standard.names, "row_key")
    for field in recall.fields.values() if recall else ():
        if field not in known:
            raise UsageError(
                "unknown-field",
                _("The standard {standard} has no field “{name}”.").format(standard=profile.standard.label, name=field),
                todo=suggest(field, list(known)),
                place=Place(file=file, field="withdraw.fields"),
            )
    for header in profile.headers if deliver is not None and deliver.request.in_xml else ():
        if not _ELEMENT.fullmatch(header):
            raise UsageError(
                "not-an-element",
                _("The heading “{heading}” cannot be the name of an element of XML.").format(heading=header),
                todo=_("Give the column another heading in the profile, as the receiver's description names it."),
                place=Place(file=file, field="profile"),
            )


def _client(given: Given[ApiDeclared]) -> Client:
    return Client(given.name, given.declared, given.secrets, given.turns)


KIND = ApiKind()
