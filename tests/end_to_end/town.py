"""A sandbox city in a thread of its own, a workspace that runs against it, and the command line as a person uses it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.request import Request, urlopen

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from cli.init import furnish
from cli.main import main
from sandbox.city import build_city
from sandbox.faults import Fault, Faults
from sandbox.ledgers import write_ledgers
from sandbox.model import City
from sandbox.server import CityServer, create_app

ROOT = Path(__file__).parents[2]
#: Enough rows for one mistake of every kind, and for a second page at the old system.
SMALL = 0.04


@lru_cache(maxsize=8)
def city_of(seed: int, scale: float) -> City:
    """The city of a seed; building one of full size takes a second."""
    return build_city(seed, scale)


@lru_cache(maxsize=8)
def _ledgers_of(seed: int, scale: float) -> TemporaryDirectory[str]:
    """The ledgers of a city's departments, written once a process."""
    folder = TemporaryDirectory()
    write_ledgers(city_of(seed, scale), Path(folder.name))
    return folder


@dataclass(slots=True)
class Town:
    """A city that is being served."""

    url: str
    city: City
    state: Path
    faults: Faults
    asked: list[str] = field(default_factory=list)

    def order(self, system: str, fault: str, *, after: int = 0, times: int = 1) -> None:
        """Order a fault."""
        self.faults.order(Fault(system, fault, after, times))

    def turn(self, now: datetime) -> None:
        """Move the city's clock."""
        body = json.dumps({"now": now.isoformat()}).encode()
        urlopen(Request(f"{self.url}/clock", body, {"content-type": "application/json"}), timeout=20).close()

    @property
    def truth(self) -> dict[str, Any]:
        """What is true of the city."""
        return cast("dict[str, Any]", self.city.truth)

    @property
    def received(self) -> list[dict[str, Any]]:
        """Every row that an upload ever brought to the platform."""
        return received_in(self.state)

    def due(self) -> Counter[str]:
        """The document numbers of what is due."""
        rows = {each.serial: each.values["XK_WSH"] for each in self.city.decisions}
        due = (entry for entry in self.truth["records"] if entry["bucket"] == "due")
        return Counter(rows[serial] for entry in due for serial in entry["serials"])

    def stored(self) -> Counter[str]:
        """The document numbers of what the platform took."""
        return Counter(row["values"]["XK_WSH"] for row in self.received if row["result"] == "stored")


def received_in(state: Path) -> list[dict[str, Any]]:
    """Return the platform's own log."""
    log = state / "received.jsonl"
    return [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application from a thread; yields its address."""
    config = uvicorn.Config(app, port=0, access_log=False, log_level="error", timeout_graceful_shutdown=1)
    urls: list[str] = []
    ready = threading.Event()

    def tell(url: str) -> None:
        urls.append(url)
        ready.set()

    server = CityServer(config, tell)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    assert ready.wait(20), "the server did not start"
    try:
        yield urls[0]
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def serving(state: Path, seed: int = 1, scale: float = SMALL) -> Iterator[Town]:
    """Serve a city that writes down what it is asked."""
    city = city_of(seed, scale)
    app = create_app(city, state)
    asked: list[str] = []
    faults = next(
        cast("Any", route).endpoint.__self__ for route in app.routes if getattr(route, "path", "") == "/faults"
    )

    async def noting(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            asked.append(f"{scope['method']} {scope['path']}")
        await app(scope, receive, send)

    with served(noting) as url:
        yield Town(url, city, state, faults, asked)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command left behind for whoever called it."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The one JSON envelope on stdout; anything beside it does not parse."""
        envelope = json.loads(self.out)
        assert set(envelope) == {"schema", "command", "ok", "result", "errors"}
        assert envelope["schema"] == 1
        return cast("dict[str, Any]", envelope)

    @property
    def result(self) -> dict[str, Any]:
        """The envelope's result."""
        return cast("dict[str, Any]", self.envelope["result"])

    @property
    def error(self) -> dict[str, Any]:
        """The envelope's first error."""
        return cast("dict[str, Any]", self.envelope["errors"][0])


def environment(**more: str) -> dict[str, str]:
    """The environment of a child: nothing of the caller's language or secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("YINXIN_", "LC_", "LANG"))}
    return {**kept, "YINXIN_LANG": "en", "PYTHONPATH": str(ROOT), **more}


@dataclass(frozen=True, slots=True)
class Desk:
    """A workspace and the command line in front of it."""

    folder: Path

    def call(self, *words: str) -> Outcome:
        """Call a command in this process, with ``--json`` and this workspace."""
        return call(*words, "-w", str(self.folder), "--json")

    def process(self, *words: str, **environ: str) -> subprocess.Popen[str]:
        """Start a command as a process of its own, with this workspace."""
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *words, "-w", str(self.folder)],
            cwd=self.folder,
            env=environment(**environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def change(self, file: str, old: str, new: str) -> int:
        """Change one place of a file, and return its line."""
        path = self.folder / file
        text = path.read_text("utf-8")
        assert old in text, f"{old} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def log(self) -> str:
        """Everything that was logged."""
        return "".join(file.read_text("utf-8") for file in (self.folder / ".yinxin" / "logs").glob("*"))


def finished(process: subprocess.Popen[str], *, within: float = 120) -> Outcome:
    """Wait for a process."""
    out, err = process.communicate(timeout=within)
    return Outcome(process.returncode, out, err)


def call(*words: str) -> Outcome:
    """Call a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main(list(words))
        except SystemExit as end:
            code = end.code
    outcome = Outcome(int(cast("int", code or 0)), out.getvalue(), err.getvalue())
    assert "Traceback" not in outcome.out + outcome.err
    return outcome


def alone(*words: str, cwd: Path, **environ: str) -> Outcome:
    """Call a command as a process of its own."""
    process = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        cwd=cwd,
        env=environment(**environ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    assert "Traceback" not in process.stdout + process.stderr
    return Outcome(process.returncode, process.stdout, process.stderr)


def furnished(folder: Path, town: Town | None) -> Desk:
    """Lay a workspace out that runs against a city, or against an address where nobody answers."""
    host = town.url if town else "http://127.0.0.1:9"
    seed, scale = (town.city.seed, town.city.scale) if town else (1, SMALL)
    shutil.copytree(_ledgers_of(seed, scale).name, folder / "ledgers")
    furnish(folder, host=host, seed=seed, scale=scale)
    return Desk(folder)


def assert_named(outcome: Outcome, code: int, reason: str, **place: Any) -> Mapping[str, Any]:
    """Check that an outcome is one clear error: its exit code, its reason, where it is, what to do and who acts."""
    assert outcome.code == code, outcome.out + outcome.err
    assert outcome.envelope["ok"] is False
    error = outcome.error
    assert error["code"] == reason
    assert error["exit_code"] == code
    for name, value in place.items():
        assert error["place"].get(name) == value, error["place"]
    assert len(error["sentence"]) > 10
    assert error["todo"]
    assert error["who"]
    return error
