"""Every way in which interfaces want requests signed and sealed, checked by a server that works it out by itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import gmalg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import JSONResponse, Response

from connectors.api import crypto, sealing
from connectors.api.declared import ApiDeclared
from connectors.api.locks import Cipher, Parameters
from connectors.api.signing import CHINA, canonical, stamp
from tests.connectors.api.office import LIST, PUBLIC, SECRETS, Asked, Office, declared, rows_of
from words.errors import DriftError, UsageError

KEY = SECRETS["key"]
Check = Callable[[Asked], bool]
POSTED = """
envelope: {code: code, message: msg, success: [200]}
list:
  request:
    {url: /list, method: POST, body: {page: "{page}", filter: {from: "{since}", open: true}, note: ""}}
  rows: data.rows
  total: data.total
  key: id
"""
QUERIED = f"envelope: {{code: code, message: msg, success: [200]}}\n{LIST}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _recent(told: str) -> bool:
    moment = datetime.strptime(told, "%Y%m%d%H%M%S").replace(tzinfo=CHINA)
    return abs((moment - datetime.now(UTC)).total_seconds()) < 60


def _app_key(asked: Asked) -> bool:
    """MD5 of app key, secret and moment, one behind the other."""
    told = asked.query
    return told["sign"] == _md5(f"A01{KEY}{told['requestTime']}") and _recent(told["requestTime"])


def _sorted_upper(asked: Asked) -> bool:
    told = {name: value for name, value in asked.query.items() if value}
    sign = told.pop("sign")
    pairs = "&".join(f"{name}={told[name]}" for name in sorted(told))
    return sign == _md5(f"{pairs}&key={KEY}").upper() and len(told["nonce"]) == 16


def _enclosed(asked: Asked) -> bool:
    """The secret before and behind names and values without anything between them; the body's fields too."""
    told = asked.json
    sign = told.pop("sign")
    texts = {
        name: value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
        for name, value in told.items()
    }
    joined = "".join(f"{name}{texts[name]}" for name in sorted(texts) if texts[name])
    return bool(sign == _md5(f"{KEY}{joined}{KEY}"))


def _gateway(asked: Asked) -> bool:
    """SHA-256 over moment, token, nonce and moment, all in headers."""
    told = asked.headers
    moment, nonce = told["x-tif-timestamp"], told["x-tif-nonce"]
    text = f"{moment}{KEY}{nonce}{moment}"
    signed = hashlib.sha256(text.encode()).hexdigest().upper()
    return told["x-tif-signature"] == signed and told["x-tif-paasid"] == "A01" and moment.isdecimal()


def _hmac_body(asked: Asked) -> bool:
    told = asked.headers
    body = hashlib.sha256(asked.content).hexdigest()
    text = f"POST\n/list\n{told['x-time']}\n{body}"
    return told["x-sign"] == base64.b64encode(hmac.new(KEY.encode(), text.encode(), "sha256").digest()).decode()


def _hmac_encoded(asked: Asked) -> bool:
    told = dict(asked.query)
    sign = told.pop("Signature")
    pairs = "&".join(f"{quote(name, safe='')}={quote(told[name], safe='')}" for name in sorted(told))
    return sign == base64.b64encode(hmac.new(f"{KEY}&".encode(), pairs.encode(), "sha1").digest()).decode()


def _sm3(asked: Asked) -> bool:
    told = asked.query
    made = hashlib.new("sm3", f"A01{told['t']}{KEY}".encode()).hexdigest()
    return told["sign"] == made and len(told["t"]) == 13


def _sm3_keyed(asked: Asked) -> bool:
    made = hmac.new(KEY.encode(), asked.content, "sm3").hexdigest()
    return asked.headers["x-sign"] == made


def _sm2(asked: Asked) -> bool:
    sign = bytes.fromhex(asked.headers["x-sign"])
    known = gmalg.SM2(pk=bytes.fromhex(f"04{PUBLIC}"), uid=b"1234567812345678")
    return bool(known.verify(asked.content, sign[:32], sign[32:]))


