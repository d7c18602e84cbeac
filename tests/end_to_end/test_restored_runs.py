"""Runs in a restored workspace: whenever the backup was taken, nothing is sent twice."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.end_to_end.archives import restored
from tests.end_to_end.test_runs import once, wait_for
from tests.end_to_end.town import Desk, Town, finished


def test_a_backup_while_a_run_is_at_work_can_be_gone_on_from(town: Town, desk: Desk, tmp_path: Path) -> None:
    """Taken in the middle of a run and restored after its end: everything is asked for, and nothing is sent twice."""
    process = desk.process("run", "disclosure", "--json")
    wait_for(lambda: "POST /credit/upload" in town.asked, process)
    assert desk.call("backup", str(tmp_path / "a.tar.gz"), "--with-secrets").code == 0
    assert finished(process).code == 1
    received = len(town.received)
    shutil.rmtree(desk.folder)
    back = Desk(tmp_path / "back")
    assert restored(tmp_path / "a.tar.gz", back.folder).code == 0
    for words in (("resume",), ("run", "disclosure")):
        assert back.call(*words).code in {0, 1}
    assert len(town.received) == received
    once(town, back)
    assert back.call("audit", "verify").code == 0


def test_after_restoring_an_old_backup_nothing_is_published_twice(town: Town, desk: Desk, tmp_path: Path) -> None:
    """The backup is older than every delivery; the feed has them all, and the next run adds none."""
    assert desk.call("run", "disclosure", "--dry-run").code in {0, 1}
    assert desk.call("backup", str(tmp_path / "a.tar.gz"), "--with-secrets").code == 0
    assert desk.call("run", "disclosure").code == 1
    received = len(town.received)
    back = Desk(tmp_path / "back")
    assert restored(tmp_path / "a.tar.gz", back.folder).code == 0
    run = back.call("run", "disclosure").result
    assert (run["balanced"], run["counts"]["due"]) == (True, 0)
    assert len(town.received) == received


def test_the_first_push_after_a_restore_waits_for_a_second_person(town: Town, desk: Desk, tmp_path: Path) -> None:
    """What nobody has sent is held, released by a colleague, and then goes out once; later pushes go by themselves."""
    assert desk.call("run", "disclosure", "--dry-run").code in {0, 1}
    assert desk.call("backup", str(tmp_path / "a.tar.gz"), "--with-secrets").code == 0
    back = Desk(tmp_path / "back")
    assert restored(tmp_path / "a.tar.gz", back.folder).code == 0
    run = back.call("run", "disclosure").result
    assert (run["counts"]["due"], run["counts"]["held"] > 0, town.received) == (0, True, [])
    told = back.call("release").result["waiting"]
    assert {each["reason"] for each in told} == {"the first push after the journal was restored from a backup"}
    assert back.call("release", run["run"], "--by", "李四").code == 0
    assert back.call("run", "disclosure").result["balanced"] is True
    once(town, back)
