"""The log of a workspace: structured, rotated, and without personal numbers."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from loguru import logger

if TYPE_CHECKING:
    from loguru import Record

_IDENTITY_NUMBER = re.compile(r"([1-9]\d{5})(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]")


def open_log(state: Path) -> None:
    """Write the log below the workspace's state, and its lines to stderr when that is no terminal."""
    logger.remove()
    logger.configure(patcher=_masked)
    logger.add(
        state / "logs" / "yinxin.log",
        level="DEBUG",
        rotation="10 MB",
        retention=10,
        serialize=True,
        diagnose=False,  # variables in a traceback could hold a secret
    )
    if not sys.stderr.isatty():
        logger.add(sys.stderr, level="INFO", format="{time:HH:mm:ss} {message}", diagnose=False, backtrace=False)


def _masked(record: Record) -> None:
    record["message"] = _IDENTITY_NUMBER.sub(r"\1************", record["message"])
