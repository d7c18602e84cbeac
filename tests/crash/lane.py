"""What all trials of one process share: a site, prepared workspaces, and a nursery from which commands are born.

A command is a process of its own, forked from one that has imported everything already.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from uuid import uuid4

from cli.init import furnish
from tests.crash.site import Site, site
from tests.crash.victim import Death, act
from tests.end_to_end.town import city_of, environment

SCALE = 0.015  # 42 rows: the least that has every planted mistake
SEEDS = (1, 2)
_LIMIT = 90.0  # seconds after which a command counts as hanging
#: File, what is written there, and what it becomes, so that waits are short.
_HASTE = (
    ("connectors/approval.yaml", r"^connections:", "timeout: 4\nconnections:"),
    ("connectors/bureau.yaml", r"^connections:", "timeout: 4\nconnections:"),
    ("connectors/credit.yaml", r"^connections:", "timeout: 2\nconnections:"),
    ("connectors/credit.yaml", r"settles: \S+", "settles: 1"),
    ("bots/disclosure.yaml", r"^feed:", "visible_within: 1\npatience: 60\nfeed:"),
    ("connectors/credit.yaml", r"^  settles:", "  rows: 12\n  settles:"),
)
#: Importing is most of what a short command costs. None of these computes with polars: a fork takes no threads along.
_PRELOADED = [
    "tests.crash.victim", "cli.main", "cli.run", "cli.resume", "cli.release", "cli.deliveries", "cli.progress",
    "cli.outcomes", "bots.running", "bots.errands", "bots.reporting", "bots.workspace", "reconciliation.workbook",
    "journal", "connectors.browser", "connectors.secrets", "playwright.async_api", "httpx", "cryptography.fernet",
    "sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql", "psycopg", "openpyxl", "xlsxwriter", "fastexcel",
    "selectolax.lexbor", "chinese_calendar", "stdnum.cn.uscc",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: its exit code, negative for a signal; and the point at which it died, if at one."""

    code: int
    point: str
    out: str
    err: str

    @property
    def killed(self) -> bool:
        """Whether it was killed."""
        return self.code < 0


@cache
def _nursery() -> ForkServerContext:
    os.environ.update(environment())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def command(folder: Path, words: tuple[str, ...], death: Death, *, after: float | None = None) -> Ended:
    """Give a command in a workspace to a process of its own.

    Args:
        folder: the workspace.
        words: the command.
        death: where it kills itself.
        after: seconds after which it is killed from outside.

    Raises:
        TimeoutError: it hangs.
    """
    papers = folder.parent / "papers"
    papers.mkdir(exist_ok=True)
    told, out, err = (papers / f"{name}-{uuid4().hex}" for name in ("told", "out", "err"))
    death.told = str(told)
    arguments = (death, [*words, "-w", str(folder), "--json"], str(out), str(err), {"YINXIN_OPERATOR": "张三"})
    process = _nursery().Process(target=act, args=arguments)
    process.start()
    process.join(_LIMIT if after is None else after)
    hangs = process.is_alive() and after is None
    process.kill()
    process.join()
    code = process.exitcode or 0
    process.close()
    if hangs:
        raise TimeoutError(f"{' '.join(words)} hangs")
    point = told.read_text("utf-8").strip() if told.exists() else ""
    return Ended(code, point, *(_text(path) for path in (out, err)))


def _text(path: Path) -> str:
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A site and the workspaces that were prepared for it."""

    site: Site
    folder: Path

    def workspace(self, seed: int, folder: Path) -> None:
        """Copy the prepared workspace of a city."""
        shutil.copytree(self.folder / str(seed), folder)

    def prepare(self) -> None:
        """Sign in everywhere once, in one workspace, and lay the others out with the same sessions."""
        self.site.open(city_of(SEEDS[0], SCALE), self.folder / "warm")
        for seed in SEEDS:
            self._furnish(self.folder / str(seed), seed)
        for system in ("approval", "bureau", "credit"):
            ended = command(self.folder / str(SEEDS[0]), ("connectors", "check", system), Death())
            assert ended.code == 0, ended.out + ended.err
        self.site.remember_logins()
        for seed in SEEDS[1:]:
            kept = self.folder / str(seed) / ".yinxin" / "sessions"
            shutil.copytree(self.folder / str(SEEDS[0]) / ".yinxin" / "sessions", kept, dirs_exist_ok=True)
        (self.folder / str(SEEDS[0]) / ".yinxin" / "journal.db").unlink(missing_ok=True)

    def _furnish(self, folder: Path, seed: int) -> None:
        furnish(folder, host=self.site.url, seed=seed, scale=SCALE)
        for file, old, new in _HASTE:
            path = folder / file
            text, changed = re.subn(old, new, path.read_text("utf-8"), count=1, flags=re.MULTILINE)
            assert changed, f"{old} is not in {file}"
            path.write_text(text, encoding="utf-8")


@contextmanager
def lane(folder: Path) -> Iterator[Lane]:
    """Open a lane that keeps its workspaces in a folder."""
    with site() as opened:
        ready = Lane(opened, folder)
        ready.prepare()
        yield ready
