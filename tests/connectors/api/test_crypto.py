"""Digests, signatures and ciphers against the published examples, and against another implementation."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.api import crypto, sealing
from connectors.api.locks import Cipher
from tests.connectors.api.office import PUBLIC, SECRETS

#: The random number of the examples in GM/T 0003.5-2012.
K = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
USER = "1234567812345678"
_OPENSSL = shutil.which("openssl") or ""
_SM4 = "0123456789abcdeffedcba9876543210"


def test_the_signature_of_the_standard_comes_out() -> None:
    """GM/T 0003.5-2012, A.2: the same key, message and random number give the same two numbers."""
    made = crypto.sign_sm2(SECRETS["sm2"], USER, b"message digest", random=lambda _bits: K)
    assert made.hex().upper() == (
        "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
        "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
    )


def test_the_sealed_text_of_the_standard_comes_out() -> None:
    """GM/T 0003.5-2012, C.2: point, check value and text are those of the example, in either order."""
    point = (
        "04EBFC718E8D1798620432268E77FEB6415E2EDE0E073C0F4F640ECD2E149A73"
        "E858F9D81E5430A57B36DAAB8F950A3C64E6EE6A63094D99283AFF767E124DF0"
    )
    check, text = (
        "59983C18F809E262923C53AEC295D30383B54E39D609D160AFCB1908D0BD8766",
        "21886CA989CA9C7D58087307CA93092D651EFA",
    )
    new = Cipher(algorithm="sm2", public=PUBLIC)
    old = Cipher(algorithm="sm2", public=f"04{PUBLIC}", order="c1c2c3", prefix=False)
    sealed = [
        crypto.seal_sm2(each, b"encryption standard", random=lambda _bits: K).hex().upper() for each in (new, old)
    ]
    assert sealed == [f"04{point}{check}{text}", f"{point}{text}{check}"]
    assert crypto.open_sm2(old, SECRETS["sm2"], bytes.fromhex(sealed[1])) == b"encryption standard"


def test_the_digest_and_the_blocks_of_the_standards_come_out() -> None:
    """GB/T 32905-2016, A.1, and GB/T 32907-2016, A.1."""
    assert crypto.digest("sm3", b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    key = bytes.fromhex(_SM4)
    sealed = crypto.seal_blocks(Cipher(algorithm="sm4"), key, key)
    assert sealed[:16].hex() == "681edf34d206965e86b3e94f536e4246"


def test_des_is_des() -> None:
    """FIPS 81, B.1: “Now is the time for all ” under the key 0123456789abcdef."""
    sealed = crypto.seal_blocks(Cipher(algorithm="des"), bytes.fromhex("0123456789abcdef"), b"Now is the time for all ")
    assert sealed[:24].hex() == "3fa40e8a984d48156a271787ab8883f9893d51ec4b563b53"


@pytest.mark.skipif(
    "sm2"
    not in subprocess.run(
        [_OPENSSL or "true", "ecparam", "-list_curves"], capture_output=True, text=True, check=False
    ).stdout.lower(),
    reason="an openssl without SM2",
)
def test_another_implementation_takes_our_signatures(tmp_path: Path) -> None:
    """What openssl is asked to verify, it does: the ASN.1 form of a signature under a key that openssl made."""
    key, public, message, signature = (tmp_path / name for name in ("key.pem", "public.pem", "message", "signature"))
    run = [_OPENSSL, "ecparam", "-genkey", "-name", "SM2", "-noout", "-out", str(key)]
    subprocess.run(run, check=True, capture_output=True)
    subprocess.run([_OPENSSL, "ec", "-in", str(key), "-pubout", "-out", str(public)], check=True, capture_output=True)
    text = subprocess.run(
        [_OPENSSL, "ec", "-in", str(key), "-text", "-noout"], check=True, capture_output=True, text=True
    )
    private = "".join(text.stdout.split("priv:")[1].split("pub:")[0].split()).replace(":", "")[-64:]
    message.write_bytes("呼审批许〔2024〕1号".encode())
    signature.write_bytes(crypto.sign_sm2(private, USER, message.read_bytes(), der=True))
    asked = [_OPENSSL, "pkeyutl", "-verify", "-pubin", "-inkey", str(public), "-in", str(message), "-rawin"]
    asked += ["-digest", "sm3", "-sigfile", str(signature), "-pkeyopt", f"distid:{USER}"]
    said = subprocess.run(asked, check=False, capture_output=True, text=True)
    assert "Verified Successfully" in said.stdout, said


_CIPHERS = [
    (Cipher(algorithm="sm4", key_form="hex", form="HEX"), _SM4),
    (Cipher(algorithm="sm4", mode="cbc", iv="fedcba9876543210", form="base64"), "0123456789abcdef"),
    (Cipher(algorithm="des", key="{day}", key_digest="md5", form="hex"), ""),
    (Cipher(algorithm="sm2", public=PUBLIC, order="c1c2c3", prefix=False), SECRETS["sm2"]),
]


@settings(deadline=None)  # machines are of every speed
@given(text=st.text(min_size=1), which=st.sampled_from(range(3)))
def test_what_was_sealed_is_opened_again(text: str, which: int) -> None:
    """No text comes back otherwise than it went, whatever it is made of."""
    cipher, secret = _CIPHERS[which]
    sealed = sealing._in_blocks(cipher, text.encode(), secret)
    assert sealing.opened(cipher, crypto.written(sealed, cipher.form), secret).decode() == text


def test_another_key_opens_nothing() -> None:
    """A wrong key is told, and never gives rubbish that is taken for an answer."""
    cipher, secret = _CIPHERS[3]
    sealed = crypto.written(crypto.seal_sm2(cipher, b"{}"), cipher.form)
    assert sealing.opened(cipher, sealed, secret) == b"{}"
    with pytest.raises(ValueError, match="hash"):
        sealing.opened(cipher, sealed, f"{int(secret, 16) - 1:064X}")
