"""An opened database: its connections, its turns, and what is tried again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TypeVar

from loguru import logger
from sqlalchemy import Connection, Engine
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from connectors.database.addresses import DRIVERS
from connectors.database.declared import DatabaseDeclared
from connectors.database.engines import open_engine
from connectors.database.trouble import UNREACHABLE
from connectors.kinds import Given
from words.errors import YinxinError
from words.languages import gettext as _

T = TypeVar("T")
_ATTEMPTS = 3


class Database:
    """One database, opened at the first question."""

    def __init__(self, given: Given[DatabaseDeclared]) -> None:
        self.declared = given.declared
        self.title = given.declared.title
        self._given = given
        self._held: list[Connection] = []

    @cached_property
    def engine(self) -> Engine:
        """The way to it; nothing is asked yet."""
        declared = self.declared
        password = self._given.secrets.value(declared.secret) if declared.secret else ""
        return open_engine(declared, password, self._given.folder)

    async def ask(self, work: Callable[[Connection], T]) -> T:
        """Do some work in a transaction of its own, in its turn; a connection that fails to open is tried again.

        Raises:
            SystemFailure: the database cannot be reached, breaks off, or is to be left alone at this hour.
            LoginNeeded: it refuses.
        """
        await self._given.turns.turn()
        return await asyncio.to_thread(self._with_connection, work)

    async def of_one_moment(self) -> Connection:
        """Return a connection that shows the database as it is at this moment, until it is let go."""
        await self._given.turns.turn()
        connection = await asyncio.to_thread(self.look)
        self._held.append(connection)
        return connection

    async def on(self, connection: Connection, work: Callable[[Connection], T]) -> T:
        """Do some work on a connection that is held, in its turn."""
        await self._given.turns.turn()
        return await asyncio.to_thread(work, connection)

    async def let_go(self, connection: Connection) -> None:
        """Give back a connection that was held."""
        if connection in self._held:
            self._held.remove(connection)
            await asyncio.to_thread(connection.close)

    def look(self) -> Connection:
        """Return a connection on which all questions are answered as of one moment, and nothing can be changed."""
        connection = self.connect()
        try:
            if self.engine.dialect.name == "mssql":  # its level has to stand before anything begins
                connection = connection.execution_options(isolation_level="SNAPSHOT")
            for statement in DRIVERS[self.engine.dialect.name].snapshot:
                connection.exec_driver_sql(statement)
        except BaseException:
            connection.close()
            raise
        return connection

    def connect(self) -> Connection:
        """Return a connection, after another try or two."""
        tries = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential(multiplier=0.5, max=5),
            retry=retry_if_exception(lambda error: isinstance(error, YinxinError) and error.code == UNREACHABLE),
            before_sleep=self._told,
            reraise=True,
        )
        return tries(self.engine.connect)

    def wait_for_turn(self) -> None:
        """Wait for a turn from whichever thread asks."""
        with ThreadPoolExecutor(1) as apart:  # a loop that runs in this thread already takes no second one
            apart.submit(lambda: asyncio.run(self._given.turns.turn())).result()

    def _with_connection(self, work: Callable[[Connection], T]) -> T:
        with self.connect() as connection:
            return work(connection)

    def _told(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        told = logger.bind(action="retry", system=self.title, reason=str(error))
        told.warning("{}", _("{system} is asked again").format(system=self.title))

    async def close(self) -> None:
        """Let go of everything."""
        for connection in list(self._held):
            await self.let_go(connection)
        if "engine" in self.__dict__:
            await asyncio.to_thread(self.engine.dispose)
        self._given.turns.close()
