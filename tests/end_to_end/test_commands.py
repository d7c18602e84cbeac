"""The command line: one envelope on stdout, the same bytes again, and the truth about a workspace's health."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.town import Desk, Town, alone, assert_named, call, furnished, serving


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Desk, dict[str, Any]]]:
    """A city and a workspace after one run, for looking at only."""
    folder = tmp_path_factory.mktemp("settled")
    with serving(folder / "city") as town:
        desk = furnished(folder / "desk", town)
        yield town, desk, desk.call("run", "disclosure").result


Settled = tuple[Town, Desk, dict[str, Any]]


@pytest.mark.parametrize(
    ("words", "command", "keys"),
    [
        (("status",), "status", {"runs", "open"}),
        (("report",), "report", {"run", "balanced", "counts", "verdicts", "rates", "workbook"}),
        (("doctor",), "doctor", {"health", "checks"}),
        (("connectors", "list"), "connectors list", {"connectors"}),
        (("connectors", "check"), "connectors check", {"connectors"}),
        (("mappings", "check"), "mappings check", {"mappings"}),
    ],
)
def test_every_command_prints_one_envelope(
    settled: Settled, words: tuple[str, ...], command: str, keys: set[str]
) -> None:
    """With --json stdout is the envelope and nothing else, and a healthy workspace gives no error."""
    outcome = settled[1].call(*words)
    assert outcome.code == 0, outcome.out + outcome.err
    assert outcome.envelope["command"] == command
    assert outcome.envelope["ok"] is True
    assert outcome.envelope["errors"] == []
    assert keys <= set(outcome.result)


def test_init_prints_one_envelope_and_never_overwrites(tmp_path: Path) -> None:
    """A new workspace has the rooms' names; a second call leaves the first one's files alone."""
    folder = tmp_path / "new"
    outcome = call("init", str(folder), "--json")
    assert outcome.code == 0
    assert outcome.result["workspace"] == str(folder)
    for room in ("connectors", "mappings", "bots", "ledgers", "reports", ".yinxin"):
        assert (folder / room).is_dir()
    (folder / "yinxin.toml").write_text('title = "mine"\n', encoding="utf-8")
    assert_named(call("init", str(folder), "--json"), 2, "workspace-exists", file=str(folder / "yinxin.toml"))
    assert (folder / "yinxin.toml").read_text("utf-8") == 'title = "mine"\n'


def test_init_from_the_sandbox_keeps_its_secrets_to_the_owner(tmp_path: Path) -> None:
    """The sandbox's passwords lie in a file that only the owner reads."""
    assert call("init", str(tmp_path / "new"), "--from", "sandbox", "--scale", "0.02", "--json").code == 0
    assert (tmp_path / "new" / ".yinxin" / "secrets.toml").stat().st_mode & 0o077 == 0
    assert len(list((tmp_path / "new" / "ledgers").glob("*.xlsx"))) == 12


def test_the_demo_never_clears_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    """A folder with somebody's work in it is refused and left alone."""
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").write_text("years", encoding="utf-8")
    assert_named(call("demo", "--dir", str(tmp_path / "work"), "--json"), 2, "folder-in-use")
    assert (tmp_path / "work" / "thesis.txt").read_text("utf-8") == "years"


def test_a_report_written_again_has_the_same_bytes(settled: Settled) -> None:
    """The workbook of a run is made of what was kept, so the same run gives the same file."""
    _town, desk, first = settled
    workbook = Path(first["workbook"])
    before = workbook.read_bytes()
    workbook.unlink()
    again = desk.call("report", first["run"])
    assert Path(again.result["workbook"]) == workbook
    assert workbook.read_bytes() == before
    told = ("run", "counts", "verdicts", "rates", "balanced")
    assert {name: again.result[name] for name in told} == {name: first[name] for name in told}


def test_status_shows_the_runs_and_what_is_open(settled: Settled) -> None:
    """The last run comes first with its window and counts, and nothing is open after a whole run."""
    _town, desk, first = settled
    status = desk.call("status").result
    assert status["runs"][0]["run"] == first["run"]
    assert status["runs"][0]["state"] == "done"
    assert status["runs"][0]["counts"] == first["counts"]
    assert status["runs"][0]["until"] == "2024-08-13"
    assert not any(status["open"].values())


def test_the_connectors_are_listed_with_their_roles(settled: Settled) -> None:
    """Three sources, one ledger, two feeds, each with where it is."""
    town, desk, _first = settled
    found = {each["name"]: each for each in desk.call("connectors", "list").result["connectors"]}
    roles = {name: each["role"] for name, each in found.items()}
    assert roles == {
        **{"approval": "source", "bureau": "source", "credit": "feed", "ledgers": "ledger"},
        **{"construction": "source", "commitments": "feed"},
    }
    assert found["credit"]["where"] == f"{town.url}/credit"


