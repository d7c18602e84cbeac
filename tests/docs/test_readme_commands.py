"""Every command that a README shows is run as it stands there, and prints what the README says."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.docs.pages import READMES, ROOT, blocks

_MADE = ("make ",)
_ENGLISH, _CHINESE = READMES


def _lines(page: Path) -> list[list[str]]:
    return [block.text.splitlines() for block in blocks(page, "sh")]


def _bare(lines: list[str]) -> list[str]:
    return [line.partition("#")[0].strip() for line in lines]


def _environment() -> dict[str, str]:
    """The caller's environment with our commands first, in English, and without the make that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "YINXIN_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "YINXIN_LANG": "en", "PYTHONUTF8": "1"}


def _run(line: str, folder: Path) -> str:
    """Run one line as a shell does, check its exit code against its comment, and return its stdout."""
    done = subprocess.run(
        ["bash", "-c", line], cwd=folder, env=_environment(), capture_output=True, text=True, timeout=120, check=False
    )
    wanted = 1 if "# exits 1" in line else 0
    assert done.returncode == wanted, f"{line}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextmanager
def _served(line: str, folder: Path) -> Iterator[None]:
    """Run a line that ends with ``&`` until the rest is done; it is up when it has said where it listens."""
    command = shlex.split(line.rstrip("& "))
    with subprocess.Popen(
        command, cwd=folder, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("http://"), said
            yield
        finally:
            process.terminate()


def _excerpt(page: Path) -> list[str]:
    (block,) = blocks(page, "text")
    return block.text.splitlines()


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """What ``make demo`` prints, run in the repository; its folder goes again if it was not there before."""
    folder = ROOT / "yinxin-demo"
    before = folder.exists()
    yield _run("make demo", ROOT)
    if not before:
        shutil.rmtree(folder)


def test_both_readmes_give_the_same_commands() -> None:
    """A reader of either language does the same things; only the comments differ."""
    assert [_bare(lines) for lines in _lines(_ENGLISH)] == [_bare(lines) for lines in _lines(_CHINESE)]


def test_make_demo_is_the_first_command() -> None:
    """The first screen needs one command, and no other needs the repository."""
    first, *others = _lines(_ENGLISH)
    assert first == ["make demo"]
    assert not [line for lines in others for line in lines if line.startswith(_MADE)]


def test_the_demo_prints_the_english_excerpt(demo: str) -> None:
    """What the README shows of the summary is what appears."""
    printed = [line.rstrip() for line in demo.splitlines()]
    assert [line for line in _excerpt(_ENGLISH) if line not in printed] == []


@pytest.mark.usefixtures("demo")
def test_the_demo_prints_the_chinese_excerpt() -> None:
    """The same summary in Chinese is what the Chinese README shows."""
    printed = [line.rstrip() for line in _run("yinxin report -w yinxin-demo --lang zh", ROOT).splitlines()]
    assert [line for line in _excerpt(_CHINESE) if line not in printed] == []


def test_the_other_commands_run_in_their_order(tmp_path: Path) -> None:
    """Everything else the README gives works in an empty folder, with the exit codes it states."""
    outputs: dict[str, str] = {}
    with ExitStack() as served:
        for line in [line for lines in _lines(_ENGLISH)[1:] for line in lines]:
            if line.endswith("&"):
                served.enter_context(_served(line, tmp_path))
            else:
                outputs[line] = _run(line, tmp_path)
    runs = [output for line, output in outputs.items() if "yinxin run" in line]
    assert len(runs) == 3
    assert "due 0 = confirmed 0" in runs[-1]
