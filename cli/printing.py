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


class Printer:
    """Prints the outcome of one command."""

    def __init__(self, command: str, *, as_json: bool) -> None:
        self.command = command
        self.as_json = as_json

    def done(self, result: dict[str, Any], *, ok: bool = True, errors: Sequence[YinxinError] = ()) -> None:
        """Print the envelope when it was asked for; the command has printed for people itself otherwise."""
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
        self.error(error)

    def error(self, error: YinxinError) -> None:
        """Print an error for people."""
        from rich.panel import Panel
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(_("What"), Text(error.sentence))
        for label, value in error.place.parts():
            grid.add_row(label, Text(value))
        grid.add_row(_("To do"), Text(error.todo))
        grid.add_row(_("Who"), Text(_(error.who)))
        title = _("{code} · exit code {exit}").format(code=error.code, exit=error.exit_code)
        _console(stderr=True).print(Panel(grid, title=title, title_align="left", border_style="red"))

    def say(self, sentence: str) -> None:
        """Print one sentence for people, to stderr."""
        if not self.as_json:
            _console(stderr=True).print(sentence, highlight=False, markup=False, soft_wrap=True)

    def line(self, text: str) -> None:
        """Print one line of data at once, for whoever reads it through a pipe."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def lines(self, heading: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Print labels and values."""
        if self.as_json:
            return
        from rich.table import Table
        from rich.text import Text

        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for label, value in pairs:
            grid.add_row(Text(label, style="bold"), Text(value))
        console = _console()
        console.print(Text(heading, style="bold underline"))
        console.print(grid)

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table."""
        if self.as_json:
            return
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        _console().print(table)


def _console(*, stderr: bool = False) -> Console:
    """Return the console; a stream that is no terminal gets plain lines that are not cut to a guessed width."""
    from rich.console import Console

    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if terminal else 120, no_color=not terminal)
