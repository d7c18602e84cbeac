"""How lists are drawn and turned in systems of every age: what counts as a row, and when there are no more of them."""

# ruff: noqa: E501 - markup
from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from connectors.browser import Browsers
from connectors.portal.declared import Listing
from connectors.portal.glass import Glass
from connectors.portal.looking import Looking
from connectors.portal.paging import shots
from connectors.portal.traffic import Traffic
from tests.connectors.doubles import declared
from tests.end_to_end.town import served
from tools.frontends import FOLDER
from words.errors import DriftError

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEADS = ("编号", "名称")
ROWS = [("A1", "甲公司"), ("A2", "乙公司")]


def cells(tag: str, *texts: str, **attributes: str) -> str:
    """Some cells."""
    named = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return "".join(f"<{tag}{named}>{text}</{tag}>" for text in texts)


def rows(*more: str) -> str:
    """The two rows as a table's."""
    return "".join(f"<tr>{cells('td', *row)}{''.join(more)}</tr>" for row in ROWS)


PLAIN = f"<table><thead><tr>{cells('th', *HEADS)}</tr></thead><tbody>{rows()}</tbody></table>"
ELEMENT_2 = f"""<div class="el-table"><div class="el-table__header-wrapper"><table><thead><tr>{cells("th", *HEADS)}
<th class="is-hidden"><div style="visibility:hidden">操作</div></th><th class="gutter" style="display:none"></th></tr></thead></table></div>
<div class="el-table__body-wrapper"><table><tbody>{rows('<td class="is-hidden"><div style="visibility:hidden">看</div></td>')}
</tbody></table></div><div class="el-table__fixed-right" style="position:absolute"><table><thead><tr>{cells("th", *HEADS, "操作")}</tr>
</thead></table><table><tbody>{rows("<td>看</td>")}</tbody></table></div></div>"""
EASYUI = f"""<div class="datagrid-view"><div class="datagrid-view1"><div class="datagrid-header"><table class="datagrid-htable"><tbody>
<tr class="datagrid-header-row"><td>编号</td></tr></tbody></table></div><div class="datagrid-body"><table><tbody>
{"".join(f'<tr class="datagrid-row" datagrid-row-index="{n}"><td>{row[0]}</td></tr>' for n, row in enumerate(ROWS))}</tbody></table></div></div>
<div class="datagrid-view2"><div class="datagrid-header"><table class="datagrid-htable"><tbody><tr class="datagrid-header-row">
<td>名称</td></tr></tbody></table></div><div class="datagrid-body"><table><tbody>
{"".join(f'<tr class="datagrid-row" datagrid-row-index="{n}"><td>{row[1]}</td></tr>' for n, row in enumerate(ROWS))}</tbody></table></div>
<div class="datagrid-footer"><table><tbody><tr datagrid-row-index="0"><td>合计</td></tr></tbody></table></div></div></div>"""
ARIA = f"""<div role="grid"><div role="row" aria-rowindex="1"><div role="columnheader" aria-colindex="2">名称</div>
<div role="columnheader" aria-colindex="1">编号</div></div><div role="rowgroup">{
    "".join(
        f'<div role="row" aria-rowindex="{n}"><div role="gridcell" aria-colindex="2">{row[1]}</div></div>'
        for n, row in enumerate(ROWS, 2)
    )
}</div><div role="rowgroup">{
    "".join(
        f'<div role="row" aria-rowindex="{n}"><div role="gridcell" aria-colindex="1">{row[0]}</div></div>'
        for n, row in enumerate(ROWS, 2)
    )
}</div></div>"""
APART = f"""<div class="scroll"><div><table><thead><tr>{cells("th", *HEADS)}</tr></thead></table></div>
<div><table><tbody>{rows()}</tbody></table></div></div>"""
OLD = f"""<table><tr><td colspan="2">查询结果</td></tr><tr>{cells("td", *HEADS)}</tr>{rows()}
<tr><td>小计</td><td colspan="1">2</td></tr><tr style="display:none"><td>A9</td><td>模板</td></tr>
<tr><td colspan="2"><table><tr><td>1</td><td>2</td></tr></table></td></tr></table>""".replace(
    '<tr><td>小计</td><td colspan="1">2</td></tr>', '<tr><td colspan="2">小计 2</td></tr>'
)
GROUPED = f"""<table><thead><tr><th rowspan="2">编号</th><th colspan="2">相对人</th><th colspan="2">机关</th></tr>
<tr><th>名称</th><th>代码</th><th>简称</th><th>代码</th></tr></thead><tbody>
{"".join(f"<tr>{cells('td', *row, 'x', '局', 'y')}</tr>" for row in ROWS)}</tbody></table>"""
MERGED = f"""<table><thead><tr>{cells("th", "区县", *HEADS)}</tr></thead><tbody><tr><td rowspan="2">东区</td>{cells("td", *ROWS[0])}</tr>
<tr>{cells("td", *ROWS[1])}</tr></tbody></table>"""
EDITABLE = f"""<table><thead><tr>{cells("th", *HEADS)}</tr></thead><tbody>{
    "".join(
        f'<tr><td>{row[0]}</td><td><input type="hidden" value="z"><input value="{row[1]}"></td></tr>' for row in ROWS
    )
}<tr class="my-placeholder-row"><td></td><td>请输入</td></tr></tbody></table>"""
SHAPES = {
    "a fixed column drawn twice": (ELEMENT_2, [(*row, "看") for row in ROWS]),
    "two views side by side": (EASYUI, ROWS),
    "a grid of roles": (ARIA, ROWS),
    "a header in a table of its own": (APART, ROWS),
    "headings in plain cells under a title": (OLD, ROWS),
    "headings under groups": (GROUPED, [(*row, "x", "局", "y") for row in ROWS]),
    "cells merged downwards": (MERGED, [("东区", *row) for row in ROWS]),
    "inputs in cells": (EDITABLE, ROWS),
}
BOXES = f"""<div class="head"><span>编号</span><span>名称</span></div>{
    "".join(f'<div class="card"><span>{row[0]}</span><span>{row[1]}</span></div>' for row in ROWS)
}"""
_TURNED = """<table><thead><tr><th>编号</th><th>名称</th></tr></thead><tbody></tbody></table>%s<script>
const all = [...Array(7).keys()].map((n) => `B${n}`), body = document.querySelector("tbody");
const draw = (some) => { body.innerHTML = some.map((n) => `<tr><td>${n}</td><td>丙</td></tr>`).join(""); };
%s</script>"""
MORE = _TURNED % (
    "<div class='more'>加载更多</div>",
    """let n = 3; draw(all.slice(0, n)); const more = document.querySelector(".more");
more.onclick = () => setTimeout(() => { n += 3; draw(all.slice(0, n)); if (n >= 7) more.remove(); }, 80);""",
)
SCROLLED = _TURNED.replace("<table>", "<div style='height:60px;overflow:auto'><table>").replace(
    "</table>", "</table></div>"
) % (
    "",
    """let n = 4; draw(all.slice(0, n)); const box = document.querySelector("div");
box.onscroll = () => setTimeout(() => { if (n < 7) { n += 2; draw(all.slice(0, n)); } }, 80);""",
)
_PAGES = """let page = 1; const show = () => { draw(all.slice(page * 3 - 3, page * 3)); pager(); };
const pager = () => { document.querySelector("p").innerHTML = %s; };
window.go = (to) => { setTimeout(() => { page = to; show(); }, 80); return false; }; show();"""
IMAGES = _TURNED % (
    "<p></p>",
    _PAGES % """page < 3 ? `<a href="#" onclick="return go(${page + 1})"><img alt="下一页"></a>` : "下一页" """,
)
DOTS = _TURNED % (
    "<p class='pages'></p>",
    _PAGES
    % """[1, 2, 3].map((n) => (n === page ? `<b>${n}</b>` : n > 2 && page < 2
      ? `<a href="#" onclick="return go(3 - 1)">...</a>` : `<a href="#" onclick="return go(${n})">${n}</a>`)).join(" ")""",
)
OFF = _TURNED % (
    "<p></p>",
    _PAGES
    % """`<ul class="pagination"><li class="${page > 2 ? "disabled" : ""}"><a href="#" onclick="return go(page + 1)">›</a></li></ul>`""",
)
V2 = """<link rel="stylesheet" href="/lib/element-plus/dist/index.css"><script src="/lib/vue/dist/vue.global.prod.js"></script>
<script src="/lib/element-plus/dist/index.full.min.js"></script><div id="app"></div><script>
const columns = [{ key: "id", dataKey: "id", title: "编号", width: 100 }, { key: "name", dataKey: "name", title: "名称", width: 100 }];
const data = [...Array(60).keys()].map((n) => ({ id: `B${n}`, name: "丙" }));
Vue.createApp({ render: () => Vue.h(ElementPlus.ElTableV2, { columns, data, width: 400, height: 300, fixed: true }) }).use(ElementPlus).mount("#app");
</script>"""


