"""What no answer of an application can do: cut the connection, or say nothing until one of the two sides gives up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

_WIRE = "sandbox.wire"


@dataclass(slots=True)
class Silences:
    """The connections that are kept waiting for good; once the server stops, no more are."""

    transports: set[asyncio.Transport] = field(default_factory=set)
    over: bool = False


class Wires:
    """Lies between the server and the application and puts each request's connection within reach.

    The request's scope carries it, since applications and middleware wrap ``send`` but hand the scope on.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._silences = Silences()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on."""
        transport = getattr(getattr(send, "__self__", None), "transport", None)
        await self._app({**scope, _WIRE: (transport, self._silences)}, receive, send)

    def hang_up(self) -> None:
        """Cut every connection that is kept waiting for good, so that the server can stop."""
        self._silences.over = True
        for transport in self._silences.transports:
            transport.abort()


class Cut(Response):
    """No answer: the connection ends at once.

    Raises:
        ConnectionAbortedError: the client sits in this process, and there is no connection.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - no answer is sent
        """Cut the connection."""
        if _WIRE not in scope:
            raise ConnectionAbortedError
        scope[_WIRE][0].abort()
        await _gone(receive)


class Silence(Response):
    """No answer: the client waits until it gives up or the server stops."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait."""
        transport, silences = scope.get(_WIRE, (None, Silences()))
        if silences.over:
            await Cut()(scope, receive, send)
            return
        silences.transports.add(transport)
        try:
            await _gone(receive)
        finally:
            silences.transports.discard(transport)


async def _gone(receive: Receive) -> None:
    """Wait until the client has gone; an application that returns earlier is answered for by the server."""
    while (await receive())["type"] != "http.disconnect":
        pass
