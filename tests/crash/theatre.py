"""Where one process plays its trials: a lane, a database server, and the rehearsals it has seen."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from multiprocessing.util import Finalize
from pathlib import Path

from tests.crash.judge import Brought
from tests.crash.lane import Lane, lane
from tests.crash.plan import Planned
from tests.crash.stories import Story, calm
from tests.crash.trial import Outcome, play, rehearse
from tests.postgres import Cluster, cluster


@dataclass
class Theatre:
    """What one process keeps between its trials."""

    lane: Lane
    server: Cluster
    folder: Path
    rehearsed: dict[tuple[Story, int], Brought] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def play(self, planned: Planned) -> Outcome:
        """Play one trial; what its story comes to when nothing goes wrong was rehearsed before."""
        trial = planned.trial
        if planned.database == "postgresql":
            trial = replace(trial, database=self.server.fresh())
        key = (calm(trial.story), trial.seed)
        if key not in self.rehearsed:
            self.rehearsed[key] = rehearse(self.lane, *key, self._fresh())
        return play(self.lane, trial, self._fresh(), self.rehearsed[key])

    def _fresh(self) -> Path:
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        return folder


@contextmanager
def theatre() -> Iterator[Theatre]:
    """Open a theatre."""
    with tempfile.TemporaryDirectory(prefix="crash", ignore_cleanup_errors=True) as made, cluster() as server:
        folder = Path(made)
        with lane(folder / "lane") as ready:
            yield Theatre(ready, server, folder)


_open = ExitStack()
_theatres: list[Theatre] = []


def perform(planned: Planned) -> Outcome | str:
    """Play a trial in the theatre of this process; returns what broke it, if something did."""
    if not _theatres:
        Finalize(None, _open.close, exitpriority=10)  # a pool's process ends without asking anybody else
        _theatres.append(_open.enter_context(theatre()))
    try:
        return _theatres[0].play(planned)
    except Exception:  # noqa: BLE001 - one trial that breaks must not end the others
        return traceback.format_exc()