@asynccontextmanager
async def shown(browsers: Browsers, page: str, **listing: Any) -> AsyncIterator[Glass]:
    """A page in the browser, with the list on it."""

    async def answer(_request: Request) -> Response:
        return HTMLResponse(f"<!doctype html><meta charset=utf-8><body>{page}</body>")

    app = Starlette(routes=[Route("/", answer), Mount("/lib", StaticFiles(directory=FOLDER))])
    facts = {"page": "/", "reader": "dom", "headers": list(HEADS), "key": "编号", **listing}
    portal = declared("http://127.0.0.1", "{page: /, reader: dom, headers: [编号], key: 编号}").model_copy(
        update={"list_": Listing.model_validate(facts), "timeout": 10}
    )
    context = await browsers.context(verify=True, state=None)
    opened = await context.new_page()
    traffic = Traffic(opened)
    with served(app) as url:
        await opened.goto(url)
        yield Glass(Looking(portal, opened), portal.list_, traffic)
    await context.close()


async def keys(glass: Glass) -> list[str]:
    """The keys in the order in which they were first seen."""

    async def turn() -> None: ...

    return list(dict.fromkeys([key async for shot in shots(glass, turn) for key in shot.keys]))


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_row_is_what_a_person_takes_for_one(browsers: Browsers, shape: str) -> None:
    """Hidden, repeated, merged and footing rows do not count, and each value stands under its heading."""
    page, expected = SHAPES[shape]
    async with shown(browsers, page) as glass:
        shot = await glass.settle()
    found = [tuple(row) for row in shot.rows]
    assert found == expected
    assert shot.keys == ("A1", "A2")
    assert len(set(shot.headings)) == len(shot.headings)


