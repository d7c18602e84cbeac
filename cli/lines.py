"""How a line of the log is written: as JSON, or as text that a person reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from loguru import FormatFunction, Record

_FIRST = ("bot", "run", "trace_id", "span_id", "system", "action")
#: Marks a line that the printer has shown to a person already.
SAID = "said"


def formatted(write: Callable[[Record], str]) -> FormatFunction:
    """Return a format that writes a whole line; loguru would read braces in the line itself as blanks to fill."""
    name = f"_{write.__name__}"

    def fill(record: Record) -> str:
        record["extra"][name] = write(record)
        return f"{{extra[{name}]}}\n"

    return fill


def _fields(record: Record) -> dict[str, Any]:
    """Return the fields of a line, those that a reader looks for first; what is not known is left out."""
    own = {name: value for name, value in record["extra"].items() if not name.startswith("_") and name != SAID}
    first = {name: own.pop(name) for name in _FIRST if own.get(name)}
    return {**first, **own}


def as_json_line(record: Record) -> str:
    """Write a line as one JSON object."""
    head = {"time": record["time"].isoformat(timespec="milliseconds"), "level": record["level"].name}
    line = {**head, "message": record["message"], "process": record["process"].id, **_fields(record)}
    return json.dumps(line, ensure_ascii=False, default=str)


def as_text(record: Record) -> str:
    """Write a line for people: time, level, sentence, and the fields behind it; a traceback below."""
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
