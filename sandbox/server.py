"""The pretend city as one process: six portals, an interface, a clock, a page to order faults, and an index."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox import credit_penalties, exchange
from sandbox.approval import Approval
from sandbox.bureau import Bureau
from sandbox.clock import OPENING, Clock
from sandbox.construction import Construction
from sandbox.credit import Credit
from sandbox.credit_commitments import COMMITMENTS
from sandbox.credit_forms import Platform
from sandbox.credit_licences import LICENCES, versions
from sandbox.credit_store import Store
from sandbox.doors import ACCOUNTS, Door
from sandbox.faults import Faults
from sandbox.halves import Halves, split
from sandbox.model import City
from sandbox.penalty_gate import APP, SECRET
from sandbox.penalty_intake import PenaltyIntake
from sandbox.web import HERE, html
from sandbox.wire import Wires

#: The licences that the hall and the archive know one half of each.
_HALVES = 45


def create_app(
    city: City,
    state: Path,
    *,
    clock: Clock | None = None,
    latency_ms: float = 0,
    session_minutes: float = 30,
    revocable_days: float = 365,
) -> Starlette:
    """Build the city's portals.

    Args:
        city: What they show.
        state: The folder where the credit platform's truth and the front database are kept.
        clock: What tells the time, kept as ``clock`` in the application's state; nine o'clock of the city's today
            unless told otherwise.
        latency_ms: How many milliseconds later every answer comes.
        session_minutes: After how many idle minutes a session ends.
        revocable_days: How many days after its receipt the credit platform lets a record be withdrawn.
    """
    faults, clock = Faults(), clock or Clock(datetime.combine(city.today, OPENING))
    clock.follow(lambda now: exchange.write(city.projects, state, now))
    doors = {system: Door(system, session_minutes) for system in ACCOUNTS}
    platform = Platform(doors["credit"], faults, clock, state, revocable_days)
    licences, commitments = Credit(platform, LICENCES, versions(city.published)), Credit(platform, COMMITMENTS)
    halves = split(city.seed, _HALVES, city.today)
    before = credit_penalties.versions(city.penalties.published if city.penalties else ())
    store = Store(credit_penalties.PENALTIES, state, clock, before)
    intake = PenaltyIntake(store, faults, lasts=session_minutes * 60, days=revocable_days)
    portals = {
        "approval": Approval(city, doors["approval"], faults).routes(),
        "bureau": Bureau(city, doors["bureau"], faults).routes(),
        "construction": Construction(city, doors["construction"], faults, clock).routes(),
        "hall": Halves(doors["hall"], faults, halves).routes(),
        "archive": Halves(doors["archive"], faults, halves).routes(),
        "credit": [*licences.routes(), *commitments.routes(), *licences.entrance()],
        "penalties": intake.routes(),
    }

    async def index(_request: Request) -> Response:
        return html("index.html", city=city, clock=clock, accounts=ACCOUNTS, interface=(APP, SECRET))

    async def shut() -> None:
        for each in (licences, commitments, intake):
            await each.close()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await shut()

    mounts = [Mount(f"/{name}", _late(Router(routes), latency_ms / 1000)) for name, routes in portals.items()]
    app = Starlette(
        routes=[
            *mounts,
            Route("/clock", clock.page, methods=["GET", "POST"]),
            Route("/faults", faults.page, methods=["GET", "POST", "DELETE"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Route("/", index),
        ],
        lifespan=lifespan,
    )
    app.state.clock, app.state.shut = clock, shut
    return app


def _late(app: ASGIApp, seconds: float) -> ASGIApp:
    """Let every request wait, as if the portal were far away."""

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(seconds)
        await app(scope, receive, send)

    return late if seconds else app


class CityServer(uvicorn.Server):
    """A server that tells its address as soon as it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then tell."""
        self._wires = Wires(self.config.loaded_app)
        self.config.loaded_app = self._wires
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            self._ready(f"http://{host}:{port}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Hang up on those who wait for nothing, then stop."""
        self._wires.hang_up()
        await super().shutdown(sockets)


def serve(
    city: City,
    state: Path,
    host: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[str], None] = lambda _url: None,
    **behaviour: float,
) -> None:
    """Serve the city until the process is told to stop; ``behaviour`` is what ``create_app`` takes."""
    app = create_app(city, state, clock=None, **behaviour)
    config = uvicorn.Config(
        app, host=host, port=port, access_log=False, log_level="warning", timeout_graceful_shutdown=1
    )
    CityServer(config, ready).run()
