"""Who may ask the interface for penalties: tokens that expire, and requests that are signed.

Every request but the one for a token bears ``X-App-Key``, ``X-Access-Token``, ``X-Timestamp`` (milliseconds),
``X-Nonce`` and ``X-Signature``: HMAC-SHA256, in hex, of method, path, timestamp, nonce and the SHA-256 of the body,
with line feeds between them.
"""

from __future__ import annotations

import hmac
import secrets
import time
from hashlib import sha256

from starlette.requests import Request

APP, SECRET = "hhht_penalties", "Yinxin-2024-p"
_SKEW = 300  # seconds


class Gate:
    """Hands out tokens, which live for some seconds, and knows what is signed."""

    def __init__(self, lasts: float) -> None:
        self.lasts = lasts
        self._tokens: dict[str, float] = {}
        self._nonces: set[str] = set()

    def enter(self, app: object, secret: object) -> str:
        """Return a token; none for somebody unknown."""
        if (app, secret) != (APP, SECRET):
            return ""
        token = secrets.token_hex(16)
        self._tokens[token] = time.monotonic() + self.lasts
        return token

    def forget(self) -> None:
        """Let no token live."""
        self._tokens.clear()

    def lives(self, request: Request) -> bool:
        """Tell whether a request bears a living token."""
        return self._tokens.get(request.headers.get("x-access-token", ""), 0) > time.monotonic()

    def is_signed(self, request: Request, body: bytes) -> bool:
        """Tell whether a request is signed, of now, and not one that came before."""
        told = {name: request.headers.get(f"x-{name}", "") for name in ("app-key", "timestamp", "nonce", "signature")}
        if told["app-key"] != APP or not told["timestamp"].isdecimal() or told["nonce"] in self._nonces | {""}:
            return False
        if abs(int(told["timestamp"]) / 1000 - time.time()) > _SKEW:
            return False
        self._nonces.add(told["nonce"])
        parts = (request.method, request.url.path, told["timestamp"], told["nonce"], sha256(body).hexdigest())
        signature = hmac.digest(SECRET.encode(), "\n".join(parts).encode(), "sha256").hex()
        return hmac.compare_digest(signature.encode(), told["signature"].encode())
