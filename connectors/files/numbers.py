"""Numbers of files, each given once, and what became of the file that got it; both outlive every process.

A number belongs to whoever could make its file: the one step that two processes, or two machines on one disk, cannot
both do.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from connectors.files.folders import sync_folder

_EVER = "ever"

#: claimed: no file yet, or a part of one; written: it is there whole, under a name of ours; placed: it got its name.
Stage = Literal["claimed", "written", "placed"]


@dataclass(frozen=True, slots=True)
class Slip:
    """What is remembered of one file.

    Attributes:
        batch: the name by which the batch is asked for.
        file: the name under which the receiver finds it.
        stage: how far it came.
        at: when it got there (seconds).
        keys: for each row, in order, what a receipt may tell it by; empty where it goes by numbers.
    """

    batch: str
    file: str
    stage: Stage = "claimed"
    at: float = 0.0
    keys: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Numbers:
    """The used numbers of one drop folder."""

    folder: Path
    count: Literal["day", "ever"]

    def claim(self, day: date, batch: str, named: Callable[[int], str], keys: Sequence[Sequence[str]] = ()) -> Slip:
        """Take the next number and return the slip of the file that is called by it."""
        series = self.folder / (day.isoformat() if self.count == "day" else _EVER)
        series.mkdir(parents=True, exist_ok=True)
        number = max((int(each.name) for each in series.iterdir() if each.name.isdecimal()), default=0) + 1
        while not _made(series / str(number), batch):
            number += 1
        slip = Slip(batch, named(number), keys=keys)
        self.keep(slip)
        return slip

    def keep(self, slip: Slip) -> None:
        """Remember how far a file came, so that a power cut cannot undo it."""
        file = self._slip(slip.batch)
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(f".{os.getpid()}.new")
        _write(new, json.dumps(asdict(slip), ensure_ascii=False), "w")
        new.replace(file)
        sync_folder(file.parent)

    def find(self, batch: str) -> Slip | None:
        """Return what is remembered of a batch."""
        with suppress(FileNotFoundError):
            return Slip(**json.loads(self._slip(batch).read_text(encoding="utf-8")))
        return None

    def _slip(self, batch: str) -> Path:
        return self.folder / "slips" / f"{batch}.slip"


def reached(slip: Slip, stage: Stage, at: float) -> Slip:
    """Return a slip that came further."""
    return replace(slip, stage=stage, at=at)


def _made(file: Path, text: str) -> bool:
    try:
        _write(file, text, "x")
    except FileExistsError:
        return False
    sync_folder(file.parent)
    return True


def _write(file: Path, text: str, mode: Literal["w", "x"]) -> None:
    with file.open(mode, encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
