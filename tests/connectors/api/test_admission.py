"""Being let in at an interface: tokens, keys, and how often one may ask."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable

import pytest
from starlette.responses import JSONResponse, Response

from connectors.api import limits
from connectors.api.source import ApiSource
from tests.connectors.api.office import (
    COUNT,
    ENVELOPE,
    PAGE,
    SECRETS,
    WINDOW,
    Asked,
    Office,
    client_of,
    declared,
    keys,
    listing,
    no_mapping,
    pages_of,
    rows_of,
)
from words.errors import LoginNeeded

TOKEN = """
auth:
  kind: token
  request: {url: /token, method: POST, form: {appKey: "{account}", appSecret: "{secret}"}}
  account: A01
  secret: key
  at: data.token
  name: X-Token
"""


class Door:
    """Hands out tokens; only the newest opens, and those of ``dead`` open nothing."""

    def __init__(self, *, lasts: float | None = None, status: int = 200) -> None:
        self.given, self.dead, self.lasts, self.status = 0, set[int](), lasts, status

    async def answer(self, asked: Asked) -> Response:
        """Answer as an interface with tokens does."""
        if asked.path == "/token":
            if asked.form != {"appKey": "A01", "appSecret": SECRETS["key"]}:
                return JSONResponse({"code": 500, "msg": f"{SECRETS['key']} 无效"})
            self.given += 1
            return JSONResponse({"code": 200, "data": {"token": f"token-{self.given}", "seconds": self.lasts}})
        number = int(asked.headers["x-token"].removeprefix("token-"))
        if number != self.given or number in self.dead:
            return JSONResponse({"code": 40101, "msg": "token失效"}, self.status)
        rows = pages_of(COUNT, 5, int(asked.query["page"]))
        return JSONResponse({"code": 200, "data": {"total": COUNT, "rows": rows}})


@pytest.mark.parametrize("status", [200, 401, 500])
async def test_an_expired_token_is_renewed_once_for_all_requests(status: int, office: Office) -> None:
    """Requests that are refused side by side share one new token."""
    door = Door(status=status)
    office.answer = door.answer
    client = client_of(declared(office.url, f"{ENVELOPE}{TOKEN}"))
    source = ApiSource(client, no_mapping())
    try:
        async for page in source.collect(WINDOW, {}):
            assert page.total == COUNT
            break
        door.dead.add(1)
        asked = [client.ask(client.declared.list_.request, {"page": each, "size": 5}) for each in (1, 2, 3, 4)]
        assert {told.meaning for told in await asyncio.gather(*asked)} == {"success"}
        assert door.given == 2
    finally:
        await source.close()


@pytest.mark.parametrize(
    "lasts",
    [lambda: 5.2, lambda: time.time() + 5.2, lambda: int((time.time() + 5.2) * 1000)],
    ids=["for", "until", "ms"],
)
async def test_a_token_is_renewed_before_it_ends(lasts: Callable[[], float], office: Office) -> None:
    """A token that says how long it lasts, or until when, is not used beyond that."""
    door = Door(lasts=lasts())
    office.answer = door.answer
    client = client_of(declared(office.url, f"{ENVELOPE}{TOKEN}  lasts: data.seconds\n"))
    try:
        await client.ask(client.declared.list_.request, {"page": 1, "size": 5})
        await asyncio.sleep(0.25)
        await client.ask(client.declared.list_.request, {"page": 1, "size": 5})
    finally:
        await client.close()
    assert office.paths() == ["/token", "/list", "/token", "/list"]


async def test_a_system_that_keeps_refusing_is_asked_for_a_token_once_more_only(office: Office) -> None:
    """A refused new token is a matter for a person, and no loop."""
    door = Door()
    door.dead = {1, 2}
    office.answer = door.answer
    with pytest.raises(LoginNeeded) as error:
        await rows_of(declared(office.url, f"{ENVELOPE}{TOKEN}"))
    assert error.value.code == "key-refused"
    assert office.paths() == ["/token", "/list", "/token", "/list"]


async def test_a_wrong_secret_is_tried_once_and_never_shown(office: Office) -> None:
    """An account is not locked by a program that insists, and an echo of the secret is hidden."""
    office.answer = Door().answer
    form = declared(office.url, f"{ENVELOPE}{TOKEN}".replace("A01", "A02"))
    with pytest.raises(LoginNeeded) as error:
        await rows_of(form)
    assert error.value.code == "login-refused"
    assert "无效" in error.value.sentence
    assert SECRETS["key"] not in error.value.sentence
    assert office.paths() == ["/token"]


@pytest.mark.parametrize(
    ("auth", "seen"),
    [
        ("{kind: static, secret: key, prefix: 'Bearer '}", lambda asked: asked.headers["authorization"].split()[1]),
        ("{kind: static, secret: key, name: ApiKey, into: query}", lambda asked: asked.query["ApiKey"]),
        (
            "{kind: basic, account: 呼, secret: key}",
            lambda asked: base64.b64decode(asked.headers["authorization"][6:]).decode().removeprefix("呼:"),
        ),
    ],
)
async def test_a_key_goes_where_it_is_declared(auth: str, seen: Callable[[Asked], str], office: Office) -> None:
    """In a header, in the query, or as account and password."""
    await rows_of(declared(office.url, f"auth: {auth}"))
    assert seen(office.asked[0]) == SECRETS["key"]


async def test_a_key_that_opens_nothing_is_told_without_being_shown(office: Office) -> None:
    """401 to a key that cannot be renewed is for whoever holds it; the address is told without its query."""

    async def answer(asked: Asked) -> Response:
        return JSONResponse({"msg": f"bad {asked.query['ApiKey']}"}, 401)

    office.answer = answer
    with pytest.raises(LoginNeeded) as error:
        await rows_of(declared(office.url, "auth: {kind: static, secret: key, name: ApiKey, into: query}"))
    assert SECRETS["key"] not in str(error.value.as_dict())


@pytest.mark.parametrize("reset", [lambda: "0.3", lambda: str(time.time() + 0.3)])
async def test_a_system_that_has_no_requests_left_is_left_alone(reset: Callable[[], str], office: Office) -> None:
    """What X-RateLimit says is kept to, told as seconds or as a moment."""
    moments: list[float] = []

    async def answer(asked: Asked) -> Response:
        moments.append(time.monotonic())
        content = {"rows": pages_of(COUNT, 10, int(asked.query["page"]))}
        headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset()} if len(moments) == 1 else {}
        return JSONResponse(content, headers=headers)

    office.answer = answer
    await keys(office, listing("page", PAGE))
    assert moments[1] - moments[0] > 0.25


async def test_retry_after_is_kept_to(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that asks for a pause gets it, however short our own would be."""
    moments: list[float] = []

    async def answer(_asked: Asked) -> Response:
        moments.append(time.monotonic())
        if len(moments) == 1:
            return Response(status_code=429, headers={"retry-after": "1"})
        return JSONResponse({"code": 200, "data": {"total": 0, "rows": []}})

    office.answer = answer
    monkeypatch.setattr(limits, "_LONGER", lambda _state: 0)
    await rows_of(declared(office.url))
    assert moments[1] - moments[0] > 0.95