@pytest.mark.parametrize("style", ["visibility:hidden", "opacity:0"])
async def test_a_mask_that_is_left_in_its_place_unseen_holds_nothing_up(browsers: Browsers, style: str) -> None:
    """Some versions of layui do not take the mask away when the rows are there."""
    mask = f'<div class="layui-table-init" style="position:absolute;inset:0;{style}"><i>读取中</i></div>'
    async with shown(browsers, f'<div class="layui-table-view" style="position:relative">{PLAIN}{mask}</div>') as glass:
        assert len((await glass.settle()).rows) == len(ROWS)


async def test_a_list_without_any_table_is_read_by_selectors(browsers: Browsers) -> None:
    """The last resort names headings, rows and cells."""
    boxes = {"headings": ".head span", "rows": ".card", "cells": "span"}
    async with shown(browsers, BOXES, boxes=boxes) as glass:
        assert (await glass.settle()).rows == tuple(ROWS)


@pytest.mark.parametrize(
    ("page", "by"),
    [(MORE, "more"), (SCROLLED, "scroll"), (IMAGES, "pager"), (DOTS, "pager"), (OFF, "pager")],
    ids=["more", "scroll", "an image for next", "dots between numbers", "a disabled item"],
)
async def test_every_way_of_turning_comes_to_the_last_row(browsers: Browsers, page: str, by: str) -> None:
    """No total says so: the end of the pager does."""
    async with shown(browsers, page, paging={"by": by}) as glass:
        assert await keys(glass) == [f"B{number}" for number in range(7)]


