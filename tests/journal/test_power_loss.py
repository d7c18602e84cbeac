"""Power is lost: what the disk has of the write-ahead log ends anywhere, and the journal is whole all the same."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journal import Journal, Prepared

_SIZE = 5
#: The heads after each transaction, and file names with their content.
Disk = tuple[list[str], dict[str, bytes]]


def _written(folder: Path) -> Disk:
    """Take some deliveries through their states; returns the heads on the way, and the files as a disk holds them."""
    heads = []
    with Journal.open(folder) as journal:
        heads.append(journal.head())

        def do(step: Callable[[], object]) -> None:
            step()
            heads.append(journal.head())

        run = journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
        heads.append(journal.head())
        for turn in range(3):
            items = [Prepared(f"r{turn}-{n}", "f", {"行政相对人名称": f"公司{n}"}) for n in range(_SIZE)]
            ids = [each.id for each in journal.prepare(run, "credit", items)]
            heads.append(journal.head())
            do(lambda ids=ids: journal.sent(ids, "a" * 64, "batch.xlsx"))  # type: ignore[misc]
            do(lambda ids=ids, turn=turn: journal.accepted(ids, f"B{turn}"))  # type: ignore[misc]
            do(lambda ids=ids: journal.confirmed(ids))  # type: ignore[misc]
        # As they lie there while the process still runs: closing would write the log back into the database.
        return heads, {file.name: file.read_bytes() for file in folder.glob("journal.db*")}


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Disk:
    """A journal's files as they were when the power went."""
    return _written(tmp_path_factory.mktemp("full"))


@settings(deadline=None, max_examples=60)
@given(share=st.floats(0, 1), rubbish=st.binary(max_size=64))
def test_whatever_reached_the_disk_is_the_journal_as_it_was_at_a_moment(
    disk: Disk, share: float, rubbish: bytes
) -> None:
    """A log cut at any byte, with anything behind the cut, opens as after one of its transactions, and goes on."""
    heads, files = disk
    with tempfile.TemporaryDirectory() as made:
        for name, content in files.items():
            if name.endswith("-wal"):
                (Path(made) / name).write_bytes(content[: int(len(content) * share)] + rubbish)
            elif not name.endswith("-shm"):  # it lies in memory only
                (Path(made) / name).write_bytes(content)
        with Journal.open(Path(made)) as journal:
            assert journal.head() in heads
            assert journal.audit().whole
            batches = {(each.record_id.split("-")[0], each.state) for each in journal.deliveries()}
            assert len(batches) == len({batch for batch, _state in batches})  # a batch moves as one, or not at all
            journal.begin_run("disclosure", "2024-08-01", "2024-08-12", "2024-08-13")
            assert journal.audit().whole
