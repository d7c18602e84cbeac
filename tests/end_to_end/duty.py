"""Schedules in a workspace, processes that are on duty, and waiting for what they do."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bots.workspace import Workspace
from journal import Firing
from tests.end_to_end.town import Desk

LONG = 150.0


def schedule(desk: Desk, name: str, *lines: str, bot: str = "disclosure") -> None:
    """Declare a schedule that is due once a year, unless its lines say otherwise."""
    (desk.folder / "schedules").mkdir(exist_ok=True)
    told = [f"title: {name}", f"bot: {bot}", *(lines or ('cron: "0 0 1 1 *"',)), ""]
    (desk.folder / "schedules" / f"{name}.yaml").write_text("\n".join(told), encoding="utf-8")


def firings(desk: Desk) -> list[Firing]:
    """Return all firings."""
    with Workspace.find(desk.folder).journal() as journal:
        return journal.firings()


def until(done: Callable[[], bool], within: float = LONG) -> None:
    """Wait for something."""
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.3)


@contextmanager
def on_duty(desk: Desk, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Keep a command on duty; whoever is still there in the end is killed."""
    process = desk.process(*words)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def relieve(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Tell a process to stop in order, and return its exit code and what it said."""
    process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=LONG)
    return process.returncode, err


def furnish_city(desk: Desk, number: int, url: str, *lines: str) -> None:
    """Give another city's systems names of their own, and a bot and a schedule that use them."""
    desk.change("yinxin.toml", "[hosts]", f'[hosts]\ncity{number} = "{url}"')
    for system in ("approval", "bureau", "credit"):
        text = (desk.folder / "connectors" / f"{system}.yaml").read_text("utf-8")
        path = desk.folder / "connectors" / f"{system}{number}.yaml"
        path.write_text(text.replace("{sandbox}", f"{{city{number}}}"), encoding="utf-8")
    text = (desk.folder / "bots" / "disclosure.yaml").read_text("utf-8")
    for old, new in (("approval, bureau", f"approval{number}, bureau{number}"), ("credit", f"credit{number}")):
        text = text.replace(old, new)
    (desk.folder / "bots" / f"city{number}.yaml").write_text(text, encoding="utf-8")
    schedule(desk, f"city{number}", 'cron: "0 0 1 1 *"', *lines, bot=f"city{number}")