STYLES: dict[str, tuple[str, str, Check]] = {
    "md5 of app key, secret and moment": (
        QUERIED,
        'signing: {digest: md5, secret: key, app: A01, text: "{app}{secret}{timestamp}",'
        ' query: {appKey: "{app}", requestTime: "{timestamp}", sign: "{signature}"}}',
        _app_key,
    ),
    "md5 of sorted parameters and key, in capitals": (
        QUERIED,
        'signing: {digest: md5, secret: key, form: HEX, nonce: 16, text: "{parameters}&key={secret}",'
        ' query: {empty: "", nonce: "{nonce}", sign: "{signature}"}}',
        _sorted_upper,
    ),
    "md5 with the secret at both ends, in the body": (
        POSTED,
        'signing: {digest: md5, secret: key, text: "{secret}{parameters}{secret}", parameters: {pair: "", join: ""},'
        ' fields: {ts: "{timestamp}", sign: "{signature}"}}',
        _enclosed,
    ),
    "sha256 in the headers of a gateway": (
        QUERIED,
        "signing: {digest: sha256, secret: key, app: A01, form: HEX, time: seconds,"
        ' text: "{timestamp}{secret}{nonce}{timestamp}", headers: {x-tif-paasid: "{app}",'
        ' x-tif-timestamp: "{timestamp}", x-tif-nonce: "{nonce}", x-tif-signature: "{signature}"}}',
        _gateway,
    ),
    "hmac-sha256 over method, path and body": (
        POSTED,
        "signing: {digest: hmac-sha256, secret: key, form: base64,"
        ' text: "{method}\\n{path}\\n{timestamp}\\n{body_sha256}",'
        ' headers: {x-time: "{timestamp}", x-sign: "{signature}"}}',
        _hmac_body,
    ),
    "hmac-sha1 over encoded parameters": (
        QUERIED,
        'signing: {digest: hmac-sha1, secret: key_and, form: base64, text: "{parameters}", parameters: {encoded: true},'
        ' query: {地点: "呼 市/新城", Nonce: "{nonce}", Signature: "{signature}"}}',
        _hmac_encoded,
    ),
    "sm3": (
        QUERIED,
        'signing: {digest: sm3, secret: key, app: A01, time: milliseconds, text: "{app}{timestamp}{secret}",'
        ' query: {t: "{timestamp}", sign: "{signature}"}}',
        _sm3,
    ),
    "hmac-sm3 over the body": (
        POSTED,
        'signing: {digest: hmac-sm3, secret: key, text: "{body}", headers: {x-sign: "{signature}"}}',
        _sm3_keyed,
    ),
    "sm2 over the body": (
        POSTED,
        'signing: {digest: sm2, secret: sm2, text: "{body}", headers: {x-sign: "{signature}"}}',
        _sm2,
    ),
}


def _checking(check: Check) -> Callable[[Asked], Any]:
    async def answer(asked: Asked) -> Response:
        if not check(asked):
            return JSONResponse({"code": 40003, "msg": "签名错误"})
        return JSONResponse({"code": 200, "data": {"total": 1, "rows": [{"id": 1}]}})

    return answer


def _signed(office: Office, style: str) -> tuple[ApiDeclared, Check]:
    listing, signing, check = STYLES[style]
    return declared(office.url, f"{listing}\n{signing}"), check


@pytest.fixture(autouse=True)
def _second_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SECRETS, "key_and", f"{KEY}&")


@pytest.mark.parametrize("style", STYLES)
async def test_a_signature_is_taken_by_who_works_it_out_himself(style: str, office: Office) -> None:
    """Each pattern of signing comes out as the other side makes it."""
    form, check = _signed(office, style)
    office.answer = _checking(check)
    assert [row.key for row in await rows_of(form)] == ["1"]


