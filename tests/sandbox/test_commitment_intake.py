from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from sandbox.city import build_city
from sandbox.clock import Clock
from sandbox.credit_commitments import COMMITMENTS
from sandbox.model import City
from tests.sandbox.visitors import (
    ended,
    filled,
    hand_over,
    log_in,
    moment,
    order,
    promised,
    refusals,
    reported,
    shown,
    upload,
    upload_rows,
    visit,
    withdraw,
)

MET = {"CN_LXZT": "全部履行", "CN_WLXNR": "", "CN_ZRZJ": "", "CN_RDRQ": "2024/08/13"}


@pytest.fixture
async def clerk(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """A client that is logged in at the credit platform."""
    await log_in(client, "credit")
    return client


def log_of(folder: Path) -> list[dict[str, Any]]:
    """What the platform wrote down about commitments."""
    return [json.loads(line) for line in (folder / COMMITMENTS.log).read_text("utf-8").splitlines()]


async def test_the_template_has_the_20_headings_in_order(clerk: httpx.AsyncClient) -> None:
    """Its sheet is 信用承诺, its headings lie in the second row, thirteen of them starred."""
    content = (await clerk.get("/credit/commitments/template.xlsx")).content
    header = [str(cell.value) for cell in openpyxl.load_workbook(BytesIO(content))["信用承诺"][2]]
    assert [text.rstrip("*") for text in header] == [
        *(
            "承诺编码",
            "承诺人名称",
            "承诺人类别",
            "承诺人代码",
            "承诺类型",
            "承诺事由",
            "承诺内容",
            "违诺责任",
            "承诺作出日期",
        ),
        *("承诺有效期", "承诺受理单位", "承诺受理单位代码", "公开类型", "承诺履行状态", "未履行的承诺内容"),
        *("违诺责任追究内容", "认定日期", "认定单位", "认定单位代码", "备注"),
    ]
    assert sum(text.endswith("*") for text in header) == 13


async def test_a_good_row_is_stored_read_back_and_written_down_apart(clerk: httpx.AsyncClient, tmp_path: Path) -> None:
    """The own list has it under lower-case keys; the licences' list and truth know nothing of it."""
    batch = await upload_rows(clerk, promised(1))
    assert (batch["successNum"], batch["failNum"]) == (1, 0)
    (record,) = await shown(clerk, promised(1))
    assert {code.upper(): text for code, text in record["entity"].items()} == promised(1)
    assert (record["batchNo"], record["receivedAt"]) == (batch["batchNo"], "2024-08-13 09:00:00")
    (line,) = log_of(tmp_path)
    assert (line["result"], line["values"]) == ("stored", promised(1))
    assert (tmp_path / "received.jsonl").read_text("utf-8") == ""
    licences = (await clerk.get("/credit/api/submissions", params={"keyword": promised(1)["CN_BM"]})).json()["data"]
    assert licences["total"] == 0
    assert (await clerk.get("/credit/api/batches")).json()["data"]["total"] == 0


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"CN_NR": ""}, "承诺内容", "不能为空"),
        ({"CN_BM": "1501022024051300001"}, "承诺编码", "20位数字"),
        ({"CN_BM": "15010220240514000001"}, "承诺编码", "与承诺作出日期不一致"),
        ({"CN_CNR_MC": "某某*公司"}, "承诺人名称", "不能包含*"),
        ({"CN_SY": "办理*许可"}, "承诺事由", "不能包含*"),
        ({"CN_CNR_MC": "某某·公司"}, "承诺人名称", "非法字符"),
        ({"CN_SY": "由" * 257}, "承诺事由", "最多512字节，实际514字节"),
        ({"CN_CNR_LB": "企业"}, "承诺人类别", "取值范围"),
        ({"CN_CNR_DM": "91150100MA0N12340A"}, "承诺人代码", "校验位"),
        ({"CN_CNR_LB": "自然人"}, "承诺人代码", "校验位"),
        ({"CN_LX": "其他"}, "承诺类型", "注明"),
        ({"CN_SLDWDM": "11150100"}, "承诺受理单位代码", "18位"),
        ({"CN_GKLX": "4"}, "公开类型", "取值范围"),
        ({"CN_LXZT": "未履行"}, "承诺履行状态", "取值范围"),
        ({"CN_ZCRQ": "2024-05-13"}, "承诺作出日期", "YYYY/MM/DD"),
        ({"CN_YXQ": "2024/02/30"}, "承诺有效期", "YYYY/MM/DD"),
        ({"CN_YXQ": "2024/05/12"}, "承诺有效期", "早于承诺作出日期"),
        ({"CN_RDRQ": "2024/08/14"}, "认定日期", "晚于当前日期"),
        ({"CN_RDDWDM": "x"}, "认定单位代码", "18位"),
        ({"CN_WLXNR": ""}, "未履行的承诺内容", "不能为空"),
        ({"CN_ZRZJ": ""}, "违诺责任追究内容", "不能为空"),
        ({"CN_LXZT": "全部履行"}, "未履行的承诺内容", "应为空"),
        ({**MET, "CN_ZRZJ": "责令改正"}, "违诺责任追究内容", "应为空"),
    ],
)
async def test_each_rule_refuses_its_row(
    clerk: httpx.AsyncClient, changes: dict[str, str], field: str, reason: str
) -> None:
    """The error workbook names the sheet's row, the field and the reason."""
    batch = await upload_rows(clerk, promised(1, **changes))
    (line,) = await refusals(clerk, batch)
    assert line[:3] == (3, "FORMAT_ERROR", field)
    assert reason in str(line[3])


