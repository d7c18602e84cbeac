"""Whom a log line is about: run and record as the ids of OpenTelemetry, so that a collector can join lines.

A run is a trace and a record a span in it. Both ids are made from ours and need no table: the first 32 hexadecimal
digits of SHA-256 over ``run/ID``, and the first 16 over ``record/ID`` (W3C Trace Context: never all zeros).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

_TRACE, _SPAN = 32, 16  # hexadecimal digits


def trace_id(run_id: str) -> str:
    """Return the trace id of a run."""
    return _digits(f"run/{run_id}", _TRACE)


def span_id(record_id: str) -> str:
    """Return the span id of a record."""
    return _digits(f"record/{record_id}", _SPAN)


def _digits(text: str, length: int) -> str:
    digits = hashlib.sha256(text.encode()).hexdigest()[:length]
    return digits if digits.strip("0") else digits[:-1] + "1"


@contextmanager
def about(bot: str, run_id: str = "") -> Iterator[None]:
    """Let every log line of the block say which bot it is about, and which run once there is one."""
    from loguru import logger

    run = {"run": run_id, "trace_id": trace_id(run_id)} if run_id else {}
    with logger.contextualize(bot=bot, **run):
        yield
