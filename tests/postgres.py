"""A throw-away PostgreSQL for one test session, and a fresh database for whoever asks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tools.postgres import find_programs

_USER = "yinxin"
_PATIENCE = 30.0
#: Nothing here has to survive; a test of durability kills processes, not machines.
_SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60", "shared_buffers=32MB")


class NoPostgres(Exception):  # noqa: N818 - what there is not
    """There is no PostgreSQL, or it does not start."""


@dataclass
class Cluster:
    """A server that listens on a socket in its own folder."""

    folder: Path
    command: list[str]
    _numbers: Iterator[int] = field(default_factory=count)
    _server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            NoPostgres: it does not.
        """
        with (self.folder / "log").open("ab") as log:
            server = subprocess.Popen(self.command, cwd=self.folder, stdout=log, stderr=log, user=_servant())
        self._server = server
        _wait_for(server, self)

    def stop(self) -> None:
        """Stop it now, whoever is still connected; one that stands still already is left alone."""
        if self._server is None:
            return
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()

    def address(self, database: str = "postgres", user: str = _USER, **options: str) -> str:
        """Return a database's address; nobody needs a password."""
        query = urlencode({"host": str(self.folder), **options})
        return f"postgresql+psycopg://{user}@/{database}?{query}"

    def fresh(self) -> str:
        """Make a schema nobody has used, and return the address under which it is all there is of the database.

        A database of its own would cost a quarter of a second.
        """
        name = f"fresh_{next(self._numbers)}"
        self.run(f"CREATE SCHEMA {name}")
        return self.address(options=f"-csearch_path={name}")

    def run(self, statement: str) -> None:
        """Run a statement as the server's owner, outside of any transaction."""
        import psycopg

        with psycopg.connect(host=str(self.folder), user=_USER, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def cluster(settings: tuple[str, ...] = _SETTINGS) -> Iterator[Cluster]:
    """Run a server in a temporary folder, and leave nothing of it behind.

    Args:
        settings: settings of the server as ``name=value``.

    Raises:
        NoPostgres: there is none, or it does not start; says what to do.
    """
    programs = find_programs()
    if programs is None:
        raise NoPostgres("These tests need PostgreSQL: run “make test” as root on Debian, or put initdb on PATH.")
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        _hand_over(folder)
        _run(folder, programs / "initdb", "-D", "data", "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = [word for setting in (f"unix_socket_directories={folder}", *settings) for word in ("-c", setting)]
        running = Cluster(folder, [str(programs / "postgres"), "-D", "data", *options])
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """One server for the whole session."""
    try:
        with cluster() as running:
            yield running
    except NoPostgres as missing:
        pytest.fail(str(missing), pytrace=False)


def _servant() -> str | None:
    """PostgreSQL refuses to run as root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    return next(name for name in ("postgres", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})


def _hand_over(folder: Path) -> None:
    if servant := _servant():
        shutil.chown(folder, servant)


def _run(folder: Path, *command: object) -> None:
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, capture_output=True, text=True, check=False, user=_servant()
    )
    if done.returncode:
        raise NoPostgres(f"{command[0]} failed: {done.stderr.strip()}")


def _wait_for(server: subprocess.Popen[bytes], started: Cluster) -> None:
    import psycopg

    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            started.run("SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return
    raise NoPostgres(f"PostgreSQL does not start: {(started.folder / 'log').read_text(errors='replace')[-500:]}")
