"""A portal's session: kept encrypted between runs, used without a browser, renewed once when it has expired."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import Awaitable, Callable
from functools import cached_property, lru_cache

import httpx
from loguru import logger
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from connectors.portal.declared import PortalDeclared, Request
from connectors.portal.filling import Fills, encoded_form, filled
from connectors.portal.kept import Kept, SessionStore
from words.errors import LoginNeeded, Place, SystemFailure
from words.languages import gettext as _

_GONE = re.compile(r"登录超时|登录已过期|请重新登录|会话已?失效|session (?:has )?expired", re.IGNORECASE)
_PASSWORD_FIELD = re.compile(rb"type\s*=\s*[\"']?password", re.IGNORECASE)
_HEAD = 20_000  # bytes in which a login page shows itself
_CODE = re.compile(rb'"code"\s*:\s*"?40')
_FIRST_PAUSE = 0.5
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


class Session:
    """One account at one portal, for one run.

    ``sign_in`` is called when there is no session that still lives; it gets the kept session (if any) and returns the
    new one. All requests of the run share one limit of requests in flight.
    """

    def __init__(
        self,
        name: str,
        declared: PortalDeclared,
        store: SessionStore,
        sign_in: Callable[[Kept | None], Awaitable[Kept]],
    ) -> None:
        self.name = name
        self.declared = declared
        self._store = store
        self._sign_in = sign_in
        self._kept = store.load(name)
        self._renewals = 0
        self._lock = asyncio.Lock()
        self._in_flight = asyncio.Semaphore(declared.connections)

    @cached_property
    def _client(self) -> httpx.AsyncClient:
        verify = _certificates() if self.declared.verify else False
        limits = httpx.Limits(max_connections=self.declared.connections)
        return httpx.AsyncClient(timeout=self.declared.timeout, verify=verify, limits=limits)

    @property
    def kept(self) -> Kept | None:
        """The session in force."""
        return self._kept

    async def fetch(self, request: Request, fills: Fills, *, state: dict[str, str] | None = None) -> httpx.Response:
        """Send a declared request with the session; sign in once (again) when the answer is really a login page.

        Raises:
            LoginNeeded: the portal asks for a login even right after one.
            SystemFailure: no usable answer after three tries.
        """
        for _attempt in range(2):
            await self.ready()
            renewals = self._renewals
            response = await self._send(request, fills, state or {})
            if not self.expired(response):
                return response
            logger.bind(action="session-expired").info("{} asks for a login; signing in again", self.name)
            await self.renew(renewals)
        raise LoginNeeded(
            "session-not-kept",
            _("The system asks for a login again right after a login."),
            todo=_("Sign in by hand once and see whether the account is used elsewhere or locked."),
            place=Place(system=self.declared.title, url=self._url(request, fills)),
        )

    async def repeat(self, url: str, method: str, body: bytes | None, kind: str) -> httpx.Response:
        """Send once more, without the browser, a request that the portal's own page has made."""
        headers = dict(self._kept.headers if self._kept else {}) | ({"content-type": kind} if body else {})
        self._ready_cookies()
        try:
            return await self._client.request(method, url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise self._no_answer(error, url) from error

    async def ready(self) -> None:
        """Sign in if there is no session at all."""
        if self._kept is None:
            await self.renew(self._renewals)

    async def renew(self, seen: int | None = None) -> None:
        """Sign in, unless another request did so since this one was sent (``seen`` renewals ago)."""
        async with self._lock:
            if seen is None or seen == self._renewals:
                await self.adopt(await self._sign_in(self._kept))

    async def adopt(self, kept: Kept) -> None:
        """Take a session that a browser holds now."""
        self._kept = kept
        self._renewals += 1
        self._client.cookies = httpx.Cookies()
        self._store.save(self.name, kept)

    def _ready_cookies(self) -> None:
        if self._client.cookies or self._kept is None:
            return
        for cookie in self._kept.state.get("cookies", []):
            self._client.cookies.set(cookie["name"], cookie["value"], domain=cookie["domain"], path=cookie["path"])

    def expired(self, response: httpx.Response) -> bool:
        """Whether an answer is a login page (or a word to that effect) instead of what was asked for."""
        if response.status_code in {401, 403}:
            return True
        if response.is_redirect:
            return self.declared.login.page in response.headers.get("location", "")
        if response.headers.get("content-type", "").startswith("application/json"):
            return bool(_CODE.search(response.content)) and _says_unauthorised(response.content)
        start = response.content[:_HEAD]
        words = start.decode(charset(self.declared.encoding), "replace")
        return bool(_PASSWORD_FIELD.search(start)) or bool(_GONE.search(words))

    def text(self, response: httpx.Response) -> str:
        """Return the text of an answer in the portal's encoding; gb2312 and gbk are read as gb18030."""
        return response.content.decode(charset(self.declared.encoding), "replace")

    async def _send(self, request: Request, fills: Fills, state: dict[str, str]) -> httpx.Response:
        self._ready_cookies()
        # The place in flight is kept between the tries: behind a thousand others the last would come too late.
        async with self._in_flight:
            try:
                return await self._once(request, fills, state)
            except httpx.HTTPError:
                return await self._again(request, fills, state)

    async def _once(self, request: Request, fills: Fills, state: dict[str, str]) -> httpx.Response:
        response = await self._client.send(self._build(request, fills, state))
        if response.status_code in _TRY_AGAIN:
            response.raise_for_status()
        return response

    async def _again(self, request: Request, fills: Fills, state: dict[str, str]) -> httpx.Response:
        attempts = AsyncRetrying(
            stop=stop_after_attempt(2),
            wait=wait_exponential(multiplier=0.5, max=10),
            retry=retry_if_exception_type((httpx.TransportError, httpx.HTTPStatusError)),
            reraise=True,
        )
        await asyncio.sleep(_FIRST_PAUSE)
        try:
            return await attempts(self._once, request, fills, state)
        except httpx.HTTPError as error:
            raise self._no_answer(error, self._url(request, fills)) from error

    def _build(self, request: Request, fills: Fills, state: dict[str, str]) -> httpx.Request:
        headers = dict(self._kept.headers if self._kept else {})
        form = state | {name: str(filled(value, fills)) for name, value in request.form.items()}
        content = encoded_form(form, charset(self.declared.encoding)) if form else None
        if content is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        return self._client.build_request(
            request.method,
            self._url(request, fills),
            params={name: filled(value, fills) for name, value in request.query.items()} or None,
            json=None if request.body is None else {name: filled(value, fills) for name, value in request.body.items()},
            content=content,
            headers=headers,
        )

    def _url(self, request: Request, fills: Fills) -> str:
        url = str(filled(request.url, fills))
        return url if "://" in url else f"{self.declared.url}{url}"

    def _no_answer(self, error: httpx.HTTPError, url: str) -> SystemFailure:
        slow = isinstance(error, httpx.TimeoutException)
        reason = str(error) or type(error).__name__
        sentence = (
            _("The system did not answer within {seconds} seconds.").format(seconds=f"{self.declared.timeout:g}")
            if slow
            else _("The system does not answer as it should: {reason}").format(reason=reason)
        )
        return SystemFailure(
            "no-answer",
            sentence,
            todo=_("Run it again; if it lasts, ask the system's operator. Nothing was sent to the feed."),
            place=Place(system=self.declared.title, url=url),
        )

    async def close(self) -> None:
        """Close the connections; the session itself stays on disk."""
        await self._client.aclose()


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    """Loading the certificates is slow, and one context serves all portals."""
    return httpx.create_ssl_context()


def charset(encoding: str) -> str:
    """Return the codec to read and write with: GB18030 holds all of GB2312 and GBK."""
    return "gb18030" if encoding.lower().replace("-", "") in {"gb2312", "gbk", "gb18030"} else encoding


def _says_unauthorised(content: bytes) -> bool:
    try:
        answer = json.loads(content)
    except ValueError:
        return False
    return isinstance(answer, dict) and str(answer.get("code", "")) in {"401", "403", "40101", "40301"}
