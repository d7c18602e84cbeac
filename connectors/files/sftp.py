"""A folder on an SFTP server whose host key is known before anything is said to it."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import TypeVar

import asyncssh
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from connectors.courtesy import UNLIMITED, Turns
from connectors.files.declared import Sftp
from connectors.files.folders import Found, not_there
from connectors.secrets import Secrets
from words.errors import DriftError, LoginNeeded, Place, SystemFailure, UsageError
from words.languages import gettext as _

T = TypeVar("T")
_TRIES = 3
_GONE = (OSError, asyncssh.ConnectionLost, asyncssh.DisconnectError, asyncssh.SFTPConnectionLost, TimeoutError)


class Server:
    """One connection to a server, opened at the first question and shared by all its folders."""

    def __init__(self, declared: Sftp, secrets: Secrets, title: str, turns: Turns = UNLIMITED) -> None:
        self.declared, self.title = declared, title
        self._secrets, self._turns = secrets, turns
        self._connection: asyncssh.SSHClientConnection | None = None
        self._client: asyncssh.SFTPClient | None = None
        self._opening = asyncio.Lock()

    async def ask(self, question: Callable[[asyncssh.SFTPClient], Awaitable[T]], *, again: bool = True) -> T:
        """Ask a question, and ask it ``again`` if the connection breaks off and asking twice does no harm.

        Raises:
            FileNotFoundError: what is asked for is not there.
            PermissionError: the server lets nobody have it now.
            SystemFailure: no answer.
            DriftError: the server shows another host key.
            LoginNeeded: it refuses the account.
        """
        tries = AsyncRetrying(
            retry=retry_if_exception_type(SystemFailure),
            stop=stop_after_attempt(_TRIES if again else 1),
            wait=wait_exponential(multiplier=0.2, max=5),
            reraise=True,
        )
        return await tries(self._asked, question)

    async def _asked(self, question: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        await self._turns.turn()
        try:
            async with asyncio.timeout(self.declared.timeout):
                return await question(await self._opened())
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath) as error:
            raise FileNotFoundError(str(error)) from error
        except asyncssh.SFTPFileAlreadyExists as error:
            raise FileExistsError(str(error)) from error
        except asyncssh.SFTPPermissionDenied as error:
            raise PermissionError(str(error)) from error
        except asyncssh.HostKeyNotVerifiable as error:
            raise self._other_key(str(error)) from error
        except asyncssh.PermissionDenied as error:
            raise self._refused() from error
        except (*_GONE, asyncssh.SFTPError) as error:
            await self.close()
            raise self._silent(str(error) or type(error).__name__) from error

    async def _opened(self) -> asyncssh.SFTPClient:
        async with self._opening:
            if self._client is None:
                self._connection = await self._connected()
                self._client = await self._connection.start_sftp_client()
            return self._client

    async def _connected(self) -> asyncssh.SSHClientConnection:
        declared = self.declared
        password = self._secrets.value(declared.secret) if declared.secret else None
        keys = [self._key(declared.key_secret)] if declared.key_secret else None
        return await asyncssh.connect(
            declared.host,
            declared.port,
            username=declared.account,
            password=password,
            client_keys=keys,
            client_factory=lambda: _Knowing(declared.host_key),
            known_hosts=([], [], []),
            # What this machine's user has for sessions of his own is no business of a connector.
            config=[],
            agent_path=None,
            login_timeout=declared.timeout,
        )

    def _key(self, secret: str) -> asyncssh.SSHKey:
        try:
            return asyncssh.import_private_key(self._secrets.value(secret))
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            raise UsageError(
                "not-a-key",
                _("The secret “{name}” is not a private key without a passphrase.").format(name=secret),
                todo=_("Store the text of the key file, from its first to its last line."),
                place=Place(system=self.title, field="sftp.key_secret"),
            ) from error

    def _silent(self, reason: str) -> SystemFailure:
        return SystemFailure(
            "no-answer",
            _("The SFTP server does not answer as it should: {reason}").format(reason=reason),
            todo=_("Check address and network."),
            place=Place(system=self.title, url=self._address),
        )

    def _refused(self) -> LoginNeeded:
        return LoginNeeded(
            "login-refused",
            _("The SFTP server refuses the account “{account}”.").format(account=self.declared.account),
            todo=_("Correct the account or its secret."),
            place=Place(system=self.title, url=self._address),
        )

    def _other_key(self, shown: str) -> DriftError:
        return DriftError(
            "host-key-changed",
            _("The SFTP server shows a host key that is not declared: {shown}").format(shown=shown),
            todo=_("Ask its operator for the fingerprint; only if it is this one, write it under “host_key”."),
            place=Place(system=self.title, url=self._address, field="sftp.host_key"),
        )

    @property
    def _address(self) -> str:
        return f"sftp://{self.declared.host}:{self.declared.port}"

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection, self._client = self._connection, None, None
        if connection is not None:
            connection.abort()
            with suppress(Exception):  # a connection that broke off has nothing left to be told
                await connection.wait_closed()


class _Knowing(asyncssh.SSHClient):
    """A client that talks to nobody but a server with one of these fingerprints."""

    def __init__(self, fingerprints: Sequence[str]) -> None:
        self._known = fingerprints

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        """Take a server's key, or end the conversation with what it showed."""
        shown = key.get_fingerprint()
        if shown not in self._known:
            raise asyncssh.HostKeyNotVerifiable(shown)
        return True


