"""The exported log verifies without Yinxin: by the script on the page for auditors, alone with Python."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, blocks
from tests.end_to_end.tampering import MIDDLE, meddle, rewrite
from tests.end_to_end.test_audit import HEADS, noted
from tests.end_to_end.town import Desk, assert_named

#: Nothing but the standard library: neither the folder, nor the environment, nor installed packages are looked into.
ALONE = (sys.executable, "-I", "-S")

Lines = list[str]


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The script as the page gives it."""
    (block,) = blocks(DOCS / "how-to/verify-the-journal.md", "python")
    file = tmp_path_factory.mktemp("auditor") / "verify.py"
    file.write_text(block.text, encoding="utf-8")
    return file


@pytest.fixture
def log(copied: Desk, tmp_path: Path) -> Path:
    """The exported log of two runs."""
    outcome = copied.call("audit", "export", str(tmp_path / "events.jsonl"))
    assert outcome.result == {"file": str(tmp_path / "events.jsonl"), "events": noted(copied)[-1][0]}
    return tmp_path / "events.jsonl"


def verified(script: Path, *files: Path) -> tuple[int, str]:
    """Run the script, and return its exit code and what it said."""
    done = subprocess.run(
        [*ALONE, script, *files], cwd=script.parent, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_script_is_short_and_needs_nothing(script: Path) -> None:
    """Twenty lines at most that import only the standard library; nothing of Yinxin is within their reach."""
    text = script.read_text("utf-8")
    assert len(text.splitlines()) <= 20
    named = {each.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for each in node.names}
    assert named <= sys.stdlib_module_names
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(ast.parse(text)))
    tried = subprocess.run([*ALONE, "-c", "import journal"], cwd=script.parent, capture_output=True, check=False)
    assert b"ModuleNotFoundError" in tried.stderr


def test_a_whole_log_verifies_and_gives_its_head(copied: Desk, script: Path, log: Path) -> None:
    """With and without the noted heads, the script comes to the journal's own head."""
    seq, head = noted(copied)[-1]
    assert verified(script, log) == (0, f"{seq} events, head {head}\n")
    assert verified(script, log, copied.folder / HEADS) == (0, f"{seq} events, head {head}\n")


def test_an_export_holds_what_the_columns_hold_and_is_never_overwritten(copied: Desk, log: Path) -> None:
    """One event a line with its eight stored fields; an existing file is left alone without --force."""
    names = ["seq", "at", "run_id", "kind", "subject", "data", "previous", "hash"]
    assert {tuple(json.loads(line)) for line in log.read_text("utf-8").splitlines()} == {tuple(names)}
    log.write_text("mine", encoding="utf-8")
    assert_named(copied.call("audit", "export", str(log)), 2, "file-exists", file=str(log))
    assert log.read_text("utf-8") == "mine"
    assert copied.call("audit", "export", str(log), "--force").code == 0
    assert_named(copied.call("audit", "export", str(log / "under" / "a.file")), 2, "file-not-written")


def edited(name: str) -> Callable[[Lines], None]:
    """Return a way to change one field of the line in the middle."""

    def edit(lines: Lines) -> None:
        event = json.loads(lines[MIDDLE - 1])
        event[name] = event[name] + 1 if name == "seq" else f"{event[name]} "
        lines[MIDDLE - 1] = json.dumps(event, ensure_ascii=False)

    return edit


def exchange(lines: Lines) -> None:
    """Exchange two lines."""
    lines[MIDDLE - 1], lines[MIDDLE] = lines[MIDDLE], lines[MIDDLE - 1]


def exchange_contents(lines: Lines) -> None:
    """Exchange what two events say, with numbers, links and hashes left in place."""
    first, second = json.loads(lines[MIDDLE - 1]), json.loads(lines[MIDDLE])
    fixed = ("seq", "previous", "hash")
    for line, own, other in ((MIDDLE - 1, first, second), (MIDDLE, second, first)):
        lines[line] = json.dumps(other | {name: own[name] for name in fixed}, ensure_ascii=False)


def replace_line(text: Callable[[str], str]) -> Callable[[Lines], None]:
    """Return a way to write the line in the middle anew."""

    def write(lines: Lines) -> None:
        lines[MIDDLE - 1] = text(lines[MIDDLE - 1])

    return write


LAST = -1
DAMAGES: dict[str, tuple[Callable[[Lines], object], int]] = {
    **{
        f"edit {name}": (edited(name), MIDDLE)
        for name in ("seq", "at", "run_id", "kind", "subject", "data", "previous", "hash")
    },
    "delete": (lambda lines: lines.pop(MIDDLE - 1), MIDDLE),
    "delete the first": (lambda lines: lines.pop(0), 1),
    "exchange lines": (exchange, MIDDLE),
    "exchange contents": (exchange_contents, MIDDLE),
    "insert a copy": (lambda lines: lines.insert(MIDDLE, lines[MIDDLE - 1]), MIDDLE + 1),
    "append a copy": (lambda lines: lines.append(lines[-1]), LAST),
    "insert a blank": (lambda lines: lines.insert(MIDDLE, ""), MIDDLE + 1),
    "no JSON": (replace_line(lambda line: line[:-1]), MIDDLE),
    "no object": (replace_line(lambda _line: "[]"), MIDDLE),
    "one more field": (replace_line(lambda line: line[:-1] + ', "note": "checked"}'), MIDDLE),
    "a field twice": (replace_line(lambda line: '{"kind": "delivery.rejected", ' + line[1:]), MIDDLE),
    "half a character": (replace_line(lambda line: line.replace("delivery", "\udcff", 1)), MIDDLE),
}


@pytest.mark.parametrize(("damage", "line"), DAMAGES.values(), ids=DAMAGES)
def test_the_script_names_the_damaged_line(
    script: Path, log: Path, damage: Callable[[Lines], object], line: int
) -> None:
    """Whatever is done to the file, the first line that is not what was written is named."""
    lines = log.read_text("utf-8").splitlines()
    damage(lines)
    log.write_text("".join(f"{each}\n" for each in lines), encoding="utf-8", errors="surrogateescape")
    line = len(lines) if line == LAST else line
    assert verified(script, log) == (1, f"line {line} is not what was written\n")


def test_only_heads_show_that_the_end_is_missing(copied: Desk, script: Path, log: Path) -> None:
    """A log cut between two lines is whole as far as it goes; the head that was noted of a later one is not there."""
    lines = log.read_text("utf-8").splitlines(keepends=True)
    log.write_text("".join(lines[:MIDDLE]), encoding="utf-8")
    assert verified(script, log)[0] == 0
    missing = f"line {noted(copied)[0][0]} is not the one whose head was noted\n"
    assert verified(script, log, copied.folder / HEADS) == (1, missing)
    log.write_text("".join(lines[:MIDDLE])[:-9], encoding="utf-8")
    assert verified(script, log) == (1, f"line {MIDDLE} is not what was written\n")


def test_only_heads_show_that_the_log_was_written_anew(copied: Desk, script: Path, tmp_path: Path) -> None:
    """An export of a rewritten journal verifies by itself, and not against a head that was noted before."""
    meddle(copied, rewrite(MIDDLE))
    assert copied.call("audit", "export", str(tmp_path / "anew.jsonl")).code == 0
    assert verified(script, tmp_path / "anew.jsonl")[0] == 0
    code, said = verified(script, tmp_path / "anew.jsonl", copied.folder / HEADS)
    assert (code, said) == (1, f"line {noted(copied)[0][0]} is not the one whose head was noted\n")
