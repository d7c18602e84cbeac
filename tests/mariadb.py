"""A throw-away MariaDB for one test session, and a fresh database for whoever asks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tools.mariadb import find_programs

_USER = "yinxin"
_PATIENCE = 30.0
#: Nothing here has to survive.
_SETTINGS = (
    *("bind-address=127.0.0.1", "skip-name-resolve", "innodb-flush-log-at-trx-commit=0", "innodb-log-file-size=8M"),
    *("innodb-buffer-pool-size=32M", "performance-schema=OFF", "innodb-fast-shutdown=2", "innodb-lock-wait-timeout=3"),
)


class NoMariaDB(Exception):  # noqa: N818 - what there is not
    """There is no MariaDB, or it does not start."""


@dataclass
class Server:
    """A server that listens on a socket in its own folder, and on a port whose certificate ``ca`` vouches for."""

    folder: Path
    port: int
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "socket"

    @property
    def ca(self) -> Path:
        """The certificate of its authority, which is its own."""
        return self.folder / "certificate.pem"

    def address(self, database: str) -> str:
        """Return a database's address; nobody needs a password."""
        return f"mysql:///{database}?unix_socket={quote(str(self.socket))}"

    def fresh(self) -> str:
        """Make a database nobody has used, and return its name."""
        name = f"fresh_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return name

    def run(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements as the server's owner, and return what the last one gives."""
        import pymysql

        found: list[tuple[Any, ...]] = []
        options: dict[str, Any] = {"unix_socket": str(self.socket), "user": _USER, "database": database}
        with closing(pymysql.connect(**options, charset="utf8mb4", autocommit=True)) as connection:
            for statement in statements:
                with connection.cursor() as cursor:
                    cursor.execute(statement)
                    found = list(cursor.fetchall())
        return found


@contextmanager
def server() -> Iterator[Server]:
    """Run a server in a temporary folder, and leave nothing of it behind.

    Raises:
        NoMariaDB: there is none, or it does not start; says what to do.
    """
    programs = find_programs()
    if programs is None:
        raise NoMariaDB("These tests need MariaDB: run “make test” as root on Debian, or put mariadbd on PATH.")
    with tempfile.TemporaryDirectory(prefix="my", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        if servant := _servant():
            shutil.chown(folder, servant)
        made_by_all = ("--no-defaults", f"--datadir={folder / 'data'}", "--skip-test-db")
        _run(folder, programs[1], *made_by_all, "--auth-root-authentication-method=normal", "--skip-name-resolve")
        port = _certified(folder)
        (folder / "init.sql").write_text(
            f"CREATE USER {_USER}@localhost;\nGRANT ALL ON *.* TO {_USER}@localhost WITH GRANT OPTION;\n"
        )
        own = (f"datadir={folder / 'data'}", f"socket={folder / 'socket'}", f"pid-file={folder / 'pid'}")
        safe = (f"port={port}", f"ssl-cert={folder / 'certificate.pem'}", f"ssl-key={folder / 'key.pem'}")
        options = [f"--{setting}" for setting in (f"init-file={folder / 'init.sql'}", *own, *safe, *_SETTINGS)]
        command = [str(programs[0]), "--no-defaults", *options]
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, user=_servant())
        running = Server(folder, port)
        try:
            _wait_for(process, running)
            yield running
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """One server for the whole session."""
    try:
        with server() as running:
            yield running
    except NoMariaDB as missing:
        pytest.fail(str(missing), pytrace=False)


def _servant() -> str | None:
    """MariaDB refuses to run as root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    import pwd

    return next(name for name in ("mysql", "nobody") if name in {entry.pw_name for entry in pwd.getpwall()})


def _certified(folder: Path) -> int:
    """Lay down a certificate for this machine and its key, and return a free port."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "MariaDB of the tests")])
    now = datetime.now(UTC)
    local = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(local, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
    plain = serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _run(folder: Path, *command: object) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, user=_servant())
    if done.returncode:
        raise NoMariaDB(f"{command[0]} failed: {done.stdout.strip()[-500:]} {done.stderr.strip()[-500:]}")


def _wait_for(process: subprocess.Popen[bytes], started: Server) -> None:
    end, log = time.monotonic() + _PATIENCE, started.folder / "log"
    while time.monotonic() < end and process.poll() is None:
        if "ready for connections" in log.read_text(errors="replace"):
            return
        time.sleep(0.05)
    raise NoMariaDB(f"MariaDB does not start: {log.read_text(errors='replace')[-500:]}")
