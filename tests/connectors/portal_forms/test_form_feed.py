"""A form as a feed: one record a batch, corrected and taken back by its row, looked up by its number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest
from starlette.responses import Response

from bots.delivering import Courier
from bots.watching import Watch
from connectors.browser import Browsers
from connectors.portal.entries import Entries
from connectors.portal.templates import Templates
from journal import Action, Journal, Prepared, State
from mappings.apply import ORIGIN, ROW_KEY, apply
from tests.connectors.portal_forms.office import (
    PROFILE,
    RECORD,
    ROWS,
    UPLOAD,
    Counting,
    Office,
    batch_of,
    declared,
    deliver,
    feed_at,
    feed_of,
    json_answer,
    native,
    page,
)
from words.errors import DeliveryError

pytestmark = pytest.mark.asyncio(loop_scope="module")

NUMBER = RECORD["文书号"]
#: The list with a search, a button in each row that opens the same form, and one that takes the row back.
LIST = """
<label>文书号 <input id="q"></label><button id="search">查 询</button><table id="t"></table>
<div role="dialog" id="edit" hidden><form>ROWS<button>保 存</button></form></div>
<div role="dialog" id="why" hidden><label>撤销原因</label><input id="reason"><button id="yes">确 定</button></div>
<script>
const get = (id) => document.getElementById(id);
let chosen = null;
const send = (values) => fetch('/save', {method: 'POST', headers: {'content-type': 'application/json'},
  body: JSON.stringify(values)}).then((answer) => answer.json()).then((answer) => {
    get('edit').hidden = get('why').hidden = true;
    document.body.append(answer.code === 0 ? answer.msg : '保存失败：' + answer.msg);
  });
