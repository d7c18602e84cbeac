"""A backup: what goes in, what stays out, and that it is whole or not there."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.archives import STATE, evidence_of, inside, manifest, names, restored
from tests.end_to_end.town import ROOT, Desk, assert_named, call, environment, furnished


def test_a_backup_holds_what_was_declared_and_what_is_remembered(copied: Desk, archive: Path) -> None:
    """The manifest first, then declared files, ledgers, heads, journal, evidence; no secret, session, log or report."""
    found = names(archive)
    assert found[0] == "manifest.json"
    assert {"yinxin.toml", "bots/disclosure.yaml", "reports/chain-heads.txt", f"{STATE}/journal.db"} < set(found)
    assert any(name.startswith("ledgers/") for name in found)
    evidence = {name for name in found if name.startswith(f"{STATE}/evidence/")}
    assert {f"{STATE}/{each.relative_to(copied.folder / STATE)}" for each in evidence_of(copied)} == evidence
    assert not [
        name
        for name in found
        if "secret" in name
        or "session" in name
        or "log" in name
        or (".xlsx" in name[-5:] and name.startswith("reports"))
    ]
    assert archive.stat().st_mode & 0o077 == 0
    told = manifest(archive)
    assert sorted(told["files"]) == sorted(found[1:])
    assert (told["head"], told["events"]) == tuple(
        copied.call("audit", "verify").result["head"][key] for key in ("hash", "seq")
    )


def test_what_is_chosen_goes_in_or_stays_out(copied: Desk, tmp_path: Path) -> None:
    """Ledgers can be left out; reports, secrets and sessions can be put in, and secrets are warned of."""
    file = tmp_path / "b.tar.gz"
    copied.call("backup", str(file), "--without-ledgers", "--reports", "--with-secrets")
    found = names(file)
    assert not [name for name in found if name.startswith("ledgers/")]
    assert [name for name in found if name.startswith("reports/") and name.endswith(".xlsx")]
    assert {f"{STATE}/secrets.toml", f"{STATE}/sessions/key"} <= set(found)
    told = call("backup", str(file), "--force", "--with-secrets", "-w", str(copied.folder))
    assert "passwords" in told.err


def test_a_secrets_file_inside_a_room_stays_out_too(copied: Desk, tmp_path: Path) -> None:
    """Wherever the settings say that the secrets lie, a backup without --with-secrets leaves them out."""
    shutil.move(copied.folder / STATE / "secrets.toml", copied.folder / "bots" / "secrets.toml")
    settings = copied.folder / "yinxin.toml"
    settings.write_text(f'secrets = "bots/secrets.toml"\n{settings.read_text("utf-8")}', encoding="utf-8")
    assert copied.call("backup", str(tmp_path / "b.tar.gz")).code == 0
    assert "bots/secrets.toml" not in names(tmp_path / "b.tar.gz")


def test_a_backup_without_a_name_gets_one(copied: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Title and time, in the current folder or in the one that is named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept").mkdir()
    for words, folder in (((), tmp_path), ((str(tmp_path / "kept"),), tmp_path / "kept")):
        outcome = copied.call("backup", *words)
        (made,) = folder.glob("The-sandbox-city-20*.tar.gz")
        assert Path(outcome.result["file"]).resolve() == made
        assert outcome.result["size"] == made.stat().st_size


def test_evidence_that_is_gone_is_told_and_all_else_is_kept(copied: Desk, tmp_path: Path) -> None:
    """The archive is made, the exit code is 1, and both backup and restore name what was not there or was changed."""
    gone, changed = sorted(evidence_of(copied))[:2]
    gone.unlink()
    changed.write_bytes(b"changed")
    outcome = copied.call("backup", str(tmp_path / "a.tar.gz"))
    assert_named(outcome, 1, "evidence-missing")
    wanted = {each.relative_to(copied.folder / STATE).as_posix() for each in (gone, changed)}
    assert set(outcome.envelope["result"]["missing"]) == wanted
    back = restored(tmp_path / "a.tar.gz", tmp_path / "back")
    assert_named(back, 1, "not-as-recorded")
    assert (tmp_path / "back" / STATE / "journal.db").is_file()


def test_a_damaged_journal_is_not_backed_up(copied: Desk, tmp_path: Path) -> None:
    """A backup that cannot be proven would take the place of one that can."""
    with closing(sqlite3.connect(copied.folder / STATE / "journal.db")) as journal, journal:
        journal.execute("UPDATE events SET kind = 'x' WHERE seq = 7")
    before = inside(tmp_path)
    assert_named(copied.call("backup", str(tmp_path / "a.tar.gz")), 1, "chain-damaged")
    assert set(inside(tmp_path)) == set(before)


@pytest.fixture
def quiet_desk(tmp_path: Path) -> Desk:
    """A workspace in which nothing has run yet."""
    return furnished(tmp_path / "quiet", None)


def test_what_stands_in_the_way_of_a_backup_is_named(copied: Desk, quiet_desk: Desk, tmp_path: Path) -> None:
    """A file that is there, a folder that is not, and a workspace without a journal."""
    (tmp_path / "a.tar.gz").write_bytes(b"mine")
    assert_named(copied.call("backup", str(tmp_path / "a.tar.gz")), 2, "file-exists")
    assert (tmp_path / "a.tar.gz").read_bytes() == b"mine"
    assert_named(copied.call("backup", str(tmp_path / "nowhere" / "a.tar.gz")), 2, "file-not-written")
    assert_named(quiet_desk.call("backup", str(tmp_path / "b.tar.gz")), 2, "no-journal")
    assert_named(restored(tmp_path / "c.tar.gz", tmp_path / "back"), 2, "unreadable-file")
    assert not (tmp_path / "back").exists()


#: A process that is killed when it is about to do something for the n-th time.
VICTIM = """
import os, signal, sys
import {module}
left, inner = [{turn}], {module}.{name}
def fatal(*words, **options):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return inner(*words, **options)
{module}.{name} = fatal
from cli.main import main
main({words!r})
"""
PLACES = [
    ("tarfile", "TarFile.addfile", 1),
    ("tarfile", "TarFile.addfile", 9),
    ("os", "fsync", 1),
    ("pathlib", "Path.replace", 1),
]


@pytest.mark.parametrize(("module", "name", "turn"), PLACES)
def test_a_killed_backup_leaves_nothing_under_its_name(
    copied: Desk, tmp_path: Path, module: str, name: str, turn: int
) -> None:
    """Until all of it is on the disk there is no file of that name; an earlier one stays as it was; the next works."""
    file = tmp_path / "kept" / "a.tar.gz"
    file.parent.mkdir()
    words = ["backup", str(file), "-w", str(copied.folder), "--force"]
    for earlier in (None, b"earlier"):
        if earlier:
            file.write_bytes(earlier)
        script = VICTIM.format(module=module, name=name, turn=turn, words=words)
        killed = subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, env=environment(), check=False, capture_output=True
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        assert (file.read_bytes() if file.exists() else None) == earlier
    assert call(*words, "--json").code == 0
    assert restored(file, tmp_path / "back").code == 0
