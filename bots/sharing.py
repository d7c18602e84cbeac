"""Sharing a reconciliation: its parts lie where all machines read them, and whoever is free judges one.

Nothing depends on anybody's help. The run itself judges what nobody else is at, and what a helper left half done; a
part is done once its whole answer stands under its name, however often it was begun.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import polars as pl
from loguru import logger

from bots.workspace import Workspace
from journal import Busy, Journal
from reconciliation.linking import SIDES, SOURCE, Sides
from reconciliation.parts import Cut, one_after_the_other
from reconciliation.reconciled import Reconciliation
from reconciliation.terms import Terms
from reconciliation.verdicts import judge
from words import languages
from words.errors import UsageError, YinxinError

#: Tells workers anywhere which parts wait.
Calling = Callable[[Sequence[str]], object]

_TERMS, _ANSWER = "terms.json", "answer"
_TABLES = tuple(each.name for each in fields(Reconciliation))
_KEY = re.compile(r"[\w-][\w.-]*/\d+")
#: Errors of a file that is not there any more, or that was cut off.
_DAMAGED = (OSError, pl.exceptions.PolarsError)


def folder_of(workspace: Workspace, key: str = "") -> Path:
    """Return where the parts of reconciliations lie, or one of them: below what all machines share."""
    return workspace.state / "evidence" / "parts" / key


def lease_of(key: str) -> str:
    """Return the lease that whoever judges a part holds."""
    return f"part {key}"


@dataclass(frozen=True, slots=True)
class Sharing:
    """Has the parts of one run's reconciliation judged by whoever is free.

    Attributes:
        workspace: its folder of evidence is the one that all machines share.
        run_id: the run.
        call: tells workers which parts wait; that nobody can be told is no reason to stop.
    """

    workspace: Workspace
    run_id: str
    call: Calling

    def __call__(self, parts: Sequence[Cut], terms: Terms) -> Sequence[Reconciliation]:
        """Return what ``judge`` says of each part, in their order."""
        name = f"{self.run_id}-{uuid4().hex[:8]}"
        keys = [f"{name}/{number}" for number in range(len(parts))]
        try:
            with self.workspace.journal() as journal:
                _tidy(self.workspace, journal)
                self._lay_out(keys, parts, terms)
                self._call(keys)
                return _Answers(self.workspace, journal, parts, terms).of(keys)
        except OSError as error:  # no room, or the folder is not there
            logger.warning("parts cannot be shared: {}", error)
            return list(one_after_the_other(parts, terms))
        finally:
            shutil.rmtree(folder_of(self.workspace, name), ignore_errors=True)

    def _lay_out(self, keys: Sequence[str], parts: Sequence[Cut], terms: Terms) -> None:
        folder = folder_of(self.workspace, keys[0]).parent
        folder.mkdir(parents=True, mode=0o700)
        told = {"version": version("yinxin"), "language": languages.current(), "terms": terms.as_dict()}
        (folder / _TERMS).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
        for key, part in zip(keys, parts, strict=True):
            _write(folder_of(self.workspace, key), part())

    def _call(self, keys: Sequence[str]) -> None:
        try:
            self.call(keys)
        except YinxinError as error:
            logger.warning("{}", error.sentence)


@dataclass(frozen=True, slots=True)
class _Answers:
    """Gathers the answers of all parts, and judges those that nobody else is at."""

    workspace: Workspace
    journal: Journal
    parts: Sequence[Cut]
    terms: Terms

    def of(self, keys: Sequence[str]) -> list[Reconciliation]:
        found: dict[str, Reconciliation] = {}
        while left := [key for key in keys if key not in found]:
            told = {key: answer for key in left if (answer := self._told(key))}
            # Helpers begin with the first part, the run with the last.
            found |= told or self._own(left[::-1])
        return [found[key] for key in keys]

    def _told(self, key: str) -> Reconciliation | None:
        """Return the answer of somebody else; one that cannot be read, or is not of these rows, counts for nothing."""
        folder = folder_of(self.workspace, key)
        if not (folder / _ANSWER).is_dir():
            return None
        with suppress(*_DAMAGED):
            found = Reconciliation(**_read(folder / _ANSWER, _TABLES))
            if found.rows.height == _rows_of(folder, SOURCE):
                return found
        logger.warning("the answer of part {} cannot be used; it is judged again", key)
        shutil.rmtree(folder / _ANSWER, ignore_errors=True)
        return None

    def _own(self, keys: Sequence[str]) -> dict[str, Reconciliation]:
        """Judge the first part that nobody is at; with somebody at each, the first, and whoever is faster counts."""
        for key in keys:
            with suppress(Busy), self.journal.holding([lease_of(key)], f"yinxin part {key}"):
                return self._judged(key)
        return self._judged(keys[0])

    def _judged(self, key: str) -> dict[str, Reconciliation]:
        found = judge(self.parts[int(key.rpartition("/")[2])](), self.terms)
        shutil.rmtree(folder_of(self.workspace, key), ignore_errors=True)  # nobody need do it any more
        return {key: found}


def waits(workspace: Workspace, key: str) -> bool:
    """Whether a part is there and has no answer yet."""
    folder = folder_of(workspace, key)
    return bool(_KEY.fullmatch(key)) and folder.is_dir() and not (folder / _ANSWER).exists()


def answer(folder: Path) -> bool:
    """Judge the part that lies in a folder; False if another edition of the program wrote it: its rules may differ."""
    told = json.loads((folder.parent / _TERMS).read_text("utf-8"))
    if told["version"] != version("yinxin"):
        return False
    languages.choose(told["language"])
    found = judge(_read(folder, SIDES), Terms.of(told["terms"]))
    made = folder / f"{_ANSWER}-{uuid4().hex[:8]}"
    _write(made, {name: getattr(found, name) for name in _TABLES})
    made.rename(folder / _ANSWER)
    return True


def _write(folder: Path, tables: Sides) -> None:
    folder.mkdir()
    for name, table in tables.items():
        table.write_ipc(folder / f"{name}.arrow", compression="lz4")


def _read(folder: Path, names: Collection[str]) -> dict[str, pl.DataFrame]:
    return {name: pl.read_ipc(folder / f"{name}.arrow") for name in names}


def _rows_of(folder: Path, side: str) -> int:
    return int(pl.scan_ipc(folder / f"{side}.arrow").select(pl.len()).collect().item())


def _tidy(workspace: Workspace, journal: Journal) -> None:
    """Take away what runs left that died."""
    for folder in folder_of(workspace).glob("*-*"):
        with suppress(UsageError):  # of another journal
            if journal.run(folder.name.rpartition("-")[0]).state != "running":
                shutil.rmtree(folder, ignore_errors=True)
