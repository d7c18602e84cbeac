"""What a run shows while it works: bars on a terminal, one line per step in a log."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from loguru import logger

from bots.watching import Watch
from words.languages import N_
from words.languages import gettext as _
from words.tracing import span_id

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: What the log says of something that happened at a system; the facts are fields of the line, too.
HAPPENED = {
    "handed-over": N_("{system}: {file} handed over, {rows} rows"),
    "receipt": N_("{system} answers with receipt {batch}: {accepted} accepted, {refused} refused"),
    "no-receipt": N_("{system} gives no clear answer about {file}: {code}"),
    "refused": N_("{system} refuses record {record}"),
    "read-back": N_("{system} was read back; {waiting} records are not visible there yet"),
    "differs": N_("{system} shows record {record} otherwise than it was sent"),
}
STEPS = {
    "sandbox": N_("Start the sandbox city"),
    "collect": N_("Collect from the systems"),
    "reconcile": N_("Reconcile source, ledger and feed"),
    "deliver": N_("Deliver what is due"),
    "confirm": N_("Read it back"),
    "report": N_("Put the report together"),
    "workbook": N_("Write the workbook"),
}


class Shown(Watch):
    """Shows progress on stderr."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._quiet = quiet

    def __enter__(self) -> Self:
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bars = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
            )
            self._bars.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()

    def begin(self, name: str) -> None:
        """Show that a step has begun."""
        logger.bind(action=f"{name}.begin").debug("{} begins", name)
        if self._bars:
            self._tasks[name] = self._bars.add_task(_(STEPS[name]), total=1)

    def end(self, name: str, seconds: float) -> None:
        """Show that a step has ended."""
        logger.bind(action=f"{name}.end", seconds=round(seconds, 3)).info("{}: {:.1f} s", _(STEPS[name]), seconds)
        if self._bars:
            self._bars.update(self._tasks[name], completed=1)

    def waits(self, about: str) -> None:
        """Say for whom the run waits."""
        told = _("Waiting for somebody else who is at work: {about}.").format(about=about)
        logger.bind(action="waits", said=not self._quiet).info("{}", told)
        if not self._quiet:
            sys.stderr.write(f"{told}\n")

    def progress(self, name: str, what: str, done: int, total: int) -> None:
        """Show how far a system is."""
        told = logger.bind(action=f"{name}.progress", system=what, done=done, total=total)
        told.debug("{} {}: {} of {}", name, what, done, total)
        if self._bars:
            task = self._tasks.get(what)
            if task is None:
                task = self._tasks[what] = self._bars.add_task(f"  {what}", total=total)
            self._bars.update(task, completed=done, total=total)

    def tell(self, action: str, system: str, **facts: str | int) -> None:
        """Put down what happened at a system; of a record, with the id of its span."""
        span = {"span_id": span_id(str(facts["record"]))} if "record" in facts else {}
        told = logger.bind(action=action, system=system, **facts, **span)
        told.info("{}", _(HAPPENED[action]).format(system=system, **facts))
