"""A whole run of a bot between two interfaces, by the command line, from files alone."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, Response

from journal import Journal
from mappings.standards import LICENCE
from tests.connectors.api.office import SECRETS, Asked, Office
from tests.connectors.api.platform import FEED, NUMBER, Platform
from tests.end_to_end.town import ROOT, Desk
from tests.mappings.rows import CREDIT, FOLDER, record

SOURCE = """
kind: api
title: 审批接口
url: "{office}"
mapping: approval
signing: {digest: sm3, secret: key, text: "{timestamp}{secret}", query: {t: "{timestamp}", sign: "{signature}"}}
list:
  request: {url: /permits, query: {from: "{since}", to: "{until}", after: "{cursor}"}}
  paging: cursor
  next: next
  rows: rows
  key: XK_WSH
"""
BOT = "kind: disclosure\ntitle: 双公示\nsources: [approval]\nledgers: ledgers\nfeed: province\nvisible_within: 2\n"


@pytest.fixture
def desk(tmp_path: Path, office: Office, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A workspace in which both sides are interfaces."""
    monkeypatch.setenv("YINXIN_SECRET_KEY", SECRETS["key"])
    by_code = "".join(f"  {field.name}: {field.code}\n" for field in LICENCE.fields)
    profile = CREDIT
    for field in LICENCE.fields:
        profile = profile.replace(f"{{field: {field.name},", f"{{field: {field.name}, header: {field.code},")
        profile = profile.replace(f"{{field: {field.name}}}", f"{{field: {field.name}, header: {field.code}}}")
    files = {
        "yinxin.toml": f'title = "局"\nas_of = 2024-03-18\n[hosts]\noffice = "{office.url}"\n',
        "connectors/approval.yaml": SOURCE,
        "connectors/province.yaml": f'kind: api\ntitle: 省平台\nurl: "{{office}}"\n{FEED}',
        "mappings/approval.yaml": f"standard: licence\nfields:\n{by_code}",
        "mappings/province.profile.yaml": profile,
        "bots/disclosure.yaml": BOT,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "connectors" / "ledgers.yaml", tmp_path / "connectors")
    shutil.copy(FOLDER / "ledger.yaml", tmp_path / "mappings")
    (tmp_path / "ledgers").mkdir()
    (tmp_path / ".yinxin").mkdir()
    return Desk(tmp_path)


def _permits(asked: Asked) -> Response:
    """Seven decisions in pages of three, to whoever signs."""
    made = hashlib.new("sm3", f"{asked.query['t']}{SECRETS['key']}".encode()).hexdigest()
    if asked.query["sign"] != made or asked.query["to"] != "2024-03-18":
        return JSONResponse({"msg": "签名错误"}, 403)
    start = int(asked.query.get("after", "0"))
    records = [record(document_number=f"呼审批许〔2024〕{each}号") for each in range(start + 1, min(start + 3, 7) + 1)]
    rows = [{LICENCE.by_name[name].code: value for name, value in each.items()} for each in records]
    return JSONResponse({"rows": rows, "next": start + 3 if start + 3 < 7 else None})


def test_a_bot_carries_records_from_one_interface_to_another(desk: Desk, office: Office) -> None:
    """Collected, delivered once though an answer got lost, refused where refused, confirmed by reading back."""
    platform = Platform(ways=["mute", "refuse"])

    async def answer(asked: Asked) -> Response:
        return _permits(asked) if asked.path == "/permits" else await platform.answer(asked)

    office.answer = answer
    window = ("--since", "2024-03-01", "--until", "2024-03-18")
    first = desk.call("run", "disclosure", *window)
    assert first.code in {0, 1}, first.err
    assert Counter(row[NUMBER] for row in platform.stored).most_common(1)[0][1] == 1
    assert len(platform.stored) == 6
    again = desk.call("run", "disclosure", *window)
    assert len(platform.stored) == 6, again.err
    with Journal.open(desk.folder / ".yinxin") as journal:
        assert Counter(each.state.value for each in journal.deliveries()) == {"confirmed": 6, "rejected": 1}
    assert desk.call("audit", "verify").code == 0
    kept = [file for file in (desk.folder / ".yinxin").rglob("*") if file.is_file()]
    assert all(SECRETS["key"].encode() not in file.read_bytes() for file in kept)
    assert desk.call("connectors", "check").code == 0
    assert desk.call("connectors", "list").result["connectors"][0]["kind"] == "api"
