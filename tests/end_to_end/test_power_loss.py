"""The power goes in the middle of a run: what the disk has of the journal's log ends anywhere, and a run converges."""

from __future__ import annotations

import pytest

from tests.end_to_end.duty import until
from tests.end_to_end.town import Desk, Town


@pytest.mark.parametrize("share", [0.35, 0.8, 0.97])
def test_a_log_that_is_cut_anywhere_loses_nothing_and_doubles_nothing(town: Town, desk: Desk, share: float) -> None:
    """Even what was durable may be gone: the platform is asked for what it has before anything is sent again."""
    process = desk.process("run", "disclosure")
    until(lambda: bool(town.received))
    process.kill()
    process.communicate()
    log = desk.folder / ".yinxin" / "journal.db-wal"
    content = log.read_bytes()
    assert len(content) > 10_000
    log.write_bytes(content[: int(len(content) * share)])
    (desk.folder / ".yinxin" / "journal.db-shm").unlink()  # it lay in memory only
    assert desk.call("audit", "verify").code == 0
    for _turn in range(2):
        assert desk.call("run", "disclosure").result["balanced"]
    assert town.stored() == town.due()
    assert desk.call("audit", "verify").code == 0
