"""A restore: all of it comes back, or nothing does; and a workspace moves to a server and back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.end_to_end.archives import (
    STATE,
    Repack,
    doubled,
    inside,
    linked,
    manifest,
    renamed,
    repacked,
    restated,
    restored,
)
from tests.end_to_end.town import ROOT, Desk, Outcome, assert_named, call, environment
from tests.postgres import Cluster, postgres  # noqa: F401 - a fixture


def test_a_restore_brings_all_of_it_back(copied: Desk, tmp_path: Path) -> None:
    """Files byte for byte, rows as they were, modes for the owner alone, a whole audit, and a workspace that works."""
    (copied.folder / "ledgers" / "台账 一：二 (1)\\3.csv").write_text("一\n", encoding="utf-8")
    archive = tmp_path / "a.tar.gz"
    assert copied.call("backup", str(archive)).code == 0
    outcome = restored(archive, tmp_path / "back")
    assert outcome.code == 0, outcome.out
    back = Desk(tmp_path / "back")
    was, now = inside(copied.folder), inside(back.folder)
    kept = [name for name in was if name in manifest(archive)["files"]]
    changed = {name for name in kept if now[name] != was[name]}
    assert changed == {f"{STATE}/journal.db", "reports/chain-heads.txt"}
    assert set(now) == set(kept)
    assert (back.folder / STATE).stat().st_mode & 0o077 == 0
    audit = back.call("audit", "verify").result
    assert (audit["whole"], audit["head"]) == (True, outcome.result["now"])
    assert outcome.result["head"]["hash"] == manifest(archive)["head"]
    assert audit["head"]["seq"] == outcome.result["head"]["seq"] + 1
    assert back.call("status").result == copied.call("status").result


def test_after_a_restore_the_loss_shows(copied: Desk, archive: Path, tmp_path: Path) -> None:
    """A head that was noted after the backup and kept elsewhere is not in the restored chain, and the audit says so."""
    restored(archive, tmp_path / "back")
    assert copied.call("run", "disclosure", "--dry-run").code in {0, 1, 4}
    elsewhere = copied.folder / "reports" / "chain-heads.txt"
    later = call("audit", "heads", "-w", str(copied.folder), "--lang", "en").out
    (tmp_path / "heads.txt").write_text(later, encoding="utf-8")
    assert elsewhere.exists()
    outcome = Desk(tmp_path / "back").call("audit", "verify", "--heads", str(tmp_path / "heads.txt"))
    assert_named(outcome, 1, "chain-damaged")


def test_a_restore_takes_a_new_or_an_empty_folder_only(archive: Path, tmp_path: Path) -> None:
    """Whatever lies there stays as it is."""
    used = tmp_path / "used"
    used.mkdir()
    (used / "a.txt").write_text("a", encoding="utf-8")
    assert_named(restored(archive, used), 2, "folder-not-empty", file=str(used))
    assert_named(restored(archive, used / "a.txt"), 2, "folder-not-empty")
    assert inside(used) == {"a.txt": b"a"}
    (tmp_path / "empty").mkdir()
    assert restored(archive, tmp_path / "empty").code == 0


def test_a_flipped_byte_anywhere_is_found(archive: Path, tmp_path: Path) -> None:
    """Wherever it lies, nothing is put in place; but for the few bytes in which gzip says when and where it packed."""
    content = archive.read_bytes()
    spots = [
        *range(4),
        8,
        10,
        12,
        *range(20, len(content) - 8, len(content) // 40),
        *range(len(content) - 8, len(content)),
    ]
    for spot in spots:
        broken = tmp_path / "broken.tar.gz"
        broken.write_bytes(content[:spot] + bytes([content[spot] ^ 0x55]) + content[spot + 1 :])
        outcome = restored(broken, tmp_path / "back")
        if 4 <= spot < 10:
            assert outcome.code == 0
            shutil.rmtree(tmp_path / "back")
            continue
        assert_named(outcome, 2, "archive-damaged", file=str(broken))
        assert not (tmp_path / "back").exists(), spot


@pytest.mark.parametrize("size", [0, 5, 400, -1, -20])
def test_a_cut_archive_is_found(archive: Path, tmp_path: Path, size: int) -> None:
    """What a full disk or a broken line leaves of an archive."""
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(archive.read_bytes()[:size])
    assert_named(restored(cut, tmp_path / "back"), 2, "archive-damaged")
    assert not (tmp_path / "back").exists()


HOSTILE: dict[str, tuple[Repack, str]] = {
    "above": (renamed("../yinxin.toml", declared=True), "archive-unsafe"),
    "above, not declared": (renamed("../yinxin.toml", declared=False), "archive-unsafe"),
    "above inside": (renamed("bots/../../yinxin.toml", declared=True), "archive-unsafe"),
    "absolute": (renamed("/tmp/yinxin.toml", declared=True), "archive-unsafe"),
    "roundabout": (renamed("bots//yinxin.toml", declared=True), "archive-unsafe"),
    "symbolic link": (linked(tarfile.SYMTYPE), "archive-unsafe"),
    "hard link": (linked(tarfile.LNKTYPE), "archive-unsafe"),
    "device": (linked(tarfile.CHRTYPE), "archive-unsafe"),
    "fifo": (linked(tarfile.FIFOTYPE), "archive-unsafe"),
    "folder": (linked(tarfile.DIRTYPE, "bots/more"), "archive-unsafe"),
    "link in the way": (linked(tarfile.SYMTYPE, ".yinxin", "/tmp"), "archive-unsafe"),
    "surplus": (renamed("bots/other.yaml", declared=False), "archive-damaged"),
    "twice": (doubled, "archive-damaged"),
    "no manifest": (lambda members: members.pop(0) and None, "archive-damaged"),
    "lacking": (lambda members: members.pop() and None, "archive-damaged"),
    "another head": (restated(head="0" * 64), "archive-damaged"),
    "another count": (restated(events=3), "archive-damaged"),
    "no numbers": (restated(events="many"), "archive-damaged"),
    "newer form": (restated(format=2), "archive-too-new"),
    "newer tables": (restated(revision="9999"), "archive-too-new"),
}


@pytest.mark.parametrize(("change", "code"), HOSTILE.values(), ids=HOSTILE)
def test_an_archive_that_no_backup_wrote_is_refused(archive: Path, tmp_path: Path, change: Repack, code: str) -> None:
    """Nothing is written outside of the folder, nothing stays inside of it, and the reason is named."""
    hostile = repacked(archive, tmp_path / "hostile.tar.gz", change)
    before = set(inside(tmp_path))
    assert_named(restored(hostile, tmp_path / "in" / "back"), 2, code, file=str(hostile))
    assert set(inside(tmp_path)) == before
    assert not (tmp_path / "in" / "back").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize("words", ["backup", "restore"])
def test_a_full_disk_leaves_nothing(copied: Desk, archive: Path, tmp_path: Path, words: str) -> None:
    """Where no file may grow beyond some size, both say so and leave no half of anything."""
    target = tmp_path / "out"
    command = (
        ["backup", str(target), "-w", str(copied.folder)]
        if words == "backup"
        else ["restore", str(archive), str(target)]
    )
    limit = archive.stat().st_size // 2
    script = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
from cli.main import main
main({[*command, "--json"]!r})
"""
    before = set(inside(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment(), check=False, capture_output=True, text=True
    )
    outcome = Outcome(done.returncode, done.stdout, done.stderr)
    assert outcome.code in {2, 4}, outcome
    assert outcome.error["code"] in {"file-not-written", "journal-failed", "not-restored"}
    assert set(inside(tmp_path)) == before
    assert not target.exists()


def test_a_workspace_moves_to_postgresql_and_back(
    copied: Desk,
    archive: Path,
    tmp_path: Path,
    postgres: Cluster,  # noqa: F811 - the fixture
) -> None:
    """Restored with an address, the journal lies on the server; a backup of that, restored without, is a file again."""
    address = postgres.fresh()
    outcome = restored(archive, tmp_path / "served", "--database", address)
    assert outcome.code == 0, outcome.out
    served = Desk(tmp_path / "served")
    assert not list((served.folder / STATE).glob("*.db*"))
    assert f'database = "{address}"' in (served.folder / "yinxin.toml").read_text("utf-8")
    assert served.call("audit", "verify").result["head"] == outcome.result["now"]
    assert served.call("status").result == copied.call("status").result
    assert_named(restored(archive, tmp_path / "again", "--database", address), 2, "journal-not-empty")
    assert not (tmp_path / "again").exists()
    assert served.call("backup", str(tmp_path / "b.tar.gz")).code == 0
    back = Desk(tmp_path / "back")
    assert restored(tmp_path / "b.tar.gz", back.folder).code == 0
    assert "database" not in (back.folder / "yinxin.toml").read_text("utf-8")
    assert back.call("status").result == copied.call("status").result
    assert served.call("audit", "verify").result["head"] == outcome.result["now"]


def test_a_database_that_cannot_be_used_is_named(archive: Path, tmp_path: Path) -> None:
    """A password in the address, a secret stored nowhere, a server that is not there: nothing is left behind."""
    for words, code, reason in (
        (("--database", "postgresql://u:sesame@h/d"), 2, "password-in-address"),
        (("--database", "postgresql://u@h/d", "--database-secret", "of_nobody"), 2, "secret-missing"),
        (("--database", "postgresql://u@/d?host=/nowhere"), 4, "journal-unreachable"),
        (("--database", "mysql://u@h/d"), 2, "bad-address"),
    ):
        assert_named(restored(archive, tmp_path / "back", *words), code, reason)
        assert not (tmp_path / "back").exists()


def test_a_restored_workspace_never_looks_at_the_database_it_was_copied_from(
    copied: Desk,
    archive: Path,
    tmp_path: Path,
    postgres: Cluster,  # noqa: F811 - the fixture
) -> None:
    """However the settings name it, the address is replaced, or the restore is refused."""
    address = postgres.fresh()
    assert restored(archive, tmp_path / "served", "--database", address).code == 0
    served = Desk(tmp_path / "served")
    for number, written in enumerate([f"database='{address}'", f'"database" = "{address}" # ours']):
        served.change("yinxin.toml", f'database = "{address}"', written)
        file = tmp_path / f"b{number}.tar.gz"
        assert served.call("backup", str(file)).code == 0
        assert restored(file, tmp_path / f"back{number}").code == 0
        assert address not in (tmp_path / f"back{number}" / "yinxin.toml").read_text("utf-8")
        served.change("yinxin.toml", written, f'database = "{address}"')
    assert copied.folder.exists()
