"""Sealing what a request carries, and opening what an answer holds."""

from __future__ import annotations

from connectors.api import crypto
from connectors.api.locks import Cipher
from connectors.api.signing import stamp
from connectors.api.templates import Draft, fill, plain


def seal(declared: Cipher, made: Draft, secret: str, encoding: str) -> None:
    """Put the sealed body in the place of the plain one; a form is sealed as a JSON object.

    Raises:
        ValueError: the key is not one for this cipher.
    """
    as_form = bool(made.form)
    data = plain(made.form).encode() if as_form else made.content(encoding)
    if data is None:
        return
    sealed = crypto.seal_sm2(declared, data) if declared.algorithm == "sm2" else _in_blocks(declared, data, secret)
    text = crypto.written(sealed, declared.form)
    made.form, made.body, made.text, made.kind = {}, None, None, ""
    if not declared.field:
        made.text, made.kind = text, "text/plain"
    elif as_form:
        made.form = {declared.field: text}
    else:
        made.body = {declared.field: text}


def _in_blocks(declared: Cipher, data: bytes, secret: str) -> bytes:
    return crypto.seal_blocks(declared, key_of(declared, secret), data)


def opened(declared: Cipher, text: str, secret: str) -> bytes:
    """Return what a sealed text of an answer holds.

    Raises:
        ValueError: it is not sealed as declared, or with another key.
    """
    sealed = crypto.read(text.strip(), declared.form)
    if declared.algorithm == "sm2":
        return crypto.open_sm2(declared, secret, sealed)
    return crypto.open_blocks(declared, key_of(declared, secret), sealed)


def key_of(declared: Cipher, secret: str) -> bytes:
    """Return the key of a cipher that works on blocks.

    Raises:
        ValueError: the secret is not written as declared.
    """
    text = plain(fill(declared.key, {"secret": secret, "day": stamp("%Y%m%d")}))
    if declared.key_digest:
        return crypto.digest(declared.key_digest, text.encode()).hex().encode()[: crypto.key_length(declared)]
    return crypto.read(text, declared.key_form)
