"""A process that is watched: its end, its bounds, and whom it outlives."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from schedules import child
from schedules.child import Limits, run_child

ROOT = Path(__file__).parents[2]
_LONG = 60.0


def _script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def _run(text: str, limits: Limits = Limits(), stopping: threading.Event | None = None) -> child.Ended:  # noqa: B008
    return run_child(_script(text), limits, stopping or threading.Event())


def test_its_envelope_exit_code_and_last_words_are_told() -> None:
    """What it printed as JSON, what it ended with, and what it said on the side."""
    ended = _run("import sys; print('{\"ok\": true}'); print('words', file=sys.stderr); sys.exit(3)")
    assert (ended.code, ended.told, ended.stopped, ended.said.strip()) == (3, {"ok": True}, "", "words")


@pytest.mark.parametrize("printed", ["", "no json", "[1, 2]", "{}\n{}"])
def test_what_is_no_envelope_is_none(printed: str) -> None:
    """A process that died, or printed something else, has told nothing."""
    assert _run(f"print({printed!r})").told == {}


def test_a_process_that_is_killed_tells_its_signal() -> None:
    """The code is the signal's, negative."""
    assert _run("import os; os.kill(os.getpid(), 9)").code == -9


def test_at_its_deadline_it_is_told_to_stop() -> None:
    """In order: it can still say something."""
    ended = _run("import time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: print('{}')", Limits(seconds=1.5))
    assert (ended.stopped, ended.code) == ("deadline", -signal.SIGTERM)


def test_who_needs_too_much_memory_is_stopped() -> None:
    """Its children count too."""
    hungry = "import time; x = b'x' * (300 << 20); time.sleep(60)"
    hungry = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hungry!r}])"
    assert _run(hungry, Limits(memory=200 << 20)).stopped == "memory"


def test_when_all_work_ends_it_is_told_to_stop() -> None:
    """Soon, and not after its own time."""
    stopping = threading.Event()
    threading.Timer(1.0, stopping.set).start()
    begin = time.monotonic()
    assert _run("import time; time.sleep(60)", stopping=stopping).stopped == "stopping"
    assert time.monotonic() - begin < _LONG / 2


def test_who_does_not_listen_is_killed_with_all_children(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """After its patience, and nothing of it is left."""
    monkeypatch.setattr(child, "PATIENCE", 1.0)
    told = tmp_path / "pid"
    deaf = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        f"open({str(told)!r}, 'w').write(str(p.pid)); time.sleep(60)"
    )
    assert _run(deaf, Limits(seconds=2.5)).code == -signal.SIGKILL
    _until(lambda: _gone(int(told.read_text("utf-8"))))


def test_a_command_line_ends_when_whoever_attends_it_is_killed(tmp_path: Path) -> None:
    """The worker is killed; what it ran ends by itself, in order."""
    told = tmp_path / "pid"
    (tmp_path / "sitecustomize.py").write_text(
        "import cli.main, os, time\n"
        f"cli.main.main = lambda: (open({str(told)!r}, 'w').write(str(os.getpid())), time.sleep(60))\n",
        encoding="utf-8",
    )
    attending = (
        "import sys, threading\nfrom schedules.child import Limits, run_child\n"
        "run_child([sys.executable, '-m', 'cli.attended'], Limits(), threading.Event())\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    worker = subprocess.Popen(_script(attending), cwd=ROOT, env=environment)
    try:
        _until(lambda: told.exists() and bool(told.read_text("utf-8")))
    finally:
        worker.kill()
        worker.wait()
    _until(lambda: _gone(int(told.read_text("utf-8"))))


def _until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + _LONG
    while not done():
        assert time.monotonic() < end
        time.sleep(0.05)


def _gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
