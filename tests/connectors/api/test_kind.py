"""The kind in a workspace: declared wholly in YAML, found by its name, asked by the doctor, checked as it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from starlette.responses import JSONResponse, Response

from bots.checking import check_connector
from bots.workspace import Workspace
from cli.health.secrecy import secrets
from connectors.api.declared import ApiDeclared
from connectors.browser import Browsers
from tests.connectors.api.office import SECRETS, Asked, Office, declared, rows_of
from tests.connectors.api.platform import FEED, Platform, feed_at, filled
from tests.docs.pages import DOCS, blocks
from tests.mappings.rows import CREDIT
from words.declared import parse
from words.errors import UsageError


@pytest.fixture
def workspace(tmp_path: Path, office: Office) -> Workspace:
    """A workspace with one interface in it."""
    (tmp_path / "connectors").mkdir()
    (tmp_path / "mappings").mkdir()
    (tmp_path / ".yinxin").mkdir()
    (tmp_path / "yinxin.toml").write_text(f'title = "局"\n[hosts]\noffice = "{office.url}/"\n', encoding="utf-8")
    (tmp_path / "mappings" / "province.profile.yaml").write_text(CREDIT, encoding="utf-8")
    text = f'kind: api\ntitle: 省平台\nurl: "{{office}}"\n{FEED}'
    (tmp_path / "connectors" / "province.yaml").write_text(text, encoding="utf-8")
    return Workspace(tmp_path)


async def test_a_feed_of_a_workspace_is_checked(workspace: Workspace, office: Office) -> None:
    """What the file declares is read back and mapped; nothing is sent."""
    platform = Platform()
    office.answer = platform.answer
    feed = feed_at(office.url)
    await feed.send((await filled(feed, 2))[0])
    await feed.close()
    office.asked.clear()
    checked = await check_connector(workspace, "province")
    assert (checked.rows, checked.findings) == (2, 0)
    assert set(office.paths()) == {"/list"}
    assert workspace.connector("province").roles == ("feed",)


def test_the_doctor_takes_no_blank_for_a_secret(workspace: Workspace) -> None:
    """A request that says where secret and token go holds neither; one that names a secret needs it."""
    file = workspace.folder / "connectors" / "province.yaml"
    auth = 'auth: {kind: token, request: {url: /t, form: {app_secret: "{secret}"}, headers: {token: "{token}"}}, at: t}'
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{auth}\n", encoding="utf-8")
    assert [check.health for check in secrets(workspace)] == ["ok"]
    file.write_text(file.read_text(encoding="utf-8").replace("at: t}", "at: t, secret: absent}"), encoding="utf-8")
    (check,) = secrets(workspace)
    assert "absent" in check.found


@pytest.mark.parametrize("status", [200, 404, 500])
async def test_the_doctor_asks_the_address(status: int, workspace: Workspace, office: Office) -> None:
    """Whatever it answers, it is there; nobody signs in for the question."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({}, status)

    office.answer = answer
    reached = await workspace.reach("province", 2)
    assert reached.health == "ok"
    assert str(status) in reached.said
    assert reached.ahead is not None
    assert abs(reached.ahead) < 5


async def test_the_doctor_tells_who_does_not_answer(workspace: Workspace) -> None:
    """A closed port is a failing system."""
    settings = workspace.folder / "yinxin.toml"
    settings.write_text('title = "局"\n[hosts]\noffice = "http://127.0.0.1:1"\n', encoding="utf-8")
    assert (await Workspace(workspace.folder).reach("province", 1)).health == "failing"


