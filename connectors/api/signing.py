"""Signing a request: its parameters in the declared order, the text around them, and where the signature goes."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from connectors.api import crypto
from connectors.api.locks import Parameters, Signing
from connectors.api.templates import Draft, fill, plain
from connectors.portal.filling import charset

CHINA = timezone(timedelta(hours=8))
_SIGNATURE = "{signature}"


def sign(declared: Signing, made: Draft, secret: str, *, token: str, encoding: str, plainly: Draft) -> None:
    """Add the signature and what goes with it to a request.

    Args:
        declared: how.
        made: the request, which is added to.
        secret: the key.
        token: the token in force, empty if there is none.
        encoding: the system's.
        plainly: the request before it was sealed.

    Raises:
        ValueError: the key is not one for this kind of signature.
    """
    fills = {"app": declared.app, "token": token, "timestamp": stamp(declared.time), "nonce": uuid4().hex}
    fills["nonce"] = fills["nonce"][: declared.nonce]
    _add(declared, made, fills, signature=False)
    over = made
    if declared.over == "plain":
        over = plainly
        _add(declared, over, fills, signature=False)
    text = signed_text(declared, over, {**fills, "secret": secret}, encoding)
    _add(declared, made, {**fills, "signature": signature_of(declared, secret, text)}, signature=True)


def _add(declared: Signing, made: Draft, fills: Mapping[str, str], *, signature: bool) -> None:
    added = (("header", declared.headers), ("query", declared.query), ("field", declared.fields))
    for into, entries in added:
        for name, value in entries.items():
            if (_SIGNATURE in value) == signature:
                made.put(into, name, plain(fill(value, fills)))


def signed_text(declared: Signing, made: Draft, fills: Mapping[str, str], encoding: str) -> bytes:
    """Return the bytes that are signed."""
    body = made.content(encoding) or b""
    address = urlsplit(made.url)
    known: dict[str, Any] = {
        **fills,
        "method": made.method,
        "path": address.path,
        "parameters": canonical(declared.parameters, _gathered(declared, made)),
        "body": body.decode(charset(encoding), "surrogateescape"),
    }
    for name in re.findall(r"\{body_(md5|sha256|sm3)\}", declared.text):
        known[f"body_{name}"] = crypto.digest(name, body).hex()
    return plain(fill(declared.text, known)).encode(charset(encoding), "surrogateescape")


def _gathered(declared: Signing, made: Draft) -> dict[str, str]:
    """Return the parameters that the declaration counts in, in the order in which they are written."""
    rules = declared.parameters
    body = made.body if isinstance(made.body, dict) else {}
    headers = {name: made.headers[name] for name in declared.headers if name in made.headers}
    places: dict[str, Mapping[str, Any]] = {"query": made.query, "form": made.form, "body": body, "headers": headers}
    return {name: plain(value) for place in rules.of for name, value in places[place].items()}


def canonical(rules: Parameters, parameters: Mapping[str, str]) -> str:
    """Return parameters as the one text that both sides make of them."""
    kept = [
        (name, value)
        for name, value in parameters.items()
        if name not in rules.without and (value != "" or rules.empty)
    ]
    if rules.order == "case":
        kept.sort(key=lambda pair: (pair[0].lower(), pair[0]))
    elif rules.order != "written":
        kept.sort(key=lambda pair: pair[0], reverse=rules.order == "backwards")
    if rules.encoded:
        kept = [(quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in kept]
    return rules.join.join(f"{name}{rules.pair}{value}" if rules.names else value for name, value in kept)


def signature_of(declared: Signing, secret: str, text: bytes) -> str:
    """Return the signature of a text as the system wants it written.

    Raises:
        ValueError: the key is not one for this kind of signature.
    """
    if declared.digest == "sm2":
        made = crypto.sign_sm2(secret, declared.user, text, der=declared.layout == "der")
    elif declared.digest.startswith("hmac-"):
        made = crypto.keyed(declared.digest[5:], crypto.read(secret, declared.secret_form), text)
    else:
        made = crypto.digest(declared.digest, text)
    return crypto.written(made, declared.form)


def stamp(form: str) -> str:
    """Return the moment as a request tells it."""
    now = time.time()
    if form in {"seconds", "milliseconds"}:
        return str(int(now if form == "seconds" else now * 1000))
    return datetime.fromtimestamp(now, UTC).astimezone(CHINA).strftime(form)