const open = (row) => {
  chosen = row;
  get('edit').hidden = false;
  setTimeout(() => {  // what the record says comes later than the form
    for (const input of get('edit').querySelectorAll('[name]')) {
      const value = {类别: '01', 决定日期: '2024-05-01'}[input.name] || row[input.name];
      if (input.type === 'radio') input.checked = input.value === value; else input.value = value;
    }
  }, 300);
};
get('search').onclick = async () => {
  const told = await (await fetch('/api/records?number=')).json();
  get('t').replaceChildren(...told.rows.filter((row) => row.文书号.includes(get('q').value)).map((row) => {
    const line = document.createElement('tr');
    for (const text of [row.id, row.文书号, row.名称]) line.insertCell().textContent = text;
    for (const [words, act] of [['编辑', () => open(row)], ['撤 销', () => REMOVE]]) {
      const link = document.createElement('a');
      link.href = '#';
      link.textContent = words;
      link.onclick = act;
      line.insertCell().append(link);
    }
    return line;
  }));
};
get('edit').querySelector('form').onsubmit = (event) => {
  event.preventDefault();
  send({...Object.fromEntries(new FormData(event.target)), id: chosen.id});
};
get('yes').onclick = () => send({id: chosen.id, reason: get('reason').value});
</script>
"""
ASKED = "(chosen = row, get('why').hidden = false)"
CONFIRMED = "confirm('撤销？') && send({id: row.id, reason: ''})"
REMOVE = {"button": "撤销", "reason": "撤销原因", "confirm": "确定", "done": "撤销成功", "refused": ["保存失败"]}
FIND = {"field": "文书号", "button": "查询"}


def keep(office: Office, values: dict[str, Any]) -> Response:
    """Correct a row, or take it out."""
    place = next(place for place, row in enumerate(office.stored) if row["id"] == values["id"])
    if "reason" in values:
        office.stored.pop(place)
        return json_answer(0, "撤销成功")
    office.stored[place] = {**values, "类别": "普通"}
    return json_answer(0, "保存成功")


def at_work(remove: str = ASKED) -> Office:
    """A receiver whose list has three rows, two of which begin alike."""
    office = Office(native(*ROWS.values()), keep)
    office.pages["/records"] = page(LIST.replace("ROWS", "".join(ROWS.values())).replace("REMOVE", remove))
    numbers = (NUMBER, f"{NUMBER}-1", "另一号")
    office.stored = [{**RECORD, "文书号": number, "id": f"k{place}"} for place, number in enumerate(numbers)]
    return office


async def test_a_correction_goes_through_the_form_that_the_row_opens(browsers: Browsers, tmp_path: Path) -> None:
    """The right row of two that begin alike; what the form loads late does not overwrite what was put in."""
    office = at_work()
    async with feed_at(office, browsers, tmp_path, edit="编辑", find=FIND) as feed:
        assert feed.corrects == "replace"
        assert (await deliver(feed, "correct", 内容="变更后")).accepted == ("r1",)
    assert [(row["id"], row["内容"]) for row in office.stored if row["内容"] == "变更后"] == [("k0", "变更后")]


async def test_a_row_that_is_not_there_stops_before_anything_is_sent(browsers: Browsers, tmp_path: Path) -> None:
    """A correction of what the list does not show never becomes a new record."""
    office = at_work()
    async with feed_at(office, browsers, tmp_path, seconds=4, edit="编辑", find=FIND) as feed:
        with pytest.raises(DeliveryError, match="shows 0 rows") as caught:
            await deliver(feed, "correct", 文书号="没有的")
    assert (caught.value.code, office.sent) == ("row-not-found", [])


async def test_rows_that_nothing_tells_apart_are_left_alone(browsers: Browsers, tmp_path: Path) -> None:
    """The same number and name twice: nobody can know which is meant."""
    office = at_work()
    office.stored[1]["文书号"] = NUMBER
    async with feed_at(office, browsers, tmp_path, seconds=4, edit="编辑", find=FIND) as feed:
        with pytest.raises(DeliveryError, match="shows 2 rows"):
            await deliver(feed, "correct")
    assert office.sent == []


@pytest.mark.parametrize(("way", "reason"), [(ASKED, "许可撤销"), (CONFIRMED, "")])
async def test_a_record_is_taken_back_by_its_row(browsers: Browsers, tmp_path: Path, way: str, reason: str) -> None:
    """With a reason in a dialog of the page, or by a question of the browser's."""
    office = at_work(way)
    remove = REMOVE if reason else {"button": "撤销", "done": "撤销成功"}
    async with feed_at(office, browsers, tmp_path, remove=remove, find=FIND) as feed:
        assert feed.corrects == "reissue"
        shown = apply(PROFILE.reading(), pl.DataFrame([{**RECORD, ORIGIN: "", ROW_KEY: ""}])).records
        told = feed.withdrawal(shown, "许可撤销")
        assert told
        (batch,) = await feed.fill(pl.DataFrame([{**told[0], "record_id": "r1"}]), "withdraw", "office-run")
        assert (await feed.send(batch)).accepted == ("r1",)
    assert office.sent == [{"id": "k0", "reason": reason}]
    assert len(office.stored) == 2


async def test_a_batch_is_one_record_and_its_name_tells_which(browsers: Browsers, tmp_path: Path) -> None:
    """What is done with which document can be read from the name, whatever characters the number has."""
    office = Office(native(*ROWS.values()))
    async with feed_at(office, browsers, tmp_path) as feed:
        rows = pl.DataFrame([{**RECORD, "record_id": "r1"}, {**RECORD, "文书号": "A/1-2 号", "record_id": "r2"}])
        batches = await feed.fill(rows, "publish", "office-run-1")
    assert [batch.rows for batch in batches] == [{1: "r1"}, {1: "r2"}]
    assert batches[1].file_name == "office-run-1-2-publish-A%2F1%2D2%20号.json"
    assert json.loads(batches[0].content) == RECORD


