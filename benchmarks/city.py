"""A fresh sandbox city for every measured run, and what a measured process costs."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.demo import serving
from cli.init import furnish

SEED = 1


@dataclass(frozen=True, slots=True)
class Ground:
    """Where one measured run takes place: the city's address, and a workspace furnished for it."""

    host: str
    workspace: Path


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took: wall and CPU seconds with all it started, the load before it, and what it printed."""

    wall: float
    cpu: float
    load: float
    said: dict[str, Any]


@contextmanager
def fresh_city(scale: float) -> Iterator[Ground]:
    """Serve a city in which nothing has happened yet, from a process of its own, as the demo does."""
    with tempfile.TemporaryDirectory(prefix="yinxin-bench-") as folder:
        workspace = Path(folder)
        with serving(workspace, SEED, scale) as host:
            furnish(workspace, host=host, seed=SEED, scale=scale)
            yield Ground(host, workspace)


def command() -> str:
    """Return the installed ``yinxin`` of this interpreter's environment."""
    found = shutil.which("yinxin", path=str(Path(sys.executable).parent))
    assert found, "yinxin is not installed beside this interpreter"
    return found


def measured(arguments: Sequence[str], told: object = None, *, fine: Sequence[int] = (0,)) -> Cost:
    """Run a process that prints JSON and return what it cost; ``told`` goes to it as JSON.

    Raises:
        RuntimeError: it failed, and what it took says nothing.
    """
    load, before = os.getloadavg()[0], _children()
    start = time.perf_counter()
    done = subprocess.run(
        arguments, input=json.dumps(told), capture_output=True, text=True, encoding="utf-8", check=False
    )
    wall = time.perf_counter() - start
    if done.returncode not in fine:
        raise RuntimeError(f"{arguments}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return Cost(wall, _children() - before, load, json.loads(done.stdout))


def _children() -> float:
    """CPU seconds of processes that have ended; the city's is still alive and does not count."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