async def test_a_virtual_table_of_element_plus_is_scrolled_to_its_end(browsers: Browsers) -> None:
    """Sixty rows, of which a dozen are ever drawn."""
    async with shown(browsers, V2, paging={"by": "scroll"}) as glass:
        assert await keys(glass) == [f"B{number}" for number in range(60)]


FORM = """<div role="dialog" style="width:400px"><div class="el-form-item"><label class="el-form-item__label">申请人 *</label>
<div class="el-form-item__content"><div class="el-input"><input disabled value="甲公司"></div></div></div>
<div class="el-form-item"><label class="el-form-item__label">类别：</label><div class="el-form-item__content"><label><input type="radio">个人</label>
<label><input type="radio" checked>法人</label></div></div>
<dl><dt>期限</dt><dd>长期</dd></dl>
<div class="ant-descriptions"><table><tbody><tr><th class="ant-descriptions-item-label">机关</th><th class="ant-descriptions-item-label">日期</th></tr>
<tr><td class="ant-descriptions-item-content">区局</td><td class="ant-descriptions-item-content">2026-01-01</td></tr></tbody></table></div>
<table><tr><th>代码</th><td>911</td><th>备注</th><td></td></tr></table>
<table><thead><tr><th>环节</th><th>人员</th></tr></thead><tbody><tr><td>受理</td><td>张三</td></tr></tbody></table></div>"""


async def test_labels_and_values_are_found_however_they_are_drawn(browsers: Browsers) -> None:
    """Disabled inputs, chosen radio buttons, definitions, upright and lying tables; a list in the dialog is none."""
    async with shown(browsers, FORM) as glass:
        assert await glass.ask("pairs", whole=False) == {
            **{"申请人": "甲公司", "类别": "法人", "期限": "长期"},
            **{"机关": "区局", "日期": "2026-01-01", "代码": "911", "备注": ""},
        }


_COUNTS = """<p id="count">0</p><button onclick="count.textContent = Number(count.textContent) + 1" %s>查询</button>"""
HINDERED = {
    "disabled for seconds": _COUNTS % "disabled"
    + "<script>setTimeout(() => document.querySelector('button').disabled = false, 4000)</script>",
    "under a notice that comes late": _COUNTS % ""
    + """<script>setTimeout(() => document.body.insertAdjacentHTML("beforeend", `<div role="dialog" style="position:fixed;inset:0">
公告<button onclick="this.parentElement.remove()">知道了</button></div>`), 500)</script>""",
    "under a part of the page": _COUNTS % "style='position:fixed;bottom:0'"
    + "<div style='position:fixed;bottom:0;left:0;right:0;height:60px'>合计</div>",
}


@pytest.mark.parametrize("hindered", HINDERED)
async def test_what_cannot_be_pressed_at_once_is_pressed_once(browsers: Browsers, hindered: str) -> None:
    """A person waits, shuts what lies over it, or gets at it otherwise."""
    async with shown(browsers, PLAIN + HINDERED[hindered]) as glass:
        await glass.settle()
        if "late" in hindered:
            await glass.looking.page.wait_for_selector("[role=dialog]")
        await glass.press(await glass.looking.locate("button", "查询"))
        assert await glass.looking.page.inner_text("#count") == "1"


async def test_a_list_that_shows_no_way_on_and_no_total_is_not_believed(browsers: Browsers) -> None:
    """Two rows of a list whose pager is not understood may be two of a thousand."""
    async with shown(browsers, APART) as glass:
        with pytest.raises(DriftError) as told:
            await keys(glass)
    assert told.value.code == "page-changed"