async def test_a_record_is_looked_up_by_its_number(browsers: Browsers, tmp_path: Path) -> None:
    """The list is asked for the number alone; a record that is there was taken, one that is not there is unknown."""
    office = Office(native(*ROWS.values()))
    async with feed_at(office, browsers, tmp_path) as feed:
        raw = pl.DataFrame([{**RECORD, ORIGIN: "", ROW_KEY: ""}])
        record = apply(PROFILE.reading(), raw).records["record_id"].item()
        name = (await batch_of(feed)).file_name
        assert await feed.look_up(name, [record]) is None
        office.stored = [dict(RECORD), {**RECORD, "文书号": "另一号"}]
        receipt = await feed.look_up(name, [record])
        assert receipt
        assert receipt.accepted == (record,)
        assert await feed.look_up(name.replace("publish", "correct"), [record]) is None
        assert await feed.look_up(name.replace("publish", "withdraw"), [record]) is None
        office.stored = []
        assert await feed.look_up(name.replace("publish", "withdraw"), [record])
        assert (await feed.disclosed()).height == 0
    assert office.queried == [NUMBER] * 4 + [""]


async def test_a_form_beside_a_template_does_what_the_template_cannot(browsers: Browsers, tmp_path: Path) -> None:
    """Corrections and withdrawals go through the form; where the template has a page for corrections, not those."""
    rows = pl.DataFrame([{**RECORD, "record_id": "r1"}])
    form = {"edit": "编辑", "remove": REMOVE}
    feed = feed_of(declared("http://x", form, upload=UPLOAD), browsers, tmp_path)
    assert (feed.corrects, feed.settles) == ("replace", 60)
    for action in ("correct", "withdraw"):
        (batch,) = await feed.fill(rows, cast("Any", action), "office-run")
        assert batch.file_name == f"office-run-1-{action}-{NUMBER}.json"
    replacing = feed_of(declared("http://x", form, upload={**UPLOAD, "corrections": "/again"}), browsers, tmp_path)
    assert isinstance(replacing._way("correct"), Templates)
    assert isinstance(replacing._way("publish"), Templates)
    assert isinstance(replacing._way("withdraw"), Entries)
    await feed.close()
    await replacing.close()


async def test_a_record_takes_its_turns(browsers: Browsers, tmp_path: Path) -> None:
    """One for the page and one for what it sends, another one for each picture."""
    office, turns = Office(native(*ROWS.values())), Counting()
    async with feed_at(office, browsers, tmp_path, turns=turns) as feed:
        await deliver(feed)
        first = turns.given
        await deliver(feed)
    assert (first, turns.given) == (3, 5)


async def test_kept_and_then_an_error_ends_as_one_record(browsers: Browsers, tmp_path: Path) -> None:
    """The whole way: sent, answered with an error, looked up, confirmed, and never sent again; the next one follows."""
    failing = [True]

    def answer(office: Office, values: dict[str, Any]) -> Response:
        shown = {**values, "类别": "普通", "决定日期": values["决定日期"].replace("-", "/")}
        office.stored.append({**shown, "内容": values["内容"].replace("\r\n", "\n")})
        return Response(
            page("<p>保存成功</p>"), status_code=500 if failing and failing.pop() else 200, media_type="text/html"
        )

    office = Office(native(*ROWS.values()), answer)
    payloads = [RECORD, {**RECORD, "文书号": "另一号"}]
    async with feed_at(office, browsers, tmp_path) as feed:
        shown = apply(PROFILE.reading(), pl.DataFrame([{**each, ORIGIN: "", ROW_KEY: ""} for each in payloads])).records
        items = [
            Prepared(row["record_id"], row["fingerprint"], dict(payload), Action.PUBLISH)
            for row, payload in zip(shown.to_dicts(), payloads, strict=True)
        ]
        with Journal.open(tmp_path / "journal") as journal:
            run = journal.begin_run("disclosure", "", "", "")
            prepared = journal.prepare(run, feed.name, items)
            courier = Courier(journal, run, feed, Watch(), 5)
            trouble = await courier.deliver({each.id for each in prepared})
            await courier.confirm()
            assert [each.state for each in journal.deliveries(feed.name)] == [State.CONFIRMED, State.CONFIRMED]
    assert trouble is None
    assert [each["文书号"] for each in office.sent] == [NUMBER, "另一号"]
