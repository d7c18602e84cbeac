"""One run in a process of its own: watched, bounded, stopped in order, and killed if it does not stop."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

import psutil

#: Seconds that a process may take to end in order after it was told to.
PATIENCE = 60.0
_GLANCE = 0.5
_MEMORY_GLANCES = 4  # every so many glances the memory is measured, which costs more


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may use: ``seconds`` from now on, ``memory`` in bytes with all its children; None is no bound."""

    seconds: float | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended.

    Attributes:
        code: its exit code; negative is the signal that killed it.
        told: the envelope it printed; empty if it printed none.
        stopped: why it was stopped: ``stopping``, ``deadline``, ``memory``; empty if it ended by itself.
        said: the end of what it wrote to stderr.
    """

    code: int
    told: Mapping[str, Any]
    stopped: str = ""
    said: str = ""


def run_child(command: Sequence[str], limits: Limits, stopping: threading.Event) -> Ended:
    """Run a command to its end, one that ends by itself when its input does: it dies with this process, however."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(  # noqa: S603 - our own command line
            command,
            stdin=subprocess.PIPE,  # it closes when this process dies, and nobody writes to it
            stdout=out,
            stderr=err,
        )
        try:
            stopped = _watched(process, limits, stopping)
        finally:
            _end(process)
        return Ended(process.returncode, _envelope(out), stopped, _tail(err))


def _watched(process: subprocess.Popen[bytes], limits: Limits, stopping: threading.Event) -> str:
    end = time.monotonic() + limits.seconds if limits.seconds is not None else None
    glance = 0
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GLANCE)
            return ""
        glance += 1
        if stopping.is_set():
            return "stopping"
        if end is not None and time.monotonic() > end:
            return "deadline"
        if limits.memory and glance % _MEMORY_GLANCES == 0 and memory_of(process.pid) > limits.memory:
            return "memory"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let the process end in order, and kill it with all its children if it does not."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
    if process.poll() is None:
        for each in _children(process.pid):
            with suppress(psutil.NoSuchProcess):
                each.kill()
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).children(recursive=True)
    return []


def memory_of(pid: int) -> int:
    """Return the bytes that a process and all its children keep in memory; what they share counts for each."""
    used = 0
    for each in _children(pid):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            used += each.memory_info().rss
    with suppress(psutil.NoSuchProcess):
        used += psutil.Process(pid).memory_info().rss
    return used


def _envelope(out: IO[bytes]) -> dict[str, Any]:
    out.seek(0)
    with suppress(ValueError):
        told = json.load(out)
        return told if isinstance(told, dict) else {}
    return {}


def _tail(err: IO[bytes], size: int = 2000) -> str:
    err.seek(0, 2)
    err.seek(max(0, err.tell() - size))
    return err.read().decode("utf-8", "replace")
