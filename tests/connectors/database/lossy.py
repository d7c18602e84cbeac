"""A line to a database that breaks at the worst moment: while a commit is on its way, or its answer is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import quote

from sqlalchemy import make_url

from tests.connectors.database.sites import Site

Loss = Literal["commit", "answer", ""]


@dataclass
class Line:
    """Carries bytes between a connector and its server.

    Attributes:
        loses: the commit of an insert before it arrives, its answer, or nothing.
    """

    server: str
    loses: Loss = ""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection."""
        server_reader, server_writer = await asyncio.open_unix_connection(self.server)
        back = asyncio.create_task(_pump(server_reader, writer))
        try:
            await self._carry(reader, server_writer, server_reader, back)
        finally:
            back.cancel()
            for each in (writer, server_writer):
                each.close()
                with suppress(ConnectionError):
                    await each.wait_closed()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
        back: asyncio.Task[None],
    ) -> None:
        inserted = False
        while data := await reader.read(1 << 16):
            inserted = inserted or b"INSERT" in data
            breaks = self.loses if inserted and b"COMMIT" in data else ""
            if breaks:
                back.cancel()
                await asyncio.wait([back])
            if breaks != "commit":
                writer.write(data)
                await writer.drain()
            if breaks == "answer":
                await answers.read(1)
            if breaks:
                return


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def line_to(site: Site) -> AsyncIterator[tuple[Site, Line]]:
    """Put a line between connectors and a database on a server."""
    url = make_url(site.url)
    with TemporaryDirectory(prefix="line") as made:
        if site.kind == "postgresql":
            name = ".s.PGSQL.5432"
            line, query = Line(f"{url.query['host']}/{name}"), {"host": made}
        else:
            name = "socket"
            line, query = Line(str(url.query["unix_socket"])), {"unix_socket": f"{made}/{name}"}
        server = await asyncio.start_unix_server(line.carry, Path(made) / name)
        there = url.update_query_dict(query)
        address = (
            f"{url.drivername}:///{url.database}?{'&'.join(f'{k}={quote(str(v))}' for k, v in there.query.items())}"
        )
        apart = replace(site, url=address)
        try:
            yield apart, line
        finally:
            await apart.close()
            server.close()
            await server.wait_closed()
