from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import httpx
import openpyxl

from sandbox.model import COLUMNS, City
from tests.sandbox.visitors import (
    decision,
    log_in,
    reported,
    upload,
    upload_rows,
    visit,
    workbook,
)


async def test_template_has_the_28_starred_headers_in_its_second_row(client: httpx.AsyncClient) -> None:
    """The template has a title row, the standard's labels, and a sheet of notes."""
    await log_in(client, "credit")
    book = openpyxl.load_workbook(BytesIO((await client.get("/credit/template.xlsx")).content))
    header = [cell.value for cell in book["行政许可"][2]]
    assert book.sheetnames == ["行政许可", "填报说明"]
    assert [str(text).rstrip("*") for text in header] == [label for label, _ in COLUMNS]
    assert sum(str(text).endswith("*") for text in header) == 14


async def test_good_rows_are_stored_and_can_be_read_back(client: httpx.AsyncClient) -> None:
    """A stored row is found by its document number with the values that were uploaded."""
    await log_in(client, "credit")
    batch = await upload_rows(client, reported(500), reported(501))
    assert (batch["total"], batch["successNum"], batch["failNum"], batch["errorFile"]) == (2, 2, 0, None)
    found = (await client.get("/credit/api/submissions", params={"keyword": "呼审批许〔2024〕500号"})).json()["data"]
    assert found["total"] == 1
    entity = found["list"][0]["entity"]
    assert {code.upper(): text for code, text in entity.items()} == reported(500)
    assert found["list"][0]["receivedAt"].startswith("2024-08-13 ")


FAULTY = [
    ({"XK_NR": ""}, "许可内容", "不能为空"),
    ({"XK_XDR_MC": "某某·公司"}, "行政相对人名称", "非法字符"),
    ({"XK_XDR_MC": "无"}, "行政相对人名称", "不能为空、无"),
    ({"XK_FRDB": "Test"}, "法定代表人", "test"),
    ({"XK_XKWS": "书" * 33}, "行政许可决定文书名称", "最多64字节，实际66字节"),
    ({"XK_XKLB": "其他"}, "许可类别", "注明"),
    ({"XK_ZT": "3"}, "当前状态", "取值范围"),
    ({"XK_XDR_SHXYM": ""}, "行政相对人代码_1(统一社会信用代码)", "自然人除外"),
    ({"XK_XDR_SHXYM": "91150100MA0N1234"}, "行政相对人代码_1(统一社会信用代码)", "18位"),
    ({"XK_XDR_SHXYM": "91150100MA0N12340A"}, "行政相对人代码_1(统一社会信用代码)", "校验位"),
    ({"XK_JDRQ": "2024-06-03"}, "许可决定日期", "YYYY/MM/DD"),
    ({"XK_YXQZ": "2024/02/30"}, "有效期自", "YYYY/MM/DD"),
    ({"XK_JDRQ": "2024/08/14"}, "许可决定日期", "晚于当前日期"),
    ({"XK_YXQZI": "2024/06/02"}, "有效期至", "早于有效期自"),
]


async def test_each_rule_refuses_its_row_and_the_report_says_which(client: httpx.AsyncClient) -> None:
    """Every rule's row stands in the error workbook with its sheet row, field and reason; good rows pass."""
    await log_in(client, "credit")
    rows = [reported(600 + at, **changes) for at, (changes, _, _) in enumerate(FAULTY)]
    batch = await upload_rows(client, *rows, reported(700))
    assert (batch["successNum"], batch["failNum"]) == (1, len(FAULTY))
    book = openpyxl.load_workbook(BytesIO((await client.get(batch["errorFile"])).content))
    lines = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    for at, (line, (_, field, reason)) in enumerate(zip(lines, FAULTY, strict=True), 3):
        assert line[:3] == (at, "FORMAT_ERROR", field)
        assert reason in str(line[3])


async def test_a_natural_person_needs_no_credit_code(client: httpx.AsyncClient) -> None:
    """The credit code is required of everybody but natural persons."""
    await log_in(client, "credit")
    batch = await upload_rows(client, reported(800, XK_XDR_LB="自然人", XK_XDR_SHXYM="", XK_XDR_MC="张三"))
    assert batch["successNum"] == 1


async def test_a_record_is_stored_once(client: httpx.AsyncClient) -> None:
    """The same document number and name is refused, within a file and against what is stored."""
    await log_in(client, "credit")
    known = reported(0, **{code: decision(1).values[code] for code in ("XK_WSH", "XK_XDR_MC")})
    batch = await upload_rows(client, reported(900), reported(900), known)
    assert (batch["successNum"], batch["failNum"]) == (1, 2)
    book = openpyxl.load_workbook(BytesIO((await client.get(batch["errorFile"])).content))
    assert [line[1] for line in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == ["DATA_DUPLICATION"] * 2


async def test_unusable_files_are_refused_as_a_whole(client: httpx.AsyncClient) -> None:
    """No workbook, another header, too many rows, the same file again: the batch fails with the reason."""
    await log_in(client, "credit")
    template = (await client.get("/credit/template.xlsx")).content
    assert "xlsx" in (await upload(client, b"not a workbook"))["message"]
    book = openpyxl.load_workbook(BytesIO(template))
    book["行政许可"]["B2"] = "类别"
    buffer = BytesIO()
    book.save(buffer)
    assert (
        '不是标准模板：第2列应为"行政相对人类别*"，实际为"类别"' in (await upload(client, buffer.getvalue()))["message"]
    )
    content = workbook(template, [reported(1000)])
    first, again = await upload(client, content), await upload(client, content)
    assert (again["status"], again["message"]) == ("失败", f"该文件已导入，批次号 {first['batchNo']}")


async def test_too_many_rows_are_refused_as_a_whole(client: httpx.AsyncClient) -> None:
    """Five thousand rows are the most one file may bring."""
    await log_in(client, "credit")
    batch = await upload_rows(client, *[reported(1000)] * 5001)
    assert (batch["status"], batch["message"]) == ("失败", "单次导入不能超过5000条，实际5001条")


async def test_a_restarted_platform_still_knows_what_it_received(city: City, tmp_path: Path) -> None:
    """Rows, batches and file hashes come back from the log, and a half-written last line is dropped."""
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        content = workbook(
            (await client.get("/credit/template.xlsx")).content, [reported(501), reported(502, XK_NR="")]
        )
        before = await upload(client, content)
    log = tmp_path / "received.jsonl"
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [(line["row"], line["result"]) for line in lines] == [(3, "stored"), (4, "refused")]
    with log.open("a", encoding="utf-8") as file:
        file.write('{"at": "2024')
    async with visit(city, tmp_path) as client:
        await log_in(client, "credit")
        after = (await client.get(f"/credit/api/batches/{before['batchNo']}")).json()["data"]
        assert (after["total"], after["successNum"], after["failNum"]) == (2, 1, 1)
        assert "该文件已导入" in (await upload(client, content))["message"]


async def test_the_public_never_sees_identity_numbers(client: httpx.AsyncClient) -> None:
    """The public search needs no login and shows no number of an identity paper."""
    page = await client.get("/credit/public", params={"keyword": "某某建筑"})
    assert "共 5 条" in page.text
    assert "11010519491231002X" not in page.text
