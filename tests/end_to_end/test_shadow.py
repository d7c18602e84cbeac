"""A bot in the shadow of a clerk: it sends nothing, and says how far both agree."""

from __future__ import annotations

import asyncio

import httpx
import openpyxl

from tests.end_to_end.town import Desk, Town, assert_named
from tests.sandbox.visitors import log_in, upload_rows

SHADOW = "feed: credit\nshadow: {agreement: 0.75, records: 14}"
DATES = {"XK_JDRQ", "XK_YXQZ", "XK_YXQZI"}
#: What a visitor of the platform's pages asks to sign in; nothing else may be posted there.
SIGN_IN = {"POST /credit/login"}


def due_rows(town: Town, count: int) -> list[dict[str, str]]:
    """Return what is due as a clerk types it into the platform's template."""
    decisions = {each.serial: each.values for each in town.city.decisions}
    due = [entry for entry in town.truth["records"] if entry["bucket"] == "due" and len(entry["serials"]) == 1]
    rows = [decisions[entry["serials"][0]] for entry in due[:count]]
    return [
        {code: text.replace("-", "/") if code in DATES else text for code, text in row.items()}
        | {"XK_ZT": {"有效": "1", "无效": "2"}[row["XK_ZT"]]}
        for row in rows
    ]


def clerk_uploads(town: Town, rows: list[dict[str, str]]) -> None:
    """Upload rows through the platform's own pages, as the clerk does."""

    async def upload() -> None:
        async with httpx.AsyncClient(base_url=town.url, follow_redirects=True, trust_env=False) as client:
            await log_in(client, "credit")
            batch = await upload_rows(client, *rows)
            assert batch["successNum"] == len(rows), batch

    asyncio.run(upload())


def posted(town: Town) -> set[str]:
    """Return what was posted to the platform."""
    return {asked for asked in town.asked if asked.startswith("POST /credit")}


def test_a_bot_in_the_shadow_sends_nothing_and_is_compared_with_the_clerk(town: Town, desk: Desk) -> None:
    """The clerk uploads three records, one with a slip: agreement per field and item, accumulated, nothing left."""
    desk.change("bots/disclosure.yaml", "feed: credit", SHADOW)
    first = desk.call("run", "disclosure")
    assert first.code == 1
    assert posted(town) <= SIGN_IN
    assert town.received == []
    before = desk.call("shadow", "disclosure").result
    assert before["standings"]["only_bot"] == town.truth["counts"]["due"]
    assert before["reached"] is False

    right, also, slip = due_rows(town, 3)
    slip["XK_NR"] += "经复核"
    clerk_uploads(town, [right, also, slip])
    town.asked.clear()
    second = desk.call("run", "disclosure")
    after = desk.call("shadow", "disclosure")
    assert posted(town) <= SIGN_IN
    assert [row["values"]["XK_WSH"] for row in town.received] == [row["XK_WSH"] for row in (right, also, slip)]
    assert not any("upload" in asked or "withdraw" in asked for asked in town.asked)

    found = after.result
    assert found["standings"]["agreed"] == before["standings"]["agreed"] + 2
    assert found["standings"]["differs"] == before["standings"]["differs"] + 1
    assert found["standings"]["only_bot"] == before["standings"]["only_bot"] - 3
    (content,) = [each for each in found["differences"] if each["field"] == "content"]
    assert content["feed_value"] == content["bot_value"] + "经复核"
    fields = {each["name"]: each for each in found["fields"]}
    assert fields["content"]["compared"] - fields["content"]["agreed"] == 1
    assert fields["name"]["agreed"] == fields["name"]["compared"] == before["fields"][0]["compared"] + 3
    assert sum(each["compared"] for each in found["items"]) == found["agreement"]["compared"]
    assert (found["reached"], found["since"], after.code) == (True, "2024-08-13", 0)
    _the_workbook_shows_it(second.result["workbook"], found["agreement"]["compared"])
    _nothing_is_sent_by_hand_either(town, desk, content["document_number"])


def _the_workbook_shows_it(file: str, compared: int) -> None:
    """The run's workbook has the agreement and the differing values as sheets of their own."""
    book = openpyxl.load_workbook(file, read_only=True)
    sheet = list(book["Shadow"].iter_rows(values_only=True))
    assert sheet[1][:4] == ("All records", "–", sheet[1][2], compared)
    assert len(list(book["Shadow differences"].iter_rows())) > 1
    book.close()


def _nothing_is_sent_by_hand_either(town: Town, desk: Desk, number: str) -> None:
    """Taking back what the clerk sent is refused while the bot is in the shadow."""
    received = town.received
    assert_named(desk.call("deliveries", "withdraw", number, "--reason", "x"), 2, "in-shadow")
    assert town.received == received


def test_a_mapping_is_tried_in_the_shadow_of_the_bot_that_is_at_work(town: Town, desk: Desk) -> None:
    """The same connectors under another mapping are compared with what the bot uploaded, and change no record."""
    mapping = (desk.folder / "mappings" / "approval.yaml").read_text("utf-8")
    (desk.folder / "mappings" / "tried.yaml").write_text(mapping, encoding="utf-8")
    bot = (desk.folder / "bots" / "disclosure.yaml").read_text("utf-8")
    tried = bot.replace("feed: credit", "feed: credit\nshadow: {records: 1, mappings: {approval: tried}}")
    (desk.folder / "bots" / "tried.yaml").write_text(tried, encoding="utf-8")
    assert desk.call("run", "disclosure").code == 1
    sent = town.received
    assert desk.call("run", "tried").code == 1
    assert town.received == sent
    found = desk.call("shadow", "tried").result
    assert found["standings"]["only_bot"] == 0
    assert found["standings"]["agreed"] >= town.truth["counts"]["due"]
    desk.change("bots/tried.yaml", "approval: tried", "aproval: tried")
    assert_named(desk.call("run", "tried"), 2, "not-declared", field="shadow.mappings")
    assert_named(desk.call("shadow", "disclosure"), 2, "not-in-shadow")