def test_a_checked_connector_tells_rows_and_findings(settled: Settled) -> None:
    """A check reads one page of each system, and sends nothing."""
    town, desk, _first = settled
    received = town.received
    checked = {each["name"]: each for each in desk.call("connectors", "check").result["connectors"]}
    assert all(each["ok"] for each in checked.values())
    assert [name for name, each in checked.items() if not each["rows"]] == ["commitments"]  # nothing was pushed yet
    assert town.received == received


def test_the_doctor_names_what_is_wrong(town: Town, desk: Desk) -> None:
    """Each broken part is one failing line that names it; the others are still looked at."""
    desk.change("connectors/credit.yaml", "title:", "titel:")
    desk.change("mappings/ledger.yaml", "  uscc:", "  uscx:")
    for file in (desk.folder / "ledgers").iterdir():
        file.unlink()
    outcome = desk.call("doctor")
    assert outcome.code == 2
    assert outcome.envelope["ok"] is False
    failing = [check["name"] + check["found"] for check in outcome.result["checks"] if check["health"] == "failing"]
    assert any("mappings/ledger.yaml" in line for line in failing)
    assert any("connectors/credit.yaml" in line for line in failing)
    assert any(check["health"] == "ok" for check in outcome.result["checks"])
    assert town.received == []


def test_the_doctor_names_a_calendar_that_ends_too_soon(desk: Desk) -> None:
    """A day beyond the known working days is a failing check, weeks ahead a warning."""
    desk.change("yinxin.toml", "2024-08-13", "2031-01-05")
    outcome = desk.call("doctor")
    assert outcome.code == 2
    assert any(check["health"] == "failing" and check["todo"] for check in outcome.result["checks"])


def test_the_doctor_notices_a_journal_that_was_changed(town: Town, desk: Desk) -> None:
    """A delivery rewritten in the database no longer fits the chain of events."""
    import sqlite3

    assert desk.call("run", "disclosure").code == 1
    database = sqlite3.connect(desk.folder / ".yinxin" / "journal.db")
    with database:
        database.execute("UPDATE events SET kind = 'delivery.rejected' WHERE kind = 'delivery.confirmed'")
    database.close()
    outcome = desk.call("doctor")
    assert outcome.code == 2
    assert town.stored() == town.due()


def chinese(text: str) -> bool:
    """Whether a text has Chinese letters."""
    return any("\u4e00" <= letter <= "\u9fa5" for letter in text)


def test_both_languages_speak(settled: Settled) -> None:
    """Help, tables and errors are Chinese under --lang zh and English under --lang en."""
    desk = settled[1].folder
    english, mandarin = (alone("--help", cwd=desk, YINXIN_LANG=lang) for lang in ("en", "zh"))
    assert english.code == mandarin.code == 0
    assert "Run a bot once" in english.out
    assert not chinese(english.out.replace("印信", ""))
    assert "Run a bot once" not in mandarin.out
    assert chinese(mandarin.out)
    assert chinese(alone("run", "--help", "--lang=zh", cwd=desk).out)
    english, mandarin = (alone("status", "--lang", lang, cwd=desk) for lang in ("en", "zh"))
    assert "Deliveries still open" in english.out
    assert "Deliveries still open" not in mandarin.out
    english, mandarin = (alone("run", "nobody", "--lang", lang, cwd=desk) for lang in ("en", "zh"))
    assert english.code == mandarin.code == 2
    assert "There is no “nobody”" in english.err
    assert "There is no" not in mandarin.err
    assert chinese(mandarin.err)


def test_the_locale_chooses_the_language(settled: Settled) -> None:
    """Without --lang a Chinese locale gets Chinese, any other English."""
    desk = settled[1].folder
    assert chinese(alone("status", cwd=desk, YINXIN_LANG="", LC_ALL="zh_CN.UTF-8").out)
    assert "Deliveries still open" in alone("status", cwd=desk, YINXIN_LANG="", LC_ALL="C.UTF-8").out


def test_a_wrong_option_is_one_envelope_too(settled: Settled) -> None:
    """What the parser refuses is told like every other error."""
    outcome = settled[1].call("status", "--limit", "many")
    assert_named(outcome, 2, "usage")


def test_the_report_and_the_log_hold_no_password(settled: Settled) -> None:
    """No secret stands in the journal, the evidence, the log or the workbook."""
    folder = settled[1].folder
    kept = [file for file in folder.rglob("*") if file.is_file() and file.name != "secrets.toml"]
    assert len(kept) > 10
    for file in kept:
        assert b"Yinxin-2024-" not in file.read_bytes(), file


def test_the_sandbox_serves_itself(tmp_path: Path) -> None:
    """`sandbox serve` prints its address first and ends with 143 when it is told to."""
    import subprocess
    import sys

    from tests.end_to_end.town import environment

    words = ["sandbox", "serve", "--scale", "0.02", "--port", "0", "--state", str(tmp_path / "city")]
    with subprocess.Popen(
        [sys.executable, "-m", "cli.main", *words],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.terminate()
        _out, err = process.communicate(timeout=20)
    assert "Traceback" not in err
    assert process.returncode == 143
    assert json.loads((tmp_path / "city" / "truth.json").read_text("utf-8"))["scale"] == 0.02
