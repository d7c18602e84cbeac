"""Requests without a browser: one pool of kept connections and one cookie jar per account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

from connectors.kinds import Reached
from words.languages import gettext as _

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession

LONGEST_WAIT = 60.0
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


class NoAnswer(Exception):  # noqa: N818 - the word for it
    """A request that got no usable answer; another try may get one.

    ``slow`` when the time was up; ``after`` is how many seconds the system asks to wait; ``untaken`` when it is clear
    that the system did nothing about the request; ``answer`` is the one that asks to come again.
    """

    def __init__(
        self,
        reason: str,
        *,
        slow: bool = False,
        after: float = 0,
        untaken: bool = False,
        answer: Answer | None = None,
    ) -> None:
        super().__init__(reason)
        self.slow = slow
        self.after = after
        self.untaken = untaken
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: redirects are answers too, so that a way to the login page is seen."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


class Wire:
    """Sends requests; opened at the first of them.

    ``once`` when a request whose connection breaks off is never repeated by the client itself, whatever its method.
    """

    def __init__(self, *, connections: int, timeout: float, verify: bool, once: bool = False) -> None:
        self._connections, self._timeout, self._verify = connections, timeout, verify
        self._middlewares = (_told,) if once else ()
        self._cookies: list[dict[str, Any]] = []
        self._session: ClientSession | None = None

    def adopt(self, cookies: Iterable[Mapping[str, Any]]) -> None:
        """Take over a browser's cookies (``name``, ``value``, ``domain``, ``path``) in place of all others."""
        self._cookies = [dict(cookie) for cookie in cookies]
        if self._session is not None:
            self._fill_jar(self._session)

    async def send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send one request; the address is sent as it is written.

        Raises:
            NoAnswer: no connection, no answer in time, or one that asks to come again (429, 5xx).
        """
        import aiohttp
        from yarl import URL

        try:
            async with self._opened(url).request(
                method, URL(url, encoded=True), headers=headers, data=body, allow_redirects=False
            ) as response:
                content = await response.read()
        except TimeoutError as error:
            raise NoAnswer(str(error), slow=True) from error
        except aiohttp.ClientError as error:
            untaken = isinstance(error, aiohttp.ClientConnectorError)
            raise NoAnswer(str(error) or type(error).__name__, untaken=untaken) from error
        answer = Answer(response.status, response.headers, content, url)
        if response.status in _TRY_AGAIN:
            after = retry_after(response.headers.get("Retry-After", ""))
            raise NoAnswer(f"HTTP {response.status}", after=after, untaken=response.status == 429, answer=answer)
        return answer

    def _opened(self, url: str) -> ClientSession:
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ssl=self._verify),
                # Portals are also reached by bare addresses, and their cookies come quoted in every way.
                cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                proxy=_proxy_for(url),
                middlewares=self._middlewares,
            )
            self._fill_jar(self._session)
        return self._session

    def _fill_jar(self, session: ClientSession) -> None:
        from yarl import URL

        session.cookie_jar.clear()
        for cookie in self._cookies:
            domain = str(cookie["domain"])
            jar: SimpleCookie = SimpleCookie()
            jar[cookie["name"]] = cookie["value"]
            jar[cookie["name"]]["path"] = cookie["path"]
            if domain.startswith("."):
                jar[cookie["name"]]["domain"] = domain.lstrip(".")
            session.cookie_jar.update_cookies(jar, URL.build(scheme="http", host=domain.lstrip("."), path="/"))

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _told(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Let a connection that breaks off be told: the client itself would send a PUT or a DELETE a second time."""
    import aiohttp

    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientError(str(error) or type(error).__name__) from error


def retry_after(text: str) -> float:
    """Return the seconds of a ``Retry-After`` header (RFC 9110 §10.2.3), within what a run can wait for."""
    if not text:
        return 0
    if text.isdecimal():
        return min(float(text), LONGEST_WAIT)
    with suppress(ValueError):
        seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
        return min(max(seconds, 0), LONGEST_WAIT)
    return 0


def _proxy_for(url: str) -> str | None:
    """Return the environment's proxy for a host, looked up once: the client itself would ask at every request."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


async def reach(url: str, patience: float, *, verify: bool = True) -> Answer:
    """Return what an address answers within ``patience`` seconds.

    Raises:
        NoAnswer: it does not answer.
    """
    wire = Wire(connections=1, timeout=patience, verify=verify)
    try:
        return await wire.send("GET", url, {})
    finally:
        await wire.close()


def ahead(answer: Answer, now: float) -> float | None:
    """Return by how many seconds a system's clock is ahead of ours; None if it does not tell its time."""
    try:
        then = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return None
    age = answer.headers.get("age", "")  # an answer out of a store tells when it was put there
    return then + (float(age) if age.isdecimal() else 0) - now


def not_reached(url: str, error: NoAnswer, patience: float) -> Reached:
    """Return what is to be said of an address that does not answer."""
    said = (
        _("{url} did not answer within {seconds} seconds.").format(url=url, seconds=patience)
        if error.slow
        else _("{url} cannot be reached.").format(url=url)
    )
    return Reached(said, "failing", _("Check address and network."))
