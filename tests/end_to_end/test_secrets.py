"""Secrets never appear: not in logs, errors, reports, evidence, the journal, sessions, nor among the processes."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from sandbox.doors import ACCOUNTS
from tests.end_to_end.town import Desk, Outcome, Town, finished

PLANTED = [password.encode() for _account, password in ACCOUNTS.values()]
STORE = "secrets.toml"


def test_a_whole_life_of_a_workspace_shows_no_secret(town: Town, desk: Desk) -> None:
    """Runs that go well, that stop, that are refused at the door; what they print, and everything they leave."""
    town.order("bureau", "login_page", after=1)
    seen, ran = _watched(desk, "run", "disclosure", "--log-json")
    outcomes = [ran, desk.call("connectors", "check"), desk.call("doctor"), desk.call("explain", "x")]
    store = desk.folder / ".yinxin" / STORE
    store.write_text(store.read_text("utf-8").replace("Yinxin-2024-c", "Yinxin-2024-c!"), encoding="utf-8")
    for session in (desk.folder / ".yinxin" / "sessions").glob("*"):
        session.unlink()
    refused = desk.call("run", "disclosure")
    assert refused.code == 3, refused.out
    outcomes += [refused, desk.call("backup", str(desk.folder.parent / "backup.zip"))]
    for outcome in outcomes:
        _clean(f"{outcome.out}{outcome.err}".encode(), "what a command prints")
    _clean("\n".join(seen).encode(), "the command lines and environments of processes")
    for file in sorted(desk.folder.rglob("*")):
        if file.is_file() and file.name != STORE:
            for content in _opened(file.read_bytes()):
                _clean(content, str(file.relative_to(desk.folder)))


def _watched(desk: Desk, *words: str) -> tuple[set[str], Outcome]:
    """Run a command, and note the command lines and environments of it and its children meanwhile."""
    process = desk.process(*words)
    seen: set[str] = set()
    while process.poll() is None:
        with suppress(psutil.NoSuchProcess):
            own = psutil.Process(process.pid)
            for each in [own, *own.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    seen |= {*each.cmdline(), *each.environ().values()}
        with suppress(Exception):
            process.wait(0.2)
    return seen, finished(process)


def _opened(content: bytes) -> Iterator[bytes]:
    """Yield a file, and what is packed in it."""
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield from _opened(gzip.decompress(content))
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield from _opened(packed.read(name))


def _clean(content: bytes, where: str) -> None:
    found = [secret.decode() for secret in PLANTED if secret in content]
    assert not found, f"{found} in {where}"


def test_the_search_itself_finds_what_is_hidden_in_packed_files(tmp_path: Path) -> None:
    """Whoever looks for nothing finds nothing."""
    file = tmp_path / "x.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a", gzip.compress(b"..." + PLANTED[0]))
    assert any(PLANTED[0] in content for content in _opened(file.read_bytes()))