@pytest.mark.parametrize(
    "changes",
    [
        {"CN_CNR_LB": "自然人", "CN_CNR_MC": "张三", "CN_CNR_DM": "11010519491231002X"},
        {"CN_LX": "其他-工程质量安全承诺", "CN_YXQ": "", "CN_GKLX": "3"},
        MET,
    ],
)
async def test_what_the_standard_allows_is_taken(clerk: httpx.AsyncClient, changes: dict[str, str]) -> None:
    """A natural person's identity number, another sort with its note, no deadline, a commitment that was met."""
    assert (await upload_rows(clerk, promised(1, **changes)))["successNum"] == 1


async def test_a_commitment_is_stored_once_and_corrected_when_it_is_met(clerk: httpx.AsyncClient) -> None:
    """Code and promisor are the key: the same again is refused, a correction replaces it, a stranger's is unknown."""
    again = await upload_rows(clerk, promised(1), promised(1, CN_LXZT="部分履行"))
    assert [line[1] for line in await refusals(clerk, again)] == ["DATA_DUPLICATION"]
    met = promised(1, **MET)
    batch = await upload_rows(clerk, met, promised(1, CN_CNR_MC="另一公司"), page="corrections")
    assert [line[3] for line in await refusals(clerk, batch)] == ["未找到对应的公示数据"]
    (record,) = await shown(clerk, met)
    assert record["entity"]["cn_lxzt"] == "全部履行"
    unchanged = await upload_rows(clerk, met, page="corrections")
    assert [line[3] for line in await refusals(clerk, unchanged)] == ["数据未发生变化，无需更正"]


async def test_a_commitment_can_be_taken_back(clerk: httpx.AsyncClient, tmp_path: Path) -> None:
    """The page says under which number, the list has it no more, and the log says who and why."""
    await upload_rows(clerk, promised(1))
    assert "撤回成功，受理编号 CNCH202408130001" in await withdraw(clerk, promised(1), "推送错误")
    assert await shown(clerk, promised(1)) == []
    assert "未找到对应的公示数据" in await withdraw(clerk, promised(1))
    assert [(line["result"], line["reason"]) for line in log_of(tmp_path)][1:] == [("withdrawn", "推送错误")]


async def test_a_commitment_is_withdrawn_until_the_last_day_of_the_citys_clock(city: City, tmp_path: Path) -> None:
    """The days count on the clock that the receipt came from."""
    clock = Clock(moment("2024-08-13 09:00"))
    async with visit(city, tmp_path, clock, revocable_days=10) as client:
        await log_in(client, "credit")
        await upload_rows(client, promised(1), promised(2))
        clock.now += timedelta(days=10)
        assert "撤回成功" in await withdraw(client, promised(1))
        clock.now += timedelta(days=1)
        assert "已超过可撤回期限" in await withdraw(client, promised(2))


async def test_a_record_bears_the_time_of_the_citys_clock(city: City, tmp_path: Path) -> None:
    """What is received on the push day says so, and what was judged that day is not of the future."""
    async with visit(city, tmp_path, Clock(moment("2024-10-15 09:00"))) as client:
        await log_in(client, "credit")
        batch = await upload_rows(client, promised(1, CN_RDRQ="2024/10/15"))
        assert batch["batchNo"] == "CNSB202410150001"
        assert (await shown(client, promised(1)))[0]["receivedAt"] == "2024-10-15 09:00:00"


