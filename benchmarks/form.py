"""Ten rounds of a form whose inputs change their places, names and ids: ours against the floor, in one invocation.

    .venv/bin/python -m benchmarks.form [--rounds 9] [--json]

How to read it. The page (``challenge.html``) is made after a well-known exercise for robots: seven labelled inputs,
shuffled after every submission, ten submissions, and a score. *Ours* fills each round by its labels through the
connector's own form, reads every input back, and presses the button. The *floor* knows the page: one bare
``page.evaluate`` a round sets the inputs by the very labels and presses the button; nothing is looked for, nothing read
back. The *plain script* is ``get_by_label`` and a click. All three take turns in one browser; times are those of the
page's own clock, ratios are medians of the turns' own ratios.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from connectors.browser import Browsers
from connectors.portal.declared import PortalDeclared
from connectors.portal.entering import text_at
from connectors.portal.formpage import FormPage
from connectors.portal.looking import Looking

if TYPE_CHECKING:
    from playwright.async_api import Page

ROUNDS = 10
_LABELS = ("First Name", "Last Name", "Company Name", "Role in Company", "Address", "Email", "Phone Number")
RECORDS = tuple({label: f"{label} {number} of 10, 呼和浩特" for label in _LABELS} for number in range(1, ROUNDS + 1))
_FLOOR = """(record) => {
  for (const input of document.querySelectorAll("#fields input")) {
    input.value = record[input.previousElementSibling.textContent];
  }
  document.querySelector("input[type=submit]").click();
}"""
_SCORE = re.compile(r"(\d+) out of (\d+) fields in (\d+) milliseconds")
Round = Callable[["Page", Mapping[str, str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Score:
    """What the page itself says of ten rounds."""

    right: int
    fields: int
    milliseconds: int


def page_text() -> str:
    """Return the page, which knows what is right."""
    text = (Path(__file__).parent / "challenge.html").read_text(encoding="utf-8")
    return text.replace("/*TRUTH*/", json.dumps(RECORDS, ensure_ascii=False))


async def ours(page: Page, record: Mapping[str, str]) -> None:
    """Fill one round as the connector does: by its labels, read back, saved."""
    form = FormPage(Looking(_DECLARED, page))
    fields = [text_at(label, value) for label, value in record.items()]
    await form.fill(fields)
    assert not await form.save(fields, "Submit")


async def floor(page: Page, record: Mapping[str, str]) -> None:
    """Fill one round by what is known of the page."""
    await page.evaluate(_FLOOR, dict(record))


async def plain(page: Page, record: Mapping[str, str]) -> None:
    """Fill one round as one writes it first; the labels here belong to no input, so their text is looked for."""
    for label, value in record.items():
        await page.locator("#fields div", has=page.get_by_text(label, exact=True)).locator("input").first.fill(value)
    await page.get_by_role("button", name="Submit").click()


async def ten_rounds(page: Page, fill: Round) -> Score:
    """Play the ten rounds and return the page's own score."""
    await page.goto("about:blank")
    await page.set_content(page_text())
    await page.get_by_role("button", name="Start").click()
    for record in RECORDS:
        await fill(page, record)
    said = _SCORE.search(await page.get_by_role("status").inner_text())
    assert said, "the page has not counted ten rounds"
    return Score(*map(int, said.groups()))


async def measured(turns: int) -> dict[str, list[Score]]:
    """Let the three ways take turns in one browser."""
    browsers = Browsers()
    ways: dict[str, Round] = {"ours": ours, "floor": floor, "plain script": plain}
    scores: dict[str, list[Score]] = {name: [] for name in ways}
    try:
        context = await browsers.context(verify=True, state=None)
        page = await context.new_page()
        for fill in ways.values():
            await ten_rounds(page, fill)  # the first turn warms the browser up
        for _turn in range(turns):
            for name, fill in ways.items():
                scores[name].append(await ten_rounds(page, fill))
    finally:
        await browsers.close()
    return scores


def summary(scores: Mapping[str, list[Score]]) -> dict[str, Any]:
    """Return medians and ratios."""
    turns = list(zip(*scores.values(), strict=True))
    return {
        "rounds": ROUNDS,
        "turns": len(turns),
        "milliseconds": {name: median(each.milliseconds for each in told) for name, told in scores.items()},
        "right": {name: all(each.right == each.fields for each in told) for name, told in scores.items()},
        "ours_to_floor": median(mine.milliseconds / bare.milliseconds for mine, bare, _plain in turns),
        "plain_to_ours": median(slow.milliseconds / mine.milliseconds for mine, _bare, slow in turns),
    }


_DECLARED = PortalDeclared.model_validate({
    "kind": "portal",
    "title": "Ten rounds",
    "url": "http://127.0.0.1",
    "login": {"page": "/", "account": "a", "secret": "s", "signed_in": "Sign out"},
    "list": {"page": "/", "reader": "replay", "request": {"url": "/"}, "total": "total", "key": "id"},
})  # fmt: skip


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9, help="turns of ten rounds for each way")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    told = summary(asyncio.run(measured(chosen.rounds)))
    if chosen.json:
        print(json.dumps(told, indent=2))
        return 0
    print(f"{'ten rounds':<14}{'ms':>8}{'all right':>12}")
    for name, milliseconds in told["milliseconds"].items():
        print(f"{name:<14}{milliseconds:>8.0f}{'yes' if told['right'][name] else 'NO':>12}")
    print(f"ours ÷ floor {told['ours_to_floor']:.2f}   plain script ÷ ours {told['plain_to_ours']:.1f}")
    print(f"medians of {told['turns']} turns; the page's own clock and score")
    return 0 if told["right"]["ours"] else 1


if __name__ == "__main__":
    sys.exit(main())
