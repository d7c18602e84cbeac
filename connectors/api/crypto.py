"""Digests, signatures and ciphers by their names, made by ``cryptography`` and, for SM2, by ``gmalg``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING

from connectors.api.locks import Cipher, Read, Written

if TYPE_CHECKING:
    from cryptography.hazmat.primitives import ciphers, hashes
    from cryptography.hazmat.primitives.ciphers import modes

_NUMBER = 32  # bytes of a number of SM2
_POINT = 2 * _NUMBER
_DIGEST = 32  # bytes of SM3
Random = Callable[[int], int]


def digest(name: str, data: bytes) -> bytes:
    """Return a digest: md5, sha1, sha256 or sm3."""
    from cryptography.hazmat.primitives import hashes

    made = hashes.Hash(_algorithm(name))
    made.update(data)
    return made.finalize()


def keyed(name: str, key: bytes, data: bytes) -> bytes:
    """Return a keyed digest (RFC 2104)."""
    from cryptography.hazmat.primitives import hmac

    made = hmac.HMAC(key, _algorithm(name))
    made.update(data)
    return made.finalize()


def _algorithm(name: str) -> hashes.HashAlgorithm:
    from cryptography.hazmat.primitives import hashes

    # What the receiver checks is not ours to choose.
    known = {"md5": hashes.MD5(), "sha1": hashes.SHA1(), "sha256": hashes.SHA256(), "sm3": hashes.SM3()}  # noqa: S303
    return known[name]


def sign_sm2(private: str, user: str, data: bytes, *, der: bool = False, random: Random | None = None) -> bytes:
    """Return the SM2 signature (GB/T 32918.2-2016) of data by a private key in hex.

    Raises:
        ValueError: the key is not one.
    """
    import gmalg

    numbers = gmalg.SM2(_private(private), user.encode(), rnd_fn=random).sign(data)
    first, second = (int.from_bytes(number, "big") for number in numbers)
    if not der:
        return first.to_bytes(_NUMBER, "big") + second.to_bytes(_NUMBER, "big")
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return encode_dss_signature(first, second)


def _private(key: str) -> bytes:
    made = bytes.fromhex(key)
    if len(made) != _NUMBER:
        raise ValueError("a private key of SM2 has 64 hex digits")
    return made


def seal_sm2(declared: Cipher, data: bytes, random: Random | None = None) -> bytes:
    """Return data sealed for the receiver's public key (GB/T 32918.4-2016), its parts in the declared order.

    Raises:
        ValueError: the key is not one.
    """
    import gmalg

    key = bytes.fromhex(declared.public)
    whole = key if len(key) == _POINT + 1 else b"\x04" + key
    sealed: bytes = gmalg.SM2(pk=whole, rnd_fn=random).encrypt(data)
    point, rest = sealed[1 : _POINT + 1], sealed[_POINT + 1 :]
    check, text = rest[:_DIGEST], rest[_DIGEST:]
    parts = check + text if declared.order == "c1c3c2" else text + check
    return (b"\x04" if declared.prefix else b"") + point + parts


def open_sm2(declared: Cipher, private: str, sealed: bytes) -> bytes:
    """Return what was sealed for our key.

    Raises:
        ValueError: it was sealed for another key, or in another way.
    """
    import gmalg

    body = sealed[1:] if declared.prefix else sealed
    point, parts = body[:_POINT], body[_POINT:]
    if declared.order == "c1c2c3":
        parts = parts[-_DIGEST:] + parts[:-_DIGEST]
    try:
        opened: bytes = gmalg.SM2(_private(private)).decrypt(b"\x04" + point + parts)
    except gmalg.errors.GMError as error:
        raise ValueError(str(error)) from error
    return opened


def seal_blocks(declared: Cipher, key: bytes, data: bytes) -> bytes:
    """Return data sealed with SM4 or DES, padded by PKCS#7.

    Raises:
        ValueError: key or initial vector have another length than the algorithm wants.
    """
    from cryptography.hazmat.primitives.padding import PKCS7

    padder, made = PKCS7(_block(declared)).padder(), _blocks(declared, key).encryptor()
    return made.update(padder.update(data) + padder.finalize()) + made.finalize()


def open_blocks(declared: Cipher, key: bytes, sealed: bytes) -> bytes:
    """Return what was sealed with SM4 or DES.

    Raises:
        ValueError: it was sealed with another key, or is not whole.
    """
    from cryptography.hazmat.primitives.padding import PKCS7

    padder, made = PKCS7(_block(declared)).unpadder(), _blocks(declared, key).decryptor()
    return padder.update(made.update(sealed) + made.finalize()) + padder.finalize()


def _block(declared: Cipher) -> int:
    return 128 if declared.algorithm == "sm4" else 64


def _blocks(declared: Cipher, key: bytes) -> ciphers.Cipher[modes.ECB | modes.CBC]:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher as Made
    from cryptography.hazmat.primitives.ciphers import algorithms, modes

    ecb = declared.mode == "ecb"
    mode: modes.ECB | modes.CBC = modes.ECB() if ecb else modes.CBC(read(declared.iv, declared.iv_form))  # noqa: S305
    if declared.algorithm == "sm4":
        return Made(algorithms.SM4(key), mode)
    return Made(TripleDES(key * 3), mode)  # three times the same key is DES


def key_length(declared: Cipher) -> int:
    """Return the bytes of a key."""
    return 16 if declared.algorithm == "sm4" else 8


def written(data: bytes, form: Written) -> str:
    """Return bytes as text."""
    if form in {"hex", "HEX"}:
        return data.hex().upper() if form == "HEX" else data.hex()
    made = base64.urlsafe_b64encode(data) if form == "base64url" else base64.b64encode(data)
    return made.decode("ascii")


def read(text: str, form: Read | Written) -> bytes:
    """Return the bytes that a text stands for.

    Raises:
        ValueError: it is not written in that form.
    """
    if form == "text":
        return text.encode()
    if form in {"hex", "HEX"}:
        return bytes.fromhex(text)
    try:
        return base64.b64decode("".join(text.split()), altchars=b"-_" if form == "base64url" else None, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
