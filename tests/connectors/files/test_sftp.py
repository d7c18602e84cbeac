"""An SFTP server as the place of files: its key is known, its account is ours, what it holds is read as any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import yaml

from connectors.base import Receipt, Row, Window
from connectors.courtesy import UNLIMITED
from connectors.files.declared import Sftp
from connectors.files.folders import LocalFolder
from connectors.files.sftp import Server, SftpFolder
from connectors.kinds import kind_of
from connectors.secrets import Secrets
from tests.connectors.files.drawers import (
    FIRST,
    HEADER,
    SECOND,
    collected,
    feed,
    given,
    ledgers,
    lines,
    payloads,
    source,
)
from words.errors import DeliveryError, DriftError, LoginNeeded, SystemFailure, UsageError
from words.languages import choose

ALL = Window(date(2024, 1, 1), date(2024, 12, 31))
PASSWORD = "p4ss-wörd"
OURS = asyncssh.generate_private_key("ssh-ed25519")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("YINXIN_SECRET_SFTP_PASSWORD", PASSWORD)
    monkeypatch.setenv("YINXIN_SECRET_SFTP_KEY", OURS.export_private_key().decode())
    monkeypatch.setenv("YINXIN_SECRET_WRONG", "wrong")
    choose("en")
    yield
    choose("en")


@dataclass
class Host:
    """A server in a folder of the test, and what it was asked."""

    root: Path
    port: int
    key: asyncssh.SSHKey
    logins: list[str] = field(default_factory=list)
    running: Any = None

    def declared(self, **more: Any) -> str:
        """Return the part of a connector's file that names this server."""
        sftp = {"host": "127.0.0.1", "port": self.port, "account": "clerk", "timeout": 5} | {
            "secret": "sftp_password",
            "host_key": self.key.get_fingerprint(),
            **more,
        }
        return yaml.safe_dump({"sftp": {name: value for name, value in sftp.items() if value is not None}})


class _Doorman(asyncssh.SSHServer):
    def __init__(self, host: Host) -> None:
        self._host = host

    def begin_auth(self, username: str) -> bool:
        self._host.logins.append(username)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("clerk", PASSWORD)

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, _username: str, key: asyncssh.SSHKey) -> bool:
        return bool(key == OURS.convert_to_public())


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Host]:
    """Serve a folder."""
    for name in ("in", "out", "back"):
        (tmp_path / "served" / name).mkdir(parents=True)
    found = Host(tmp_path / "served", 0, asyncssh.generate_private_key("ssh-ed25519"))

    def serve(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return asyncssh.SFTPServer(channel, chroot=str(found.root).encode())

    async with asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[found.key], server_factory=lambda: _Doorman(found), sftp_factory=serve
    ) as found.running:
        found.port = found.running.get_port()
        yield found


async def rows_of(workspace: Path, text: str) -> list[Row]:
    """Return all rows of a source, and let go of it."""
    files = source(workspace, f"{text}\nrows: {{}}\n")
    try:
        return await collected(files, ALL)
    finally:
        await files.close()


async def test_files_of_a_server_are_a_source(host: Host, tmp_path: Path) -> None:
    """Folders below too, by one connection; the content is evidence."""
    (host.root / "in/水务局").mkdir()
    (host.root / "in/a.csv").write_text(lines([HEADER, FIRST]), encoding="gb18030")
    (host.root / "in/水务局/b.csv").write_text(lines([HEADER, SECOND]), encoding="utf-8")
    files = source(tmp_path, f"{host.declared()}\nrows: {{}}\nsubfolders: true\n")
    rows = await collected(files, ALL)
    assert [row.key for row in rows] == ["a.csv/2", "水务局/b.csv/2"]
    assert [piece.about for piece in await files.evidence()] == ["a.csv", "水务局/b.csv"]
    await files.close()
    assert host.logins == ["clerk"]


async def test_ledgers_on_a_server_are_read(host: Host, tmp_path: Path) -> None:
    """From a thread, as a run does."""
    (host.root / "in/a.csv").write_text(lines([HEADER, FIRST]), encoding="utf-8")
    (table,) = await asyncio.to_thread(ledgers(tmp_path, host.declared()).tables)
    assert table.rows["单位名称"].to_list() == ["甲公司"]


async def test_a_key_opens_the_door_too(host: Host, tmp_path: Path) -> None:
    """A private key stored as a secret; what is none is named."""
    keyed = host.declared(secret=None, key_secret="sftp_key")
    assert await rows_of(tmp_path, keyed) == []
    with pytest.raises(UsageError) as error:
        await rows_of(tmp_path, host.declared(secret=None, key_secret="wrong"))
    assert error.value.code == "not-a-key"


async def test_another_host_key_ends_the_conversation(host: Host, tmp_path: Path) -> None:
    """Nothing is said to a server that is not the declared one, not even the account."""
    other = asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()
    with pytest.raises(DriftError) as error:
        await rows_of(tmp_path, host.declared(host_key=other))
    assert error.value.code == "host-key-changed"
    assert host.key.get_fingerprint() in error.value.sentence
    assert host.logins == []


