"""Where only a person can sign in: nobody types for them, their session is kept, and its end names the command."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.browser import Browsers
from connectors.portal.kind import KIND
from tests.connectors.portal.office import ACCOUNT, PASSWORD, Office, cases
from tests.connectors.portal.reading import EXAMPLES, example, given, read
from tests.end_to_end.town import assert_named, furnished, served
from words.errors import LoginNeeded, UsageError

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext


class Watched(Browsers):
    """A browser whose windows a test can reach into."""

    def __init__(self) -> None:
        super().__init__()
        self.contexts: list[BrowserContext] = []

    async def context(self, **wanted: Any) -> BrowserContext:
        """Open a context and remember it."""
        self.contexts.append(await super().context(**wanted))
        return self.contexts[-1]


async def a_person(browsers: Watched) -> None:
    """Sign in by hand as soon as a window shows the form."""
    for _moment in range(200):
        if browsers.contexts and browsers.contexts[0].pages:
            break
        await asyncio.sleep(0.05)
    page = browsers.contexts[0].pages[0]
    await page.fill("[name=u]", ACCOUNT)
    await page.fill("[name=p]", PASSWORD)
    await page.click("button")


def state(token: str) -> str:
    """An exported session."""
    cookie = {"name": "token", "value": token, "domain": "127.0.0.1", "path": "/", "expires": -1}
    more = {"httpOnly": False, "secure": False, "sameSite": "Lax"}
    return json.dumps({"cookies": [{**cookie, **more}], "origins": []})


async def test_a_person_signs_in_and_the_bot_reads_until_the_session_ends(tmp_path: Path) -> None:
    """The session is used without another login; when it has ended, the error names the command and exits with 3."""
    office = Office(cases(7), shell="layui.html")
    browsers = Watched()
    with served(office.app) as url:
        declared = example("person", url)
        with pytest.raises(LoginNeeded, match="only a person"):
            await read(declared, tmp_path, browsers)
        signing = KIND.sign_in(given(declared, tmp_path, browsers), None, 60)
        await asyncio.gather(signing, a_person(browsers))
        assert (await read(declared, tmp_path, browsers)).keys == [case["serial"] for case in office.cases]
        assert office.logins == 1
        office.token = "t2"
        with pytest.raises(LoginNeeded) as told:
            await read(declared, tmp_path, browsers)
    await browsers.close()
    assert told.value.code == "person-needed"
    assert told.value.exit_code == 3
    assert "yinxin connectors login office" in told.value.todo
    assert office.logins == 1


async def test_nobody_signs_in_in_time(tmp_path: Path) -> None:
    """A window that nobody uses is closed, and it is said so."""
    browsers = Browsers()
    with served(Office([], shell="layui.html").app) as url, pytest.raises(LoginNeeded) as told:
        await KIND.sign_in(given(example("person", url), tmp_path, browsers), None, 0.3)
    await browsers.close()
    assert told.value.code == "not-signed-in"


async def test_a_window_needs_a_whole_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser without a head is never taken for one that a person can use."""
    monkeypatch.setenv("YINXIN_BROWSER", "/usr/bin/some-headless-shell")
    with pytest.raises(UsageError) as told:
        await Browsers(visible=True).context(verify=True, state=None)
    assert told.value.code == "no-window"


async def test_an_exported_session_is_taken_over_once_it_opens_the_list(tmp_path: Path) -> None:
    """One that has ended is refused, and so is a file that holds none."""
    office, browsers, file = Office(cases(2), shell="layui.html"), Browsers(), tmp_path / "state.json"
    with served(office.app) as url:
        offered = given(example("person", url), tmp_path / "work", browsers)
        file.write_text("{}")
        with pytest.raises(UsageError) as told:
            await KIND.sign_in(offered, file, 1)
        assert told.value.code == "not-a-session"
        file.write_text(state("t0"))
        with pytest.raises(LoginNeeded):
            await KIND.sign_in(offered, file, 1)
        file.write_text(state("t1"))
        await KIND.sign_in(offered, file, 1)
        assert len((await read(example("person", url), tmp_path / "work", browsers)).keys) == 2
    await browsers.close()
    assert office.logins == 0


def test_the_command_takes_an_exported_session(tmp_path: Path) -> None:
    """``yinxin connectors login NAME --session FILE`` keeps it; ledgers have no login."""
    desk, file = furnished(tmp_path / "work", None), tmp_path / "state.json"
    file.write_text(state("t1"))
    with served(Office(cases(2), shell="layui.html").app) as url:
        text = (EXAMPLES / "person.yaml").read_text("utf-8").replace("{office}", url)
        (desk.folder / "connectors" / "office.yaml").write_text(
            text.replace("mapping: office", "mapping: bureau"), "utf-8"
        )
        outcome = desk.call("connectors", "login", "office", "--session", str(file))
    assert outcome.code == 0, outcome.out
    assert outcome.result == {"connector": "office"}
    assert (desk.folder / ".yinxin" / "sessions" / "office.session").exists()
    assert_named(desk.call("connectors", "login", "ledgers"), 2, "no-login")
