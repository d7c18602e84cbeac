"""A failure that was pushed after the backup is not pushed again by the restored journal."""

from __future__ import annotations

import shutil
from pathlib import Path

from journal import Head, Journal, State
from tests.commitments.conftest import Opener
from tests.commitments.one import AFTER, BEFORE, LATER, PLAIN, PUSH, once, pushed, standing
from tests.commitments.pretend import Desk


def restored(desk: Desk, file: Path) -> Desk:
    """The same bureau, with a journal that was restored from a file."""
    folder = desk.workspace.folder / "restored"
    folder.mkdir()
    shutil.copy(file, folder / "journal.db")
    journal = Journal.open(folder)
    newest = journal.newest()
    assert newest is not None
    journal.restored("2024-08-13T00:00:00+00:00", Head(newest.seq, newest.hash), "张三")
    return Desk(desk.workspace, journal)


async def test_a_failure_that_was_pushed_since_the_backup_is_not_pushed_again(opened: Opener, tmp_path: Path) -> None:
    """The platform shows it, the journal has forgotten it: it is followed up as what it is."""
    desk = opened(PLAIN)
    await desk.morning(BEFORE)
    Journal.copy(desk.journal.folder, None, tmp_path / "saved.db")
    await desk.morning(PUSH)
    back = restored(desk, tmp_path / "saved.db")
    for day in (PUSH, AFTER):
        assert (await back.morning(day)).report.counts.balanced
    once(desk, PUSH)
    assert back.journal.deliveries() == []
    back.journal.close()


async def test_a_failure_that_a_person_took_back_since_the_backup_waits(opened: Opener, tmp_path: Path) -> None:
    """A false overdue is worse than a late one: what the platform does not show waits for a second person."""
    desk = opened(PLAIN)
    await desk.morning(BEFORE)
    Journal.copy(desk.journal.folder, None, tmp_path / "saved.db")
    await desk.morning(PUSH)
    desk.workspace.platform.shown.clear()
    pushes = len(pushed(desk))
    back = restored(desk, tmp_path / "saved.db")
    bucket, why = standing(await back.morning(AFTER))
    assert (bucket, "restored from a backup" in why) == ("held", True)
    assert len(pushed(desk)) == pushes
    (held,) = back.journal.deliveries(states=[State.HELD])
    back.journal.released([held.id], "李四")
    await back.morning(LATER)
    assert len(pushed(desk)) == pushes + 1
    back.journal.close()
