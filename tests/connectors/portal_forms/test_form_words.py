"""Inputs are found by the words a person reads at them, and a form is saved only if it shows exactly what was meant."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from connectors.browser import Browsers
from tests.connectors.portal_forms.office import FIELDS, RECORD, ROWS, SENT, Office, deliver, feed_at, native
from words.errors import DriftError

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_every_kind_of_native_input_is_found_in_any_order(browsers: Browsers, tmp_path: Path) -> None:
    """Labels, text before, wrapping labels, cells, placeholders and legends; the order says nothing."""
    rows, office = list(ROWS.values()), Office("")
    async with feed_at(office, browsers, tmp_path) as feed:
        for seed in range(3):
            random.Random(seed).shuffle(rows)
            office.pages["/form"] = native(*rows)
            assert (await deliver(feed)).accepted == ("r1",)
    assert office.stored == [SENT] * 3


async def test_another_name_of_a_label_is_as_good(browsers: Browsers, tmp_path: Path) -> None:
    """Two words declared for one field are two names of one input: the page has either."""
    renamed = ROWS["文书号"].replace("文书号</span>", "决定书文号</span>")
    office = Office(native(*{**ROWS, "文书号": renamed}.values()))
    fields = {**FIELDS, "决定书文号": "document_number"}
    async with feed_at(office, browsers, tmp_path, fields=fields) as feed:
        await deliver(feed)
    assert office.stored == [SENT]


async def test_a_missing_label_stops_before_anything_is_sent(browsers: Browsers, tmp_path: Path) -> None:
    """The error names the label that is missed and those that are there; nothing that only holds the words counts."""
    renamed = ROWS["文书号"].replace("文书号</span>", "文书号码</span>")
    office = Office(native(*{**ROWS, "文书号": renamed}.values()))
    async with feed_at(office, browsers, tmp_path) as feed:
        with pytest.raises(DriftError, match=r"no input with the words “文书号”.*行政相对人名称") as caught:
            await deliver(feed)
        with pytest.raises(DriftError, match="no input with the words “文书号”"):
            await feed.check()
    assert (caught.value.code, office.sent) == ("words-changed", [])
    assert "文书号码" in caught.value.sentence


async def test_decoys_are_left_alone(browsers: Browsers, tmp_path: Path) -> None:
    """Inputs with the right words that no person sees: hidden, transparent, off the page, a dot in size."""
    styles = [
        "display:none",
        "visibility:hidden",
        "opacity:0",
        "position:absolute;left:-9999px",
        "position:absolute;height:0;width:0;border:0;padding:0",
    ]
    decoys = [f'<p><label>文书号 <input name="trap" style="{style}" value="x"></label></p>' for style in styles]
    hidden = '<input type="hidden" name="文书号码" title="文书号" value="h">'
    heading = "<h3>行政相对人名称</h3><h3>文书号</h3>"
    office = Office(native(*decoys, hidden, heading, *ROWS.values()))
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
    assert office.stored == [{**SENT, "trap": "、".join("x" * len(styles)), "文书号码": "h"}]


async def test_words_that_stand_twice_are_told_apart_by_their_heading(browsers: Browsers, tmp_path: Path) -> None:
    """Without the heading it is an error, as nobody can know which is meant; with it the right one is filled."""
    twice = (
        "<h3>许可机关信息</h3><p><label>名称</label><input name='机关'></p>"
        "<h3>相对人信息</h3><p><label>名称</label><input name='名称'></p>"
    )
    office = Office(native(twice, *(row for column, row in ROWS.items() if column != "名称")))
    fields = {words: name for words, name in FIELDS.items() if name != "name"}
    async with feed_at(office, browsers, tmp_path / "1", fields={**fields, "名称": "name"}) as feed:
        with pytest.raises(DriftError, match="Several inputs") as caught:
            await deliver(feed)
    assert (caught.value.code, office.sent) == ("words-twice", [])
    async with feed_at(office, browsers, tmp_path / "2", fields={**fields, "相对人信息 > 名称": "name"}) as feed:
        await deliver(feed)
    assert office.stored == [{**SENT, "机关": ""}]


async def test_inputs_that_another_one_brings_forth_are_waited_for(browsers: Browsers, tmp_path: Path) -> None:
    """A choice shows further inputs: they are filled too, and what came late is read back with the rest."""
    late = f'<div id="late"></div><template id="t">{ROWS["内容"]}</template>'
    script = (
        "document.querySelector('select').addEventListener('change', () => setTimeout(() => "
        "document.getElementById('late').append(document.getElementById('t').content.cloneNode(true)), 100))"
    )
    office = Office(native(*{**ROWS, "内容": late}.values(), script=script))
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
    assert office.stored == [SENT]


async def test_what_is_empty_may_lack_its_input_where_that_is_declared(browsers: Browsers, tmp_path: Path) -> None:
    """Some records have no such input; a record that has a value for it is never sent without."""
    office = Office(native(*(row for column, row in ROWS.items() if column != "内容")))
    async with feed_at(office, browsers, tmp_path, sometimes=["许可内容"]) as feed:
        await deliver(feed, 内容="")
        with pytest.raises(DriftError, match="许可内容"):
            await deliver(feed)
    assert [each["文书号"] for each in office.sent] == [RECORD["文书号"]]


#: Column, the input in its place, what is meant instead, what the form shows then.
UNLIKE: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("名称", '<p><label>行政相对人名称 <input name="名称" maxlength="4"></label></p>', {}, "青城建设"),
    ("名称", '<p><label>行政相对人名称 <input name="名称" readonly value="另一家"></label></p>', {}, "另一家"),
    ("名称", '<p><label>行政相对人名称 <input name="名称" oninput="value=value[0]"></label></p>', {}, "青"),
    ("类别", ROWS["类别"], {"类别": "其他"}, ""),
    ("状态", ROWS["状态"], {"状态": "3"}, ""),
    ("决定日期", '<p><label>许可决定日期 <input name="d" maxlength="7"></label></p>', {}, "2024年05"),
)


async def test_a_form_that_shows_something_else_is_not_saved(browsers: Browsers, tmp_path: Path) -> None:
    """Cut off, locked, rewritten by the page, not among the options: what was meant is not what would be sent."""
    office = Office("")
    async with feed_at(office, browsers, tmp_path) as feed:
        for column, input_, changed, shown in UNLIKE:
            office.pages["/form"] = native(*{**ROWS, column: input_}.values())
            refused = (await deliver(feed, "publish", **changed)).refused
            assert f"shows “{shown}” at “" in refused["r1"]
            assert office.sent == []


async def test_a_locked_input_that_shows_the_right_thing_is_fine(browsers: Browsers, tmp_path: Path) -> None:
    """And so is one that another system has filled in already."""
    locked = f'<p><label>行政相对人名称 <input name="名称" readonly value="{RECORD["名称"]}"></label></p>'
    office = Office(native(*{**ROWS, "名称": locked}.values()))
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
    assert office.stored == [SENT]


async def test_a_read_only_date_is_set_by_script(browsers: Browsers, tmp_path: Path) -> None:
    """Old date pickers lock their input; what it shows then is the same day, in whatever way it is written."""
    change = "this.value = this.value.replaceAll('/', '-')"
    old = f'<p><label>许可决定日期 <input name="决定日期" readonly onchange="{change}"></label></p>'
    office = Office(native(*{**ROWS, "决定日期": old}.values()))
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed)
    assert office.stored == [SENT]


async def test_checkboxes_show_exactly_the_texts_that_are_meant(browsers: Browsers, tmp_path: Path) -> None:
    """Those that are not meant are taken out; a text with several parts is several boxes."""
    boxes = "".join(
        f'<label><input type="checkbox" name="类别" value="{text}" {on}>{text}</label>'
        for text, on in (("普通", ""), ("特许", "checked"), ("认可", ""))
    )
    office = Office(
        native(*{**ROWS, "类别": f"<tr><td>许可类别</td><td>{boxes}</td></tr>".join(["<table>", "</table>"])}.values())
    )
    async with feed_at(office, browsers, tmp_path) as feed:
        await deliver(feed, 类别="普通、认可")
        assert "许可类别" in (await deliver(feed, 类别="普通、登记")).refused["r1"]
    assert office.stored == [{**SENT, "类别": "普通、认可"}]


async def test_a_form_in_a_frame_is_found_there(browsers: Browsers, tmp_path: Path) -> None:
    """The words of the frame's own page count, and what it says afterwards."""
    office = Office(native(*ROWS.values()))
    office.pages["/outer"] = (
        '<!doctype html><meta charset="utf-8"><a>退出</a><iframe src="/form" width=900 height=700></iframe>'
    )
    async with feed_at(office, browsers, tmp_path, page="/outer") as feed:
        await deliver(feed)
    assert office.stored == [SENT]
