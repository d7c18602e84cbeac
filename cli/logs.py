"""The log of a workspace: fields on every line, rotated, and without anything that nobody may read there.

Each process writes a file of its own, so that no two of them ever rotate the same; one that has nothing to tell makes
none. What is too old is removed when a log is opened, whoever wrote it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from loguru import logger

from words.masking import masked, masked_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from loguru import FormatFunction, Message, Record

    from bots.declared import Log

_FOLDER, _FILES = "logs", "yinxin*.log*"
_MEGABYTE, _DAY = 1_000_000, 86_400.0
_LEAST_SHOWN = "INFO"
_LEVELS = frozenset({"WARNING", "ERROR", "CRITICAL"})
#: Fields that are hashes: digits in them are nobody's number.
_IDS = ("trace_id", "span_id")
_FIRST = ("bot", "run", *_IDS, "system", "action")
#: A line that the printer has shown to a person already.
SAID = "said"


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
        format=_formatted(_as_json if declared.as_json else _as_text),
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
        logger.add(sys.stderr, level=_LEAST_SHOWN, format=_formatted(_as_json), diagnose=False)
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


def _formatted(write: Callable[[Record], str]) -> FormatFunction:
    """Return a format that writes a whole line; loguru would read braces in the line itself as blanks to fill."""
    name = write.__name__

    def fill(record: Record) -> str:
        record["extra"][name] = write(record)
        return f"{{extra[{name}]}}\n"

    return fill


def _fields(record: Record) -> dict[str, Any]:
    """Return the fields of a line, those that a reader looks for first; what is not known is left out."""
    own = {name: value for name, value in record["extra"].items() if not name.startswith("_") and name != SAID}
    first = {name: own.pop(name) for name in _FIRST if own.get(name)}
    return {**first, **own}


def _as_json(record: Record) -> str:
    head = {"time": record["time"].isoformat(timespec="milliseconds"), "level": record["level"].name}
    line = {**head, "message": record["message"], "process": record["process"].id, **_fields(record)}
    return json.dumps(line, ensure_ascii=False, default=str)


def _as_text(record: Record) -> str:
    fields = _fields(record)
    trace = fields.pop("exception", "")
    told = " ".join(f"{name}={_word(value)}" for name, value in fields.items())
    moment = record["time"].isoformat(timespec="milliseconds")
    message = record["message"].replace("\r", "\\r").replace("\n", "\\n")
    line = f"{moment} {record['level'].name:<7} {message}  {told}".rstrip()
    return f"{line}\n{trace.rstrip()}" if trace else line


def _word(value: Any) -> str:  # noqa: ANN401 - any field
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    bare = text and text.isprintable() and not set(text) & {" ", '"', "="}
    return text if bare else json.dumps(text, ensure_ascii=False)


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