async def test_a_wrong_password_is_a_persons_business(host: Host, tmp_path: Path) -> None:
    """It is tried once: accounts are locked for less."""
    with pytest.raises(LoginNeeded) as error:
        await rows_of(tmp_path, host.declared(secret="wrong"))
    assert error.value.code == "login-refused"
    assert host.logins == ["clerk"]


async def test_a_server_that_is_away_is_tried_again(host: Host, tmp_path: Path) -> None:
    """Three times, then it is a system's failure."""
    host.running.close()
    await host.running.wait_closed()
    with pytest.raises(SystemFailure) as error:
        await rows_of(tmp_path, host.declared())
    assert error.value.code == "no-answer"


async def test_a_missing_folder_is_named(host: Host, tmp_path: Path) -> None:
    """A mistyped folder is not an empty one."""
    with pytest.raises(UsageError) as error:
        await rows_of(tmp_path, f"{host.declared()}\nfolder: away")
    assert (error.value.code, error.value.place.file) == ("no-folder", f"sftp://127.0.0.1:{host.port}/away")


DROP = """
drop:
  folder: out
  name: "{number:05}.csv"
  settles: 5
  answers: {folder: back, name: "{stem}.csv", row: 行号, reason: 原因}
  published: {folder: back, pattern: "list_*.csv"}
"""


async def test_files_are_put_there_and_receipts_fetched(host: Host, tmp_path: Path) -> None:
    """The same way as into a folder of this machine."""
    files = feed(tmp_path, host.declared() + DROP)
    await files.check()
    (host.root / "back/00001.csv").write_text(lines([["行号", "原因"], ["2", "过长"]]), encoding="utf-8")
    (batch,) = await files.fill(payloads("1", "2"), "publish", "credit-1")
    receipt = await files.send(batch)
    assert (receipt.accepted, dict(receipt.refused)) == (("r-1",), {"r-2": "过长"})
    assert [file.name for file in sorted((host.root / "out").iterdir())] == ["00001.csv"]
    shown = lines([["行政相对人名称", "行政许可决定文书号", "许可决定日期"], ["甲公司", "1", "2024/03/05"]])
    (host.root / "back/list_1.csv").write_text(shown, encoding="utf-8")
    assert (await files.disclosed())["行政许可决定文书号"].to_list() == ["1"]
    assert await files.look_up(batch.file_name, ["r-1", "r-2"]) == receipt
    await files.close()


@pytest.mark.parametrize("after", [False, True])
async def test_a_connection_that_breaks_at_the_last_step_is_looked_up(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    """Whether the server did it before it fell silent is seen by which name the file has."""
    text = host.declared() + "drop: {folder: out, name: '{number:05}.csv'}"
    files = feed(tmp_path, text)
    (batch,) = await files.fill(payloads("1"), "publish", "credit-1")
    real = SftpFolder.rename

    async def broken(folder: SftpFolder, name: str, new: str) -> None:
        if after:
            await real(folder, name, new)
        raise SystemFailure("no-answer", "silence", todo="-")

    monkeypatch.setattr(SftpFolder, "rename", broken)
    with pytest.raises(DeliveryError):
        await files.send(batch)
    await files.close()
    again = feed(tmp_path, text)
    found = await again.look_up(batch.file_name, ["r-1"])
    assert found == (Receipt("00001.csv", ("r-1",), {}) if after else None)
    assert len(list((host.root / "out").iterdir())) == after
    await again.close()


async def test_reaching_a_server_tells_what_is_there(host: Host, tmp_path: Path) -> None:
    """And says so within its time if nothing is."""
    (host.root / "in/a.csv").write_text("x", encoding="utf-8")
    text = f"{host.declared()}\nfolder: in\npattern: '*'\nmapping: ledger"
    assert (await kind_of("files").reach(given(tmp_path, text), 5)).said == "1 ledger"
    host.running.close()
    await host.running.wait_closed()
    assert (await kind_of("files").reach(given(tmp_path, text), 5)).health == "failing"


async def test_a_folder_is_the_same_wherever_it_lies(host: Host, tmp_path: Path) -> None:
    """What is there, what is not, what must not be put over something else."""
    declared = Sftp.model_validate(yaml.safe_load(host.declared())["sftp"])
    server = Server(declared, Secrets(tmp_path / "-"), "t", UNLIMITED)
    for folder in (SftpFolder(server, "out"), LocalFolder(host.root / "in", "t")):
        await folder.write("a", b"1")
        await folder.write("b", b"22")
        assert [(each.name, each.size) for each in await folder.listed()] == [("a", 1), ("b", 2)]
        assert await folder.fetch("b") == b"22"
        with pytest.raises((FileExistsError, SystemFailure)):
            await folder.write("a", b"3")
        with pytest.raises(FileExistsError):
            await folder.rename("a", "b")
        await folder.rename("a", "c")
        await folder.remove("b")
        assert await folder.look("a") is None
        with pytest.raises(FileNotFoundError):
            await folder.fetch("a")
        assert [each.name for each in await folder.listed()] == ["c"]
        await folder.close()
