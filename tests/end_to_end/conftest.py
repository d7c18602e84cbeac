"""One city and one workspace a test; the language and the log of this process are put back after it."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from loguru import logger

from tests.end_to_end.town import Desk, Town, furnished, serving
from words import languages


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    """Commands are called in this process: what they set for a whole process is put back."""
    terminated, environ = signal.getsignal(signal.SIGTERM), dict(os.environ)
    os.environ["YINXIN_LANG"] = "en"
    yield
    signal.signal(signal.SIGTERM, terminated)
    os.environ.clear()
    os.environ.update(environ)
    logger.remove()
    languages.choose("en")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A small city."""
    with serving(tmp_path / "city") as town:
        yield town


@pytest.fixture
def desk(town: Town, tmp_path: Path) -> Desk:
    """A workspace that runs against the small city."""
    return furnished(tmp_path / "desk", town)


@pytest.fixture
def quiet(tmp_path: Path) -> Desk:
    """A workspace whose systems do not answer; for what has to be said before anybody is asked."""
    return furnished(tmp_path / "desk", None)


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Desk]]:
    """A city that goes on being served, and a workspace after two runs: the first sent all, the second nothing."""
    folder = tmp_path_factory.mktemp("settled")
    with serving(folder / "city") as town:
        desk = furnished(folder / "desk", town)
        for _turn in range(2):
            assert desk.call("run", "disclosure").code == 1
        yield town, desk


@pytest.fixture
def copied(settled: tuple[Town, Desk], tmp_path: Path) -> Desk:
    """A copy of that workspace, for one test to damage."""
    return Desk(shutil.copytree(settled[1].folder, tmp_path / "desk"))


@pytest.fixture
def archive(copied: Desk, tmp_path: Path) -> Path:
    """A backup of that workspace."""
    assert copied.call("backup", str(tmp_path / "a.tar.gz")).code == 0
    return tmp_path / "a.tar.gz"
