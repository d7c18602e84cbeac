"""Checks: what was looked at, what was found, what to do; all at once, each guarded, each with a limit of time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from words.errors import YinxinError, first_of
from words.languages import gettext as _
from words.masking import masked

if TYPE_CHECKING:
    from bots.workspace import Workspace

Health = Literal["ok", "warning", "failing"]
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        id: by what a program knows it, in every language and edition.
        name: what a person calls it.
        health: failing is what no run gets past.
        found: how it is.
        todo: what to do about it, empty if it is well.
    """

    id: str
    name: str
    health: Health
    found: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """A way to look at a part of a workspace.

    Attributes:
        id, name: of the check that tells when the look itself goes wrong.
        limit: seconds.
        late: how ill it is if it takes longer.
    """

    id: str
    name: str
    look: Callable[[Workspace], Iterator[Check]]
    limit: float = _PATIENCE
    late: Health = "failing"


def examine(workspace: Workspace, looks: Iterable[Look]) -> list[Check]:
    """Look at everything at the same time, and return the checks in the order of the looks."""
    began = time.monotonic()
    begun = [(look, *_begun(workspace, look)) for look in looks]
    found: list[Check] = []
    for look, thread, checks in begun:
        thread.join(max(0.0, began + look.limit - time.monotonic()))
        found += [*checks] if not thread.is_alive() else [_late(look)]
    return found


def _begun(workspace: Workspace, look: Look) -> tuple[threading.Thread, list[Check]]:
    """Begin in a thread that the end of the process does not wait for: what hangs may hang for ever."""
    checks: list[Check] = []

    def run() -> None:
        checks.extend(guarded(look.id, _(look.name), lambda: look.look(workspace)))

    thread = threading.Thread(target=run, name=look.id, daemon=True)
    thread.start()
    return thread, checks


def guarded(id_: str, name: str, look: Callable[[], Iterable[Check]]) -> list[Check]:
    """Return what a look finds; an error, of whatever kind, is a finding too."""
    checks: list[Check] = []
    try:
        checks.extend(look())
    except Exception as error:  # noqa: BLE001 - whoever looks for faults must not fall over one
        checks.append(failed(id_, name, first_of(error)))
    return checks


def failed(id_: str, name: str, error: BaseException) -> Check:
    """Return an error as a finding."""
    if isinstance(error, YinxinError):
        found = "\n".join(part for part in (str(error.place), error.sentence) if part)
        return Check(id_, name, "failing", found, error.todo)
    from loguru import logger

    logger.opt(exception=error).bind(said=True, action=f"doctor.{id_}").error("{}", type(error).__name__)
    found = _("The check itself fell over: {kind}: {reason}").format(
        kind=type(error).__name__, reason=masked(str(error))
    )
    todo = _("Send the log (.yinxin/logs) to whoever maintains the program.")
    return Check(id_, name, "failing", found, todo)


def _late(look: Look) -> Check:
    found = _("not finished after {seconds} seconds").format(seconds=f"{look.limit:g}")
    return Check(look.id, _(look.name), look.late, found, _("Run it again; if it lasts, look at this part by itself."))


def worst(checks: Iterable[Check]) -> Health:
    """Return the health of the illest."""
    order: tuple[Health, ...] = ("ok", "warning", "failing")
    return max((each.health for each in checks), key=order.index)