class SftpFolder:
    """A folder on a server."""

    def __init__(self, server: Server, path: str) -> None:
        self._server = server
        self._path = PurePosixPath(path or ".")

    @property
    def where(self) -> str:
        """Its address."""
        declared = self._server.declared
        return f"sftp://{declared.host}:{declared.port}/{self._path}"

    async def listed(self, *, below: bool = False) -> Sequence[Found]:
        """Return the files in the order of their names."""
        try:
            return sorted(await self._server.ask(lambda client: _walk(client, self._path, "", below=below)), key=_name)
        except FileNotFoundError:
            raise not_there(self._server.title, self.where) from None

    async def look(self, name: str) -> Found | None:
        """Return one file as it is now."""
        try:
            return _found(name, await self._server.ask(lambda client: client.stat(self._at(name))))
        except FileNotFoundError:
            return None

    async def fetch(self, name: str) -> bytes:
        """Return what is in a file."""

        async def read(client: asyncssh.SFTPClient) -> bytes:
            async with client.open(self._at(name), "rb") as file:
                content = await file.read()
            assert isinstance(content, bytes), "opened as bytes"
            return content

        return await self._server.ask(read)

    async def write(self, name: str, content: bytes) -> None:
        """Make a new file."""

        async def put(client: asyncssh.SFTPClient) -> None:
            async with client.open(self._at(name), "xb") as file:
                await file.write(content)
                with suppress(asyncssh.SFTPOpUnsupported):
                    await file.fsync()

        await self._server.ask(put, again=False)

    async def rename(self, name: str, new: str) -> None:
        """Give a file another name."""

        async def move(client: asyncssh.SFTPClient) -> None:
            if await client.exists(self._at(new)):
                raise asyncssh.SFTPFileAlreadyExists(new)
            await client.rename(self._at(name), self._at(new))

        await self._server.ask(move, again=False)

    async def remove(self, name: str) -> None:
        """Take a file away."""
        await self._server.ask(lambda client: client.remove(self._at(name)), again=False)

    async def close(self) -> None:
        """Close the connection to its server."""
        await self._server.close()

    def _at(self, name: str) -> str:
        return str(self._path / name)


async def _walk(client: asyncssh.SFTPClient, folder: PurePosixPath, inside: str, *, below: bool) -> list[Found]:
    found: list[Found] = []
    async for entry in client.scandir(str(folder / inside)):
        name = f"{inside}{entry.filename!s}"
        if stat.S_ISDIR(entry.attrs.permissions or 0):
            deeper = below and str(entry.filename) not in {".", ".."}
            found += await _walk(client, folder, f"{name}/", below=True) if deeper else []
        elif each := _found(name, entry.attrs):
            found.append(each)
    return found


def _found(name: str, state: asyncssh.SFTPAttrs) -> Found | None:
    plain = state.permissions is None or stat.S_ISREG(state.permissions)
    return Found(name, state.size or 0, float(state.mtime or 0)) if plain else None


def _name(found: Found) -> str:
    return found.name
