"""Parts of a reconciliation: who tells workers that some wait, and what a worker does with one.

``python -m cli.parts FOLDER`` judges one, as a child that ends when its worker does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cli.attended import outlive_nobody
from words.errors import YinxinError

if TYPE_CHECKING:
    from bots.sharing import Calling
    from bots.workspace import Workspace

_ANOTHER_EDITION = 3


def caller(workspace: Workspace) -> Calling | None:
    """Return what tells workers which parts wait; None where there can be no workers elsewhere."""
    if (database := workspace.database) is None:
        return None

    def call(keys: Sequence[str]) -> None:
        from schedules import fleet

        with fleet.dispatching(database) as dispatch:
            dispatch.call(keys)

    return call


def helper(workspace: Workspace, stopping: threading.Event) -> Callable[[str], None]:
    """Return what judges a part by its key, in a process of its own, unless somebody else does or has done."""
    from loguru import logger

    from bots.sharing import folder_of, lease_of, waits
    from journal import Busy
    from schedules.child import Limits, run_child

    def help_with(key: str) -> None:
        words = [sys.executable, "-m", "cli.parts", str(folder_of(workspace, key))]
        with suppress(Busy), workspace.journal() as journal, journal.holding([lease_of(key)], f"yinxin part {key}"):
            if not waits(workspace, key):
                return
            ended = run_child(words, Limits(), stopping)
            if ended.code == _ANOTHER_EDITION:
                logger.warning("part {} was laid out by another edition of yinxin; it is left to its own run", key)
            elif ended.code and waits(workspace, key):
                logger.warning("part {} ended with {}: {}", key, ended.code, ended.said[-500:])
            elif not ended.code:
                logger.info("part {} is judged", key)

    def guarded(key: str) -> None:
        try:
            help_with(key)
        except YinxinError as error:  # its run does it then
            logger.warning("{}: {}", key, error.sentence)

    return guarded


if __name__ == "__main__":
    threading.Thread(target=outlive_nobody, name="attended", daemon=True).start()
    from bots.sharing import answer

    sys.exit(0 if answer(Path(sys.argv[1])) else _ANOTHER_EDITION)
