"""How requests show whose they are: a token that was given, account and password, or a token that is asked for."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable

from connectors.api.answers import Told, as_text
from connectors.api.calls import Call, StaticAuth, TokenAuth
from connectors.api.declared import ApiDeclared
from connectors.api.templates import Draft, Fills
from connectors.portal.filling import dig
from words.errors import LoginNeeded, Place
from words.languages import gettext as _
from words.masking import conceal, masked

Asker = Callable[[Call, Fills], Awaitable[Told]]
_SOON = 5.0  # seconds before its end from which on a token is not used any more
_MOMENT, _MILLISECONDS = 1e9, 1e12  # what is larger is a moment since 1970, in seconds or in thousandths


class Access:
    """What opens one interface, for one run; all requests share one token, and renew it once."""

    def __init__(self, declared: ApiDeclared, secret: Callable[[str], str], ask: Asker) -> None:
        self._declared, self._auth, self._secret, self._ask = declared, declared.auth, secret, ask
        self._lock = asyncio.Lock()
        self._ends = float("inf")
        self.token = ""
        self.renewals = 0

    @property
    def renewable(self) -> bool:
        """Whether there is another token to be had."""
        return isinstance(self._auth, TokenAuth)

    @property
    def signed(self) -> bool:
        """Whether the request for the token is signed and sealed as all others are."""
        return isinstance(self._auth, TokenAuth) and self._auth.signed

    async def ready(self) -> None:
        """Ask for a token if there is none that lasts."""
        if self.renewable and (not self.token or time.monotonic() > self._ends):
            await self.renew(self.renewals)

    async def renew(self, seen: int) -> None:
        """Ask for a new token, unless another request did so since this one was sent (``seen`` renewals ago).

        Raises:
            LoginNeeded: the system gives none.
        """
        assert isinstance(self._auth, TokenAuth), "only such a token is renewed"
        async with self._lock:
            if seen == self.renewals:
                secret = self._secret(self._auth.secret) if self._auth.secret else ""
                told = await self._ask(self._auth.request, {"account": self._auth.account, "secret": secret})
                self._take(self._auth, told)
                self.renewals += 1

    def _take(self, auth: TokenAuth, told: Told) -> None:
        token = as_text(dig(told.data, auth.at)) if told.meaning == "success" else ""
        if not token:
            raise self._refused(told)
        conceal(token)
        self.token = token
        told_at = dig(told.data, auth.lasts) if isinstance(auth.lasts, str) else auth.lasts
        self._ends = time.monotonic() + _lasting(as_text(told_at)) - _SOON

    def add(self, made: Draft) -> None:
        """Let a request show whose it is."""
        auth = self._auth
        if auth is None:
            return
        if isinstance(auth, StaticAuth):
            made.put(auth.into, auth.name, f"{auth.prefix}{self._secret(auth.secret)}")
        elif isinstance(auth, TokenAuth):
            if auth.name:
                made.put(auth.into, auth.name, f"{auth.prefix}{self.token}")
        else:
            pair = f"{auth.account}:{self._secret(auth.secret)}".encode()
            sealed = base64.b64encode(pair).decode("ascii")
            conceal(sealed)
            made.put("header", "Authorization", f"Basic {sealed}")

    def _refused(self, told: Told) -> LoginNeeded:
        return LoginNeeded(
            "login-refused",
            _("The system gives no token. It says: {message}").format(message=masked(f"{told.code} {told.message}")),
            todo=_("Check account and secret, and whether this machine's address is allowed there."),
            place=Place(system=self._declared.title, url=told.url.partition("?")[0]),
        )


def _lasting(told: str) -> float:
    """Return for how many seconds a token lasts: told in seconds, or as the moment at which it ends."""
    try:
        number = float(told)
    except ValueError:
        return float("inf")
    if number < _MOMENT:
        return number
    return number / (1000 if number >= _MILLISECONDS else 1) - time.time()