async def test_after_a_restart_all_is_known_and_each_kind_by_itself(city: City, tmp_path: Path) -> None:
    """Records, batches and files come back from their own log."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        content = await filled(client, promised(1), promised(2, CN_NR=""), kind=COMMITMENTS)
        before = await upload(client, content, kind=COMMITMENTS)
        licences = await upload_rows(client, reported(500))
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        assert await ended(client, before["batchNo"], COMMITMENTS) == before
        assert await ended(client, licences["batchNo"]) == licences
        assert len(await shown(client, promised(1))) == 1
        assert "该文件已导入" in (await upload(client, content, kind=COMMITMENTS))["message"]


async def test_each_kind_wants_its_own_template(clerk: httpx.AsyncClient) -> None:
    """A file of licences is not the template of commitments."""
    content = await filled(clerk, reported(500))
    assert "不是标准模板：第1列应为" in (await upload(clerk, content, kind=COMMITMENTS))["message"]


async def test_ordered_faults_strike_here_as_well(clerk: httpx.AsyncClient) -> None:
    """An answer that hides a commit, a garbled first row, a renamed heading, a short list, a second copy."""
    await order(clerk, "credit", "commit_then_500")
    await order(clerk, "credit", "truncate_field")
    answer = await hand_over(clerk, await filled(clerk, promised(1), promised(2), kind=COMMITMENTS), kind=COMMITMENTS)
    assert answer.status_code == 500
    (batch,) = (await clerk.get("/credit/api/commitments/batches")).json()["data"]["list"]
    assert (await ended(clerk, batch["batchNo"], COMMITMENTS))["successNum"] == 2
    whole = promised(1)["CN_NR"]
    assert (await shown(clerk, promised(1)))[0]["entity"]["cn_nr"] == whole[: (len(whole) + 1) // 2]
    await order(clerk, "credit", "short_page")
    assert len((await clerk.get("/credit/api/commitments/submissions")).json()["data"]["list"]) == 1
    await order(clerk, "credit", "accept_duplicates")
    await upload_rows(clerk, promised(1))
    assert "存在多条相同数据，不能撤回" in await withdraw(clerk, promised(1))
    await order(clerk, "credit", "renamed_template_column")
    template = await filled(clerk, kind=COMMITMENTS)
    assert "承诺内容说明*" in [cell.value for cell in openpyxl.load_workbook(BytesIO(template))["信用承诺"][2]]


async def test_the_public_sees_what_is_for_the_public(clerk: httpx.AsyncClient) -> None:
    """What is for fewer people is not found, and no natural person's identity number is shown."""
    person = {"CN_CNR_LB": "自然人", "CN_CNR_MC": "张三", "CN_CNR_DM": "11010519491231002X"}
    await upload_rows(clerk, promised(1), promised(2, CN_GKLX="2"), promised(3, CN_GKLX="3"), promised(4, **person))
    page = (await clerk.get("/credit/commitments/public")).text
    assert "信用承诺信息公示" in page
    assert "共 2 条" in page
    assert promised(1)["CN_CNR_DM"] in page
    assert person["CN_CNR_DM"] not in page


async def test_the_pages_speak_of_commitments(clerk: httpx.AsyncClient) -> None:
    """Titles, links and labels are those of the kind, and each kind leads to the other."""
    page = (await clerk.get("/credit/commitments/upload")).text
    assert "信用承诺数据上报" in page
    assert 'href="/credit/commitments/template.xlsx"' in page
    assert 'href="/credit/upload">行政许可' in page
    assert 'href="/credit/commitments/upload">信用承诺' in (await clerk.get("/credit/upload")).text
    form = (await clerk.get("/credit/commitments/withdraw")).text
    assert '<label for="commitment_code">承诺编码</label>' in form
    assert '<th data-key="cn_lxzt">承诺履行状态</th>' in (await clerk.get("/credit/commitments/submissions")).text


async def test_every_planted_push_would_be_taken(tmp_path: Path) -> None:
    """The records that truth wants pushed pass the platform's checks once the bureau has worded what remains."""
    city = build_city(1, 1.0)
    entries: list[dict[str, Any]] = city.truth["commitments"]  # type: ignore[assignment]
    blank = dict.fromkeys(COMMITMENTS.codes, "")
    worded = {"CN_WLXNR": "未提交承诺材料", "CN_ZRZJ": "责令限期改正"}
    rows = [blank | entry["record"] | worded for entry in entries if entry["record"]]
    assert len(rows) > 70
    async with visit(city, tmp_path, Clock(moment("2026-12-31 09:00"))) as client:
        await log_in(client, "credit")
        batch = await upload_rows(client, *rows)
        assert (batch["successNum"], batch["failNum"]) == (len(rows), 0)
