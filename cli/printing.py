"""The one module that prints: data to stdout, everything else to stderr, or one JSON envelope."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from words.errors import YinxinError
from words.languages import gettext as _

if TYPE_CHECKING:
    from rich.console import Console

SCHEMA = 1
_INDENT, _NONE, _A_SIGN = "  ", "–", 1

#: A heading, and labels with their values.
Block = tuple[str, Sequence[tuple[str, str]]]


class Printer:
    """Prints the outcome of one command."""

    def __init__(self, command: str, *, as_json: bool, log_json: bool = False) -> None:
        self.command = command
        self.as_json = as_json
        self.log_json = log_json

    @property
    def quiet(self) -> bool:
        """Whether no person watches stderr."""
        return self.as_json or self.log_json

    def done(self, result: dict[str, Any], *, ok: bool = True, errors: Sequence[YinxinError] = ()) -> None:
        """Print the envelope when it was asked for; the command has printed for people itself otherwise."""
        for error in errors:
            _log_error(error)
        if self.as_json:
            envelope = {
                "schema": SCHEMA,
                "command": self.command,
                "ok": ok and not errors,
                "result": result,
                "errors": [error.as_dict() for error in errors],
            }
            sys.stdout.write(json.dumps(envelope, ensure_ascii=False, indent=2, default=str) + "\n")

    def fail(self, error: YinxinError) -> None:
        """Print an error: who acts next, what happened, where, and what to do."""
        if self.as_json:
            self.done({}, errors=[error])
            return
        _log_error(error)
        self.error(error)

    def error(self, error: YinxinError) -> None:
        """Print an error for people; whoever reads the log as JSON finds it there."""
        if self.log_json:
            return
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(_("What"), Text(error.sentence))
        for label, value in error.place.parts():
            grid.add_row(opening(label), Text(value))
        grid.add_row(_("To do"), Text(error.todo))
        grid.add_row(_("Who acts"), Text(opening(_(error.who))))
        title = _("{code} · exit code {exit}").format(code=error.code, exit=error.exit_code)
        _console(stderr=True).print(Panel(grid, title=title, title_align="left", border_style="red"))

    def say(self, sentence: str) -> None:
        """Print one sentence for people, to stderr; the log has it in any case."""
        from loguru import logger

        logger.bind(said=True).info("{}", sentence)
        if not self.quiet:
            _console(stderr=True).print(sentence, highlight=False, markup=False, soft_wrap=True)

    def line(self, text: str) -> None:
        """Print one line of data at once, for whoever reads it through a pipe."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def blocks(self, blocks: Sequence[Block]) -> None:
        """Print labels and values in blocks, each below its heading; counts stand right-aligned."""
        if self.as_json:
            return
        from rich.cells import cell_len
        from rich.table import Table
        from rich.text import Text

        console = _console()
        widths = [max((cell_len(label) for label, _value in pairs), default=0) for _heading, pairs in blocks]
        for (heading, pairs), width in zip(blocks, widths, strict=True):
            shared = width if width <= _A_SIGN else max(widths)
            counted = all(_is_count(value) for _label, value in pairs)
            grid = Table.grid(padding=(0, 2))
            grid.add_column(no_wrap=True, min_width=shared + (len(_INDENT) if width else 0))
            grid.add_column(overflow="fold", justify="right" if counted else "left")
            for label, value in pairs:
                grid.add_row(Text(f"{_INDENT}{label}" if width else ""), Text(value))
            console.print(Text(heading, style="bold"))
            if pairs:
                console.print(grid)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table."""
        if self.as_json:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        told = list(rows)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for index, column in enumerate(columns):
            counted = bool(told) and all(_is_count(row[index]) for row in told)
            table.add_column(column, overflow="fold", justify="right" if counted else "left")
        for row in told:
            table.add_row(*(Text(cell) for cell in row))
        _console().print(table)


def _log_error(error: YinxinError) -> None:
    from loguru import logger

    told = {name: value for name, value in error.as_dict().items() if name != "sentence" and value}
    logger.bind(said=True, action="error", **told).error("{}", error.sentence)


def opening(text: str) -> str:
    """Return a word as it begins a line of its own; a language without capitals is left as it is."""
    return text[:1].upper() + text[1:]


def _is_count(text: str) -> bool:
    return text == _NONE or text.replace(",", "").isdecimal()


def _console(*, stderr: bool = False) -> Console:
    """Return the console; a stream that is no terminal gets plain lines that are not cut to a guessed width."""
    from rich.console import Console

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if terminal else 120, no_color=not terminal)
