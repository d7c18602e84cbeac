"""What an integrator declares of keys: how requests are signed, and how what they carry is sealed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from words.declared import Declared

Written = Literal["hex", "HEX", "base64", "base64url"]
Read = Literal["text", "hex", "base64"]


class Parameters(Declared):
    """How ``{parameters}`` is written out.

    Attributes:
        of: whose parameters: the query's, the form's, the JSON body's top level, the headers that the signing adds.
        without: names that stay out; what carries the signature always does.
        order: by ``name``, by name ``backwards``, as ``written`` in the declaration, or by name without regard to
            ``case``.
        pair, join: what stands between name and value, and between two parameters.
        names: whether the names are written at all.
        empty: whether parameters without a value are.
        encoded: whether names and values are percent-encoded first (RFC 3986).
    """

    of: tuple[Literal["query", "form", "body", "headers"], ...] = ("query", "form", "body")
    without: tuple[str, ...] = ()
    order: Literal["name", "backwards", "written", "case"] = "name"
    pair: str = "="
    join: str = "&"
    names: bool = True
    empty: bool = False
    encoded: bool = False


class Signing(Declared):
    """How a request shows that it is ours.

    Attributes:
        digest: what makes the signature out of ``text``.
        secret: the key: of ``{secret}`` in ``text``, of the HMAC, or the private key of SM2 (64 hex digits).
        secret_form: how the key of an HMAC is written.
        app: the app key or account, for ``{app}``.
        text: what is signed: ``{parameters}``, ``{secret}``, ``{app}``, ``{timestamp}``, ``{nonce}``, ``{token}``,
            ``{method}``, ``{path}``, ``{body}``, ``{body_md5}``, ``{body_sha256}``, ``{body_sm3}``.
        form: how the signature is written.
        layout: SM2: the two numbers one behind the other, or as ASN.1.
        user: SM2: the signer's identity (GB/T 35276-2017, 10).
        time: how ``{timestamp}`` is written, in China's time; ``seconds`` and ``milliseconds`` count from 1970.
        nonce: the length of ``{nonce}``.
        headers, query, fields: what is added to a request, with the same blanks and ``{signature}``. Fields go into the
            form or the JSON object; into the query where there is neither.
        over: whether the signature is over the sealed body or the plain one.
    """

    digest: Literal["md5", "sha1", "sha256", "sm3", "hmac-md5", "hmac-sha1", "hmac-sha256", "hmac-sm3", "sm2"]
    secret: str
    secret_form: Read = "text"
    app: str = ""
    text: str = "{parameters}{secret}"
    parameters: Parameters = Parameters()
    form: Written = "hex"
    layout: Literal["raw", "der"] = "raw"
    user: str = "1234567812345678"
    time: str = "%Y%m%d%H%M%S"
    nonce: int = Field(default=32, ge=1, le=32)
    headers: dict[str, str] = {}
    query: dict[str, str] = {}
    fields: dict[str, str] = {}
    over: Literal["sealed", "plain"] = "sealed"


class Cipher(Declared):
    """How the body of a request is sealed, and an answer opened.

    Attributes:
        algorithm, mode: SM4 and DES work on blocks with PKCS#7 padding; SM2 by a key pair.
        secret: the key; SM2: our private key, which opens answers.
        public: SM2: the receiver's public key, in hex with or without its first ``04``.
        key: what the key is made of: ``{secret}``, ``{day}`` (YYYYMMDD in China's time).
        key_digest: the key is the MD5 of that, in hex, as far as the algorithm wants it.
        key_form, iv_form: how key and initial vector are written.
        iv: CBC: the initial vector.
        form: how the sealed text is written.
        field: the field that carries it; without one, it is the whole body.
        answers: whether the text at ``inner`` of an answer is sealed too.
        order, prefix: SM2: the order of the parts, and whether the first byte ``04`` is written.
    """

    algorithm: Literal["sm4", "des", "sm2"]
    mode: Literal["ecb", "cbc"] = "ecb"
    secret: str = ""
    public: str = ""
    key: str = "{secret}"
    key_digest: Literal["", "md5"] = ""
    key_form: Read = "text"
    iv: str = ""
    iv_form: Read = "text"
    form: Written = "base64"
    field: str = "data"
    answers: bool = True
    order: Literal["c1c3c2", "c1c2c3"] = "c1c3c2"
    prefix: bool = True

    @model_validator(mode="after")
    def _whole(self) -> Cipher:
        if self.mode == "cbc" and self.algorithm != "sm2" and not self.iv:
            raise ValueError("CBC needs “iv”")
        if self.algorithm == "sm2" and not self.public:
            raise ValueError("SM2 needs “public”, the receiver's key")
        return self
