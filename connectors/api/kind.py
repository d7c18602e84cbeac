"""The kind ``api``: a system that answers requests of other programs."""

from __future__ import annotations

import time

from connectors import wire
from connectors.api.client import Client
from connectors.api.declared import ApiDeclared
from connectors.api.feed import ApiFeed
from connectors.api.source import ApiSource
from connectors.base import Feed, Source
from connectors.kinds import Given, Kind, Reached, lacks
from words.languages import gettext as _


class ApiKind(Kind[ApiDeclared]):
    """Interfaces as sources and as feeds."""

    declared = ApiDeclared

    def source(self, given: Given[ApiDeclared]) -> Source:
        """Return an interface as a source."""
        return ApiSource(_client(given), given.reading())

    def feed(self, given: Given[ApiDeclared]) -> Feed:
        """Return an interface as a feed.

        Raises:
            UsageError: it does not declare how records are delivered.
        """
        profile = given.writing()
        if given.declared.deliver is None:
            raise lacks(given.name, "deliver")
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


def _client(given: Given[ApiDeclared]) -> Client:
    return Client(given.name, given.declared, given.secrets, given.turns)


KIND = ApiKind()