@pytest.mark.parametrize("style", ["md5 of app key, secret and moment", "sm2 over the body"])
async def test_a_wrong_key_is_the_systems_own_refusal(
    style: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server's check is one: under another key it refuses, and its words are told; the key is not."""
    form, check = _signed(office, style)
    office.answer = _checking(check)
    monkeypatch.setitem(SECRETS, form.signing.secret if form.signing else "", f"{7:064x}")
    with pytest.raises(DriftError, match="40003 签名错误") as error:
        await rows_of(form)
    assert error.value.code == "request-refused"
    assert f"{7:064x}" not in f"{error.value.sentence} {error.value.place}"


async def test_every_try_is_signed_anew(office: Office) -> None:
    """A moment or a number that a server takes only once is not used for the second try."""
    form, check = _signed(office, "md5 of sorted parameters and key, in capitals")
    used: set[str] = set()

    async def answer(asked: Asked) -> Response:
        used.add(asked.query["nonce"])
        if len(used) == 1:
            return Response(status_code=502)
        response: Response = await _checking(check)(asked)
        return response

    office.answer = answer
    assert len(await rows_of(form)) == 1
    assert len(used) == len(office.asked) == 2


def _sealing(cipher: Cipher, secret: str, *, sm3: bool) -> Callable[[Asked], Any]:
    """A server with the same key, whose answers are sealed too."""

    async def answer(asked: Asked) -> Response:
        told = asked.json
        if sm3 and told["sign"] != hashlib.new("sm3", f"{told['data']}{KEY}".encode()).hexdigest():
            return JSONResponse({"code": 40003, "msg": "签名错误"})
        inner = json.loads(sealing.opened(cipher, told["data"], secret))
        assert inner["filter"] == {"from": "2024-08-01", "open": True}
        content = json.dumps({"total": 1, "rows": [{"id": inner["page"]}]}).encode()
        return JSONResponse({"code": 200, "data": crypto.written(_sealed(cipher, content, secret), cipher.form)})

    return answer


def _sealed(cipher: Cipher, content: bytes, secret: str) -> bytes:
    if cipher.algorithm == "sm2":
        return crypto.seal_sm2(cipher, content)
    return crypto.seal_blocks(cipher, sealing.key_of(cipher, secret), content)


@pytest.mark.parametrize(
    ("cipher", "secret"),
    [
        ("{algorithm: sm4, secret: sm4}", "sm4"),
        ('{algorithm: sm4, mode: cbc, secret: sm4, iv: "fedcba9876543210", form: hex}', "sm4"),
        ("{algorithm: des, key: '{day}', key_digest: md5}", ""),
        (f"{{algorithm: sm2, secret: sm2, public: {PUBLIC}, order: c1c2c3, prefix: false, form: HEX}}", "sm2"),
    ],
    ids=["sm4-ecb", "sm4-cbc", "des of the day", "sm2"],
)
async def test_bodies_are_sealed_and_answers_opened(cipher: str, secret: str, office: Office) -> None:
    """A sealed body is opened by the other side, and its sealed answer is read as if it were not."""
    form = declared(office.url, f"{POSTED}\ninner: data\ncipher: {cipher}")
    assert form.cipher is not None
    office.answer = _sealing(form.cipher, SECRETS.get(secret, ""), sm3=False)
    assert [row.key for row in await rows_of(form)] == ["1"]


async def test_a_refusal_need_not_be_sealed(office: Office) -> None:
    """The words of a system that refuses are told, although what stands in the place of the data is not sealed."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"code": 40003, "msg": "签名错误", "data": "-"})

    office.answer = answer
    with pytest.raises(DriftError, match="40003 签名错误"):
        await rows_of(declared(office.url, f"{POSTED}\ninner: data\ncipher: {{algorithm: sm4, secret: sm4}}"))


async def test_a_success_has_to_be_sealed_as_declared(office: Office) -> None:
    """An answer that counts as a success and cannot be opened is an error, never no data."""

    async def answer(_asked: Asked) -> Response:
        return JSONResponse({"code": 200, "data": "AAAA"})

    office.answer = answer
    with pytest.raises(DriftError) as error:
        await rows_of(declared(office.url, f"{POSTED}\ninner: data\ncipher: {{algorithm: sm4, secret: sm4}}"))
    assert error.value.code == "answer-unreadable"


async def test_a_sealed_body_is_signed_as_it_is_sent(office: Office) -> None:
    """With encType SM4 and signType SM3 the signature is over the sealed text, and both fields say what they are."""
    text = """
cipher: {algorithm: sm4, secret: sm4}
signing:
  {digest: sm3, secret: key, text: "{parameters}{secret}", parameters: {of: [body], names: false, pair: "",
   without: [encType, signType]}, fields: {encType: SM4, signType: SM3, sign: "{signature}"}}
"""
    form = declared(office.url, f"{POSTED}\ninner: data\n{text}")
    assert form.cipher is not None
    office.answer = _sealing(form.cipher, SECRETS["sm4"], sm3=True)
    assert [row.key for row in await rows_of(form)] == ["1"]
    assert set(office.asked[0].json) == {"data", "encType", "signType", "sign"}


async def test_a_key_that_does_not_fit_is_told_without_being_shown(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key of another length than the cipher wants stops before anything is sent."""
    monkeypatch.setitem(SECRETS, "sm4", "too-short")
    with pytest.raises(UsageError) as error:
        await rows_of(declared(office.url, f"{POSTED}\ncipher: {{algorithm: sm4, secret: sm4}}"))
    assert error.value.code == "unfit-key"
    assert "too-short" not in error.value.sentence
    assert office.asked == []


_WORDS = st.text("abcXYZ_名 %+/", max_size=4)


@settings(deadline=None)  # machines are of every speed
@given(st.dictionaries(_WORDS, _WORDS, max_size=6), st.randoms())
def test_the_order_of_writing_never_matters_to_a_sorted_text(parameters: dict[str, str], chance: Any) -> None:
    """Sorted parameters give one text however they were written down, and it holds every value that is one."""
    shuffled = list(parameters.items())
    chance.shuffle(shuffled)
    for rules in (Parameters(), Parameters(order="backwards"), Parameters(order="case"), Parameters(encoded=True)):
        assert canonical(rules, parameters) == canonical(rules, dict(shuffled))
    told = canonical(Parameters(), parameters)
    kept = {name: value for name, value in parameters.items() if value}
    assert dict(pair.split("=") for pair in told.split("&") if told) == kept


def test_moments_are_chinas() -> None:
    """A server in China and a machine that runs on universal time mean the same moment."""
    told = datetime.fromisoformat(stamp("%Y-%m-%d %H:%M:%S+08:00"))
    assert abs((told - datetime.now(UTC)).total_seconds()) < 5
