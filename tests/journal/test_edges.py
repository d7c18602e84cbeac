"""What is remembered of the systems at the edges."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from connectors.courtesy import Courtesy
from journal import Journal


@given(st.integers(1, 2000))
def test_no_minute_ever_sees_more_requests_than_are_allowed(most: int) -> None:
    """However they come: as many as may run ahead at once, and the others at their pace."""
    interval, ahead = Courtesy(per_minute=most).pace
    at_once = int(ahead / interval + 1e-6) + 1
    assert at_once + int((60 - 1e-9) / interval) <= most
    assert 60 / interval > 0.9 * most - 1


def test_turns_are_given_to_all_processes_together(url: str, journal: Journal, tmp_path: Path) -> None:
    """Eight at once get eight moments, none of them shared."""
    interval = 0.5

    def reserve(_number: int) -> float:
        with Journal.open(tmp_path, url) as own:
            return own.take_turn("login x", interval, 0.0) + time.time()

    journal.take_turn("login y", 100, 0)  # another login is no matter
    with ThreadPoolExecutor(8) as pool:
        moments = sorted(pool.map(reserve, range(8)))
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert all(gap > 0.6 * interval for gap in gaps), gaps


def test_a_mark_moves_with_an_event_and_only_when_it_moves(journal: Journal) -> None:
    """Twice the same is told once."""
    run = journal.begin_run("disclosure", "2024-08-01", "2024-08-13", "2024-08-13")
    assert journal.mark("table") == ""
    for mark in ("5", "5", "7"):
        journal.move_mark(run, "table", mark)
    assert journal.mark("table") == "7"
    assert [event.kind for event in journal.events("connector/table")] == ["source.read", "source.read"]
