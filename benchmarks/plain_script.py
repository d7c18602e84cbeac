"""What one writes first: one browser, one call per cell, one click per record, one form per entry. A sample, scaled.

Reads ``{"host", "accounts", "form", "sample", "entries", "program"}`` as JSON from stdin. Prints seconds per list page,
record and entry, and what the whole job would take at that pace: every list page and record of both systems, and
``entries`` forms. Left out in its favour: the ledgers, the comparison, reading back, the workbook, and any waiting for
what might go wrong.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from playwright.sync_api import Browser, Frame, Locator, Page, expect, sync_playwright

from benchmarks.form_page import BUTTON, LABELS, SAVED


@dataclass(frozen=True, slots=True)
class Pace:
    """One system: how many records on how many list pages, and the seconds that one of each takes."""

    records: int
    pages: int
    per_page: float
    per_record: float

    @property
    def whole(self) -> float:
        """Seconds for all of it."""
        return self.pages * self.per_page + self.records * self.per_record


def _timed(work: Callable[[int], object], times: int) -> float:
    start = time.perf_counter()
    for turn in range(times):
        work(turn)
    return (time.perf_counter() - start) / times


def _total(view: Page | Frame, selector: str) -> int:
    found = re.search(r"共 (\d+) 条", view.locator(selector).inner_text())
    assert found
    return int(found[1])


def _read(cells: Locator) -> list[str]:
    return [cells.nth(place).inner_text() for place in range(cells.count())]


def _read_rows(rows: Locator) -> int:
    count = rows.count()
    for place in range(count):
        _read(rows.nth(place).locator("td"))
    return count


def approval(browser: Browser, order: dict[str, Any]) -> Pace:
    """Read a list page of the approval platform cell by cell, then a sample of its drawers field by field."""
    page = browser.new_page()
    page.goto(f"{order['host']}/approval/login")
    name, password = order["accounts"]["approval"]
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登 录").click()
    rows = page.locator(".el-table__row")
    rows.first.wait_for()
    drawer = page.locator(".el-drawer")

    def record(turn: int) -> None:
        rows.nth(turn % shown).get_by_text("详情").click()
        drawer.wait_for()
        _read(drawer.locator("dd"))
        drawer.get_by_label("关闭").click()

    def list_page(turn: int) -> None:
        page.get_by_role("button", name="下一页").click()
        expect(page.locator(".el-pager .number")).to_have_text(str(turn + 2))
        page.locator(".el-loading-mask").wait_for(state="hidden")
        _read_rows(rows)

    shown, total = rows.count(), _total(page, ".el-pagination__total")
    per_record = _timed(record, order["sample"])
    return Pace(total, -(-total // shown), _timed(list_page, 1), per_record)


def bureau(browser: Browser, order: dict[str, Any]) -> Pace:
    """Read a list page of the old system cell by cell, then a sample of its pop-ups field by field."""
    page = browser.new_page()
    page.goto(f"{order['host']}/bureau/default.asp")
    name, password = order["accounts"]["bureau"]
    page.get_by_label("用户名").fill(name)
    page.locator("#password").fill(password)
    page.get_by_role("button", name="登 录").click()
    page.frame_locator("frame[name=content]").locator(".GridRow").first.wait_for()
    view = page.frame("content")
    assert view
    rows = view.locator(".GridRow")

    def record(turn: int) -> None:
        with page.expect_popup() as opened:
            rows.nth(turn % shown).get_by_text("查看").click()
        _read(opened.value.locator("table.form td"))
        opened.value.close()

    def list_page(turn: int) -> None:
        view.get_by_text("下一页").click()
        expect(view.locator(".pager")).to_contain_text(f"第 {turn + 2}/")
        _read_rows(rows)

    shown, total = rows.count(), _total(view, ".pager")
    per_record = _timed(record, order["sample"])
    return Pace(total, -(-total // shown), _timed(list_page, 1), per_record)


def entry(browser: Browser, order: dict[str, Any]) -> float:
    """Enter a sample of records field by field; return seconds for one."""
    page = browser.new_page()
    page.goto(order["form"])

    def enter(turn: int) -> None:
        for label in LABELS:
            page.get_by_label(label).fill(f"{label} 第{turn}条 呼和浩特市")
        page.get_by_role("button", name=BUTTON).click()
        page.get_by_text(SAVED).wait_for()
        page.goto(order["form"])

    return _timed(enter, order["sample"])


def _run(order: dict[str, Any]) -> dict[str, Any]:
    start = time.perf_counter()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=order["program"])
        paces = {"approval": approval(browser, order), "bureau": bureau(browser, order)}
        per_entry = entry(browser, order)
        browser.close()
    sampled = time.perf_counter() - start
    whole = sum(pace.whole for pace in paces.values()) + order["entries"] * per_entry
    told = {name: asdict(pace) for name, pace in paces.items()}
    return {"seconds": whole, "sampled_seconds": sampled, "paces": told, "per_entry": per_entry}


if __name__ == "__main__":
    print(json.dumps(_run(json.load(sys.stdin))))
