"""The log of a workspace: fields on every line, rotated, and without anything that nobody may read there.

Each process writes a file of its own, so that no two of them ever rotate the same; one that has nothing to tell makes
none. What is too old is removed when a log is opened, whoever wrote it.
"""

from __future__ import annotations

import logging
import os
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from loguru import logger

from cli.lines import SAID, as_json_line, as_text, formatted
from words.masking import masked, masked_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from loguru import Message, Record

    from bots.declared import Log

_FOLDER, _FILES = "logs", "yinxin*.log*"
_MEGABYTE, _DAY = 1_000_000, 86_400.0
_LEAST_SHOWN = "INFO"
_LEVELS = frozenset({"WARNING", "ERROR", "CRITICAL"})
#: Fields that are hashes: digits in them are nobody's number.
_IDS = ("trace_id", "span_id")


def open_log(state: Path, declared: Log, *, as_json: bool = False) -> None:
    """Write the log below a workspace's state, and its lines to stderr where no person watches.

    Args:
        state: the workspace's state.
        declared: its settings.
        as_json: show the lines as JSON on stderr, and nothing else there.
    """
    open_stderr(as_json=as_json)
    _remove_old(state / _FOLDER, declared.days)
    logger.add(
        state / _FOLDER / f"yinxin-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log",
        level=declared.level.upper(),
        format=formatted(as_json_line if declared.as_json else as_text),
        rotation=_full(declared.size * _MEGABYTE),
        compression="gz",
        delay=True,
        encoding="utf-8",
        diagnose=False,  # variables in a traceback could hold a secret
    )


def open_stderr(*, as_json: bool) -> None:
    """Log to stderr only: as JSON if that was asked for, as short lines if stderr is no terminal."""
    logger.remove()
    logger.configure(patcher=_masked)
    _listen_to_libraries()
    if as_json:
        logger.add(sys.stderr, level=_LEAST_SHOWN, format=formatted(as_json_line), diagnose=False)
    elif not sys.stderr.isatty():
        logger.add(sys.stderr, level=_LEAST_SHOWN, format=_short, filter=_not_said, diagnose=False)


def _not_said(record: Record) -> bool:
    return not record["extra"].get(SAID)


def _short(_record: Record) -> str:
    """The format of a short line; given as text, loguru would put the traceback behind it."""
    return "{time:HH:mm:ss} {message}\n"


def _masked(record: Record) -> None:
    """Mask a line before any sink has it; of an exception, only its text is passed on."""
    extra = record["extra"]
    ids = {name: extra[name] for name in _IDS if name in extra}
    record["message"] = masked(record["message"])
    extra.update(masked_fields(extra) | ids)
    if error := record["exception"]:
        extra["exception"] = masked("".join(traceback.format_exception(error.type, error.value, error.traceback)))
        record["exception"] = None


def _full(size: float) -> Callable[[Message, TextIO], bool]:
    """Return the rule by which a file is full: it would grow too large, or another day has begun."""
    begun = time.strftime("%Y%m%d")

    def full(message: Message, file: TextIO) -> bool:
        nonlocal begun
        day, before = f"{message.record['time']:YYYYMMDD}", begun
        begun = day
        file.seek(0, os.SEEK_END)
        written = file.tell()
        return bool(written) and (day != before or written + len(message.encode()) > size)

    return full


def _remove_old(folder: Path, days: float) -> None:
    for file in folder.glob(_FILES):
        with suppress(OSError):  # another process was faster, or still writes it on a system that minds
            if time.time() - file.stat().st_mtime > days * _DAY:
                file.unlink()


class _Libraries(logging.Handler):
    """Passes on what libraries complain about, so that it is masked too."""

    def emit(self, record: logging.LogRecord) -> None:
        level = record.levelname if record.levelname in _LEVELS else record.levelno
        logger.opt(exception=record.exc_info).bind(action=record.name).log(level, "{}", record.getMessage())


def _listen_to_libraries() -> None:
    root = logging.getLogger()
    if not any(isinstance(each, _Libraries) for each in root.handlers):
        root.addHandler(_Libraries(logging.WARNING))
