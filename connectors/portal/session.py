"""A portal's session: kept encrypted between runs, used without a browser, renewed once when it has expired."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, wait_exponential

from connectors.courtesy import UNLIMITED, Turns
from connectors.portal.declared import PortalDeclared, Request
from connectors.portal.expiry import expired
from connectors.portal.filling import Fills, charset, encoded, filled, with_query
from connectors.portal.kept import Kept, SessionStore
from connectors.portal.looking import address, sent_back
from connectors.wire import Answer, NoAnswer, Wire
from words.errors import Place, SystemFailure
from words.languages import gettext as _

_FIRST_PAUSE = 0.5
_LONGER = wait_exponential(multiplier=_FIRST_PAUSE, max=10)
_FIRST_ROW: Fills = {"page": 1, "size": 1, "offset": 0, "since": "2000-01-01", "until": "2000-01-01"}
_Written = tuple[str, dict[str, str], bytes | None]


def _wait(state: RetryCallState) -> float:
    """Wait longer each time, and never less than the system asks for."""
    error = _error_of(state)
    return max(_LONGER(state), error.after if isinstance(error, NoAnswer) else 0)


def _error_of(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


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
        turns: Turns = UNLIMITED,
    ) -> None:
        self.name = name
        self.declared = declared
        self._store = store
        self._sign_in = sign_in
        self._turns = turns
        self._renewals = 0
        self._lock = asyncio.Lock()
        self._in_flight = asyncio.Semaphore(declared.connections)
        self._wire = Wire(connections=declared.connections, timeout=declared.timeout, verify=declared.verify)
        self._kept = store.load(name)
        if self._kept is not None:
            self._wire.adopt(self._kept.state.get("cookies", []))

    @property
    def renewals(self) -> int:
        """How often this run has signed in."""
        return self._renewals

    @property
    def kept(self) -> Kept | None:
        """The session in force."""
        return self._kept

    async def fetch(self, request: Request, fills: Fills, *, state: dict[str, str] | None = None) -> Answer:
        """Send a declared request with the session; sign in once (again) when the answer is really a login page.

        Raises:
            LoginNeeded: the portal asks for a login even right after one.
            SystemFailure: no usable answer after three tries.
        """
        url, headers, body = self._written(request, fills, state or {})
        for last in (False, True):
            await self.ready()
            renewals = self._renewals
            answer = await self._send(request.method, url, headers, body)
            if not expired(self.declared, answer):
                return answer
            if last:
                break
            said = _("{system} asks for a login; signing in again").format(system=self.declared.title)
            logger.bind(action="session-expired", system=self.declared.title).info("{}", said)
            await self.renew(renewals)
        raise sent_back(self.declared, url)

    async def lives(self) -> bool:
        """Whether the kept session still opens the list; nobody signs in for the question.

        Raises:
            NoAnswer: the portal gives no usable answer.
        """
        listing = self.declared.list_
        replayed = listing.reader in {"replay", "dom", "export"} and listing.request.url
        request = listing.request if replayed else Request(url=listing.page)
        return self._kept is not None and not expired(
            self.declared, await self._once(request.method, *self._written(request, _FIRST_ROW, {}))
        )

    async def repeat(self, url: str, method: str, body: bytes | None, kind: str) -> Answer:
        """Send once more, without the browser, a request that the portal's own page has made."""
        return await self._send(method, url, {"content-type": kind} if body else {}, body)

    async def ready(self) -> None:
        """Sign in if there is no session at all."""
        if self._kept is None:
            await self.renew(self._renewals)

    async def renew(self, seen: int | None = None) -> None:
        """Sign in, unless another request did so since this one was sent (``seen`` renewals ago)."""
        async with self._lock:
            if seen is None or seen == self._renewals:
                self._kept = await self._sign_in(self._kept)
                self._renewals += 1
                self._wire.adopt(self._kept.state.get("cookies", []))
                self._store.save(self.name, self._kept)

    def text(self, answer: Answer) -> str:
        """Return the text of an answer in the portal's encoding; gb2312 and gbk are read as gb18030."""
        return answer.content.decode(charset(self.declared.encoding), "replace")

    async def _send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        # The place in flight is kept between the tries: behind a thousand others the last would come too late.
        async with self._in_flight:
            try:
                return await self._once(method, url, headers, body)
            except NoAnswer as error:
                pause = max(_FIRST_PAUSE, error.after)
                self._tells(error, pause)
                await asyncio.sleep(pause)
                return await self._again(method, url, headers, body)

    async def _once(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        await self._turns.turn()
        scripts = self._kept.headers if self._kept else {}
        return await self._wire.send(method, url, {**scripts, **headers}, body)

    async def _again(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        tries = AsyncRetrying(
            stop=stop_after_attempt(2),
            wait=_wait,
            retry=retry_if_exception_type(NoAnswer),
            before_sleep=lambda state: self._tells(_error_of(state), state.upcoming_sleep),
            reraise=True,
        )
        try:
            return await tries(self._once, method, url, headers, body)
        except NoAnswer as error:
            raise self._no_answer(error, url) from error

    def _tells(self, error: BaseException | None, pause: float) -> None:
        title = self.declared.title
        told = logger.bind(action="retry", system=title, reason=str(error), seconds=round(pause, 3))
        told.info("{}", _("{system} gives no usable answer; asking again").format(system=title))

    def _written(
        self, request: Request, fills: Fills, state: dict[str, str]
    ) -> tuple[str, dict[str, str], bytes | None]:
        """Write a declared request out: address, headers, body."""
        encoding = charset(self.declared.encoding)
        query = {name: str(filled(value, fills)) for name, value in request.query.items()}
        url = with_query(address(self.declared, str(filled(request.url, fills))), query, encoding)
        form = state | {name: str(filled(value, fills)) for name, value in request.form.items()}
        if form:
            return url, {"content-type": "application/x-www-form-urlencoded"}, encoded(form, encoding)
        if request.body is None:
            return url, {}, None
        body = {name: filled(value, fills) for name, value in request.body.items()}
        return url, {"content-type": "application/json"}, json.dumps(body, ensure_ascii=False).encode()

    def _no_answer(self, error: NoAnswer, url: str) -> SystemFailure:
        sentence = (
            _("The system did not answer within {seconds} seconds.").format(seconds=f"{self.declared.timeout:g}")
            if error.slow
            else _("The system does not answer as it should: {reason}").format(reason=error)
        )
        return SystemFailure(
            "no-answer",
            sentence,
            todo=_("Run it again; if it lasts, ask the system's operator. Nothing was sent to the feed."),
            place=Place(system=self.declared.title, url=url.partition("?")[0]),
        )

    async def close(self) -> None:
        """Close the connections; the session itself stays on disk."""
        await self._wire.close()
