"""How one gets into a pretend portal: accounts, sessions that grow old, accounts that lock."""

from __future__ import annotations

import hmac
import secrets
from collections import deque
from dataclasses import dataclass, field
from time import monotonic

from starlette.requests import Request
from starlette.responses import Response

ACCOUNTS = {
    "approval": ("spj_clerk", "Yinxin-2024-a"),
    "bureau": ("科员01", "Yinxin-2024-b"),
    "construction": ("gg_clerk", "Yinxin-2024-d"),
    "credit": ("hhht_upload", "Yinxin-2024-c"),
    "hall": ("dt_clerk", "Yinxin-2024-e"),
    "archive": ("da_clerk", "Yinxin-2024-f"),
}
COOKIES = {
    "approval": "SPJ_SESSION",
    "bureau": "ASPSESSIONIDQADRTT",
    "construction": "GCXM_SESSION",
    "credit": "JSESSIONID",
    "hall": "HALL_SESSION",
    "archive": "ARCHIVE_SESSION",
}
FAILURES_TO_LOCK = 5
LOCK_SECONDS = 30 * 60


@dataclass(slots=True)
class Session:
    """One login: ``issued`` holds what the portal handed to it (API tokens or view states) and will ask back."""

    key: str
    user: str
    seen: float
    issued: deque[str] = field(default_factory=lambda: deque(maxlen=64))

    def issue(self, text: str) -> str:
        """Remember a text that was handed out; the oldest of many is forgotten."""
        self.issued.append(text)
        return text


class Door:
    """One portal's login."""

    def __init__(self, system: str, minutes: float) -> None:
        self.system = system
        self._idle = minutes * 60
        self._secret = secrets.token_bytes(16)
        self._sessions: dict[str, Session] = {}
        self._failures: dict[str, int] = {}
        self._locked: dict[str, float] = {}

    def enter(self, name: str, password: str) -> Session | str:
        """Open a session, or say in Chinese why not."""
        if self._locked.get(name, 0) > monotonic():
            return "账号已锁定，请30分钟后再试"
        if (name, password) != ACCOUNTS[self.system]:
            return self._failed(name)
        self._failures.pop(name, None)
        session = Session(secrets.token_hex(16), name, monotonic())
        self._sessions[session.key] = session
        return session

    def _failed(self, name: str) -> str:
        self._failures[name] = self._failures.get(name, 0) + 1
        if self._failures[name] < FAILURES_TO_LOCK:
            return "用户名或密码错误"
        del self._failures[name]
        self._locked[name] = monotonic() + LOCK_SECONDS
        return "账号已锁定，请30分钟后再试"

    def session(self, request: Request) -> Session | None:
        """The living session a request belongs to; using it keeps it alive."""
        session = self._sessions.get(request.cookies.get(COOKIES[self.system], ""))
        if session is None:
            return None
        now = monotonic()
        if now - session.seen > self._idle:
            self.end(session)
            return None
        session.seen = now
        return session

    def end(self, session: Session | None) -> None:
        """End a session."""
        if session:
            self._sessions.pop(session.key, None)

    def hand_over(self, session: Session, response: Response) -> Response:
        """Give the session to the browser as a cookie of this portal's path only."""
        response.set_cookie(COOKIES[self.system], session.key, path=f"/{self.system}", httponly=True, samesite="lax")
        return response

    def seal(self, text: str) -> str:
        """Sign a text, so that a form proves to come from this portal without anything being remembered."""
        return hmac.digest(self._secret, text.encode(), "sha256").hex()[:32]

    def ticket(self) -> str:
        """A signed one for a form that nobody has logged in to yet."""
        nonce = secrets.token_hex(8)
        return f"{nonce}.{self.seal(nonce)}"

    def knows(self, ticket: str) -> bool:
        """Tell whether a ticket is one of this door's."""
        nonce, _, seal = ticket.partition(".")
        return hmac.compare_digest(seal.encode(), self.seal(nonce).encode())