def test_a_feed_needs_a_way_in(workspace: Workspace) -> None:
    """A profile without ``deliver`` is told by the key that is missing."""
    file = workspace.folder / "connectors" / "province.yaml"
    file.write_text(file.read_text(encoding="utf-8").split("deliver:")[0], encoding="utf-8")
    with pytest.raises(UsageError) as error:
        workspace.feed("province", Browsers())
    assert error.value.place.field == "deliver"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("fields: {XK_WSH: document_number}", "fields: {XK_WSH: documentnumber}", "unknown-field"),
        ('body: {batchNo: "{name}", records: "{records}"}', 'xml: "<R>{records}</R>"', "not-an-element"),
    ],
)
def test_what_would_fail_at_the_first_record_is_told_before(
    old: str, new: str, code: str, workspace: Workspace
) -> None:
    """A field that the standard does not have, and headings that no element can have, are told at once."""
    file = workspace.folder / "connectors" / "province.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    profile = workspace.folder / "mappings" / "province.profile.yaml"
    profile.write_text(CREDIT.replace("{field: name,", "{field: name, header: 名 称,"), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        workspace.feed("province", Browsers())
    assert error.value.code == code


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("auth: {kind: basic, account: clerk, secret: key}", "login http://x clerk"),
        ("signing: {digest: md5, secret: key, app: A01}", "login http://x A01"),
        ("auth: {kind: static, secret: key}", "login http://x key"),
        ("signing: {digest: md5, secret: key}", "login http://x key"),
        ("auth: {kind: token, request: {url: /t}, at: t, account: A02}", "login http://x A02"),
        ("encoding: gbk", ""),
    ],
)
def test_two_runs_never_share_an_account(text: str, claim: str) -> None:
    """What is claimed is the address with the account, the app key, or the name of the secret."""
    assert declared("http://x", text).claim == claim


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("list: {request: {}, rows: r, key: k, paging: cursor}", "next"),
        ("cipher: {algorithm: sm4, mode: cbc, secret: sm4}", "iv"),
        ("cipher: {algorithm: sm2}", "public"),
        ("auth: {kind: magic, secret: key}", "static"),
        ("deliver: {request: {}, outcome: {rows: r}}", "position"),
        ("deliver: {request: {}, outcome: {rows: r, key: k}}", "column"),
        ("envelope: {success: 0}", "valid"),
    ],
)
def test_what_cannot_work_is_told_at_once(text: str, words: str) -> None:
    """A declaration that lacks what it needs is refused with its line."""
    with pytest.raises(UsageError, match=words) as error:
        declared("http://x", text)
    assert error.value.place.line is not None


def test_codes_may_be_numbers() -> None:
    """A code is written in the file as the system's description writes it."""
    form = declared("http://x", "envelope: {code: ok, success: [0, '00', true]}")
    assert form.envelope is not None
    assert form.envelope.success == ("0", "00", "true")


async def test_a_misspelt_key_is_named(office: Office) -> None:
    """The nearest key is suggested, inside an alternative of several too."""
    head = f"kind: api\ntitle: x\nurl: {office.url}\nlist: {{request: {{}}, rows: r, key: k}}"
    text = f"{head}\nauth: {{kind: basic, acount: a, secret: s}}"
    with pytest.raises(UsageError) as error:
        parse(ApiDeclared, text, "connectors/x.yaml")
    assert error.value.place.line == 5


async def test_a_link_header_may_say_more() -> None:
    """Other relations, more parameters and commas in the address do not hide the next page (RFC 8288)."""
    from connectors.api.answers import _link

    assert (
        _link('<a?x=1,2>; title="next"; rel="prev", <b?y=<1>; rel=prev, </c?z=1,2>; rel="last next"; a=b') == "/c?z=1,2"
    )
    assert _link('<a>; rel="nextish", <b>; rel=previous') == ""


async def test_the_source_that_the_page_shows_works(office: Office) -> None:
    """The example of the how-to reads a list from a server that checks its token and its signature."""
    block = next(each for each in blocks(DOCS / "how-to" / "connect-an-api.md", "yaml"))
    text = block.text.replace("province_secret", "key").replace("province_key", "key")

    async def answer(asked: Asked) -> Response:
        if asked.path == "/token":
            known = asked.form == {"appKey": "spj01", "appSecret": SECRETS["key"]}
            return JSONResponse({"code": 200 if known else 500, "data": {"token": "t1", "expiresIn": 7200}})
        pairs = {name: value for name, value in asked.query.items() if name != "sign"}
        told = "&".join(f"{name}={pairs[name]}" for name in sorted(pairs)) + f"&key={SECRETS['key']}"
        if asked.headers["x-token"] != "t1" or asked.query["sign"] != hashlib.md5(told.encode()).hexdigest().upper():
            return JSONResponse({"code": 40003, "msg": "签名错误"})
        if asked.path == "/permits":
            return JSONResponse({"code": 200, "data": {"total": 2, "records": [{"id": 1}, {"id": 2}]}})
        return JSONResponse({"code": 200, "data": {"文书号": asked.path[-1]}})

    office.answer = answer
    rows = await rows_of(parse(ApiDeclared, text, "example").model_copy(update={"url": office.url}))
    assert [dict(row.payload) for row in rows] == [{"id": each, "文书号": each} for each in ("1", "2")]
