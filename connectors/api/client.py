"""One interface, for one run: requests are written, signed and sent, answers read, tokens renewed, tries repeated."""

from __future__ import annotations

import asyncio
from functools import cache, partial

from loguru import logger
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from connectors.api import answers, limits
from connectors.api.answers import Told
from connectors.api.auth import Access
from connectors.api.calls import Call
from connectors.api.declared import ApiDeclared
from connectors.api.templates import Draft, Fills
from connectors.api.writing import Writer, at_home
from connectors.courtesy import UNLIMITED, Turns
from connectors.secrets import Secrets
from connectors.wire import Answer, NoAnswer, Wire
from words.errors import DriftError, LoginNeeded, Place, SystemFailure, YinxinError
from words.languages import gettext as _
from words.masking import masked

_TRIES = 3


class Client:
    """What a source and a feed share of an interface.

    What only reads is tried again after an answer that is none. What hands something over is tried again only if it is
    clear that the system did nothing about it: no connection, “too many requests”, or a code that the declaration
    names for this.
    """

    def __init__(self, name: str, declared: ApiDeclared, secrets: Secrets, turns: Turns = UNLIMITED) -> None:
        self.name = name
        self.declared = declared
        self._turns = turns
        secret = cache(secrets.value)  # asked for at every request
        self._access = Access(declared, secret, partial(self._tried, opening=True))
        self._writer = Writer(declared, secret, self._access, self._description)
        self._rest = limits.Rest()
        self._in_flight = asyncio.Semaphore(declared.connections)
        self._wire = Wire(connections=declared.connections, timeout=declared.timeout, verify=declared.verify, once=True)

    async def ask(self, call: Call, fills: Fills, *, url: str = "") -> Told:
        """Return a successful answer to a request that only reads; ``url`` is asked for instead of the declared one.

        Raises:
            LoginNeeded: the system does not accept the key, or the token right after it was renewed.
            SystemFailure: no usable answer after three tries.
            DriftError: it refuses, or answers in another way than declared.
        """
        told = await self.answer(call, fills, url=url)
        if told.meaning == "refused":
            raise self.refused(told)
        return told

    async def answer(self, call: Call, fills: Fills, *, url: str = "", sending: bool = False) -> Told:
        """Return an answer, be it a refusal; ``sending`` when the request hands something over.

        Raises:
            NoAnswer: sending, and it is not clear whether the system took it.
            LoginNeeded, SystemFailure, DriftError: as in ``ask``.
        """
        for last in (False, True):
            await self._access.ready()
            renewals = self._access.renewals
            told = await self._tried(call, fills, url=url, sending=sending)
            if told.meaning != "expired":
                return told
            if last or not self._access.renewable:
                break
            said = _("{system} asks for a login; signing in again").format(system=self.declared.title)
            logger.bind(action="session-expired", system=self.declared.title).info("{}", said)
            await self._access.renew(renewals)
        raise self._locked_out(told)

    async def _tried(
        self, call: Call, fills: Fills, *, url: str = "", sending: bool = False, opening: bool = False
    ) -> Told:
        tries = AsyncRetrying(
            stop=stop_after_attempt(_TRIES),
            wait=limits.pause,
            retry=retry_if_exception(lambda error: isinstance(error, NoAnswer) and (error.untaken or not sending)),
            before_sleep=self._tells,
            reraise=True,
        )
        # The place in flight is kept between the tries: behind a thousand others the last would come too late.
        async with self._in_flight:
            try:
                return await tries(self._once, call, fills, url=url, opening=opening)
            except NoAnswer as error:
                if sending and not error.untaken:
                    raise
                raise self._no_answer(error, call) from error

    async def _once(self, call: Call, fills: Fills, *, url: str, opening: bool) -> Told:
        """Write a request anew at every try: a moment or a number used once in its signature is used up."""
        await self._rest.over()
        await self._turns.turn()
        made = await self._writer.written(call, fills, url=url, opening=opening)
        address, headers, content = made.sent(self.declared.encoding)
        try:
            answer = await self._wire.send(made.method, address, headers, content)
        except NoAnswer as error:
            told = self._speaks(call, error.answer, bare=made.bare)
            if told is None:
                raise
        else:
            self._rest.heed(answer.headers)
            told = self._read(call, answer, bare=made.bare)
        if told.meaning == "again":
            raise NoAnswer(masked(f"{told.code} {told.message}"), untaken=True)
        return told

    def _speaks(self, call: Call, answer: Answer | None, *, bare: bool) -> Told | None:
        """Return an answer with an error's status that still carries a code which is declared, or a SOAP fault."""
        if answer is None:
            return None
        self._rest.heed(answer.headers)
        told = self._read(call, answer, bare=bare)
        spoken = told.code != str(answer.status)
        known = call.operation or told.code in self._refusals or told.meaning in {"expired", "again", "nothing"}
        return told if spoken and known else None

    @property
    def _refusals(self) -> tuple[str, ...]:
        deliver = self.declared.deliver
        if deliver is None:
            return ()
        return (*deliver.refused, *(deliver.lookup.unknown if deliver.lookup else ()))

    def _read(self, call: Call, answer: Answer, *, bare: bool) -> Told:
        opener = None if bare else self._writer.opened
        return answers.read(self.declared, answer, opener, soap=bool(call.operation))

    async def _description(self, url: str) -> bytes:
        """Fetch a WSDL or what it imports."""
        at_home(self.declared, url, self.declared.url)
        await self._turns.turn()
        made = Draft("GET", url)
        self._access.add(made)
        address, headers, content = made.sent(self.declared.encoding)
        try:
            return (await self._wire.send("GET", address, headers, content)).content
        except NoAnswer as error:
            raise self._no_answer(error, Call(url=url)) from error

    def _tells(self, state: RetryCallState) -> None:
        title = self.declared.title
        reason = str(state.outcome.exception()) if state.outcome else ""
        told = logger.bind(action="retry", system=title, reason=reason, seconds=round(state.upcoming_sleep, 3))
        told.info("{}", _("{system} gives no usable answer; asking again").format(system=title))

    def refused(self, told: Told) -> DriftError:
        """Return the error for a system that will not answer."""
        return DriftError(
            "request-refused",
            _("The system refuses the request. It says: {message}").format(
                message=masked(f"{told.code} {told.message}".strip())
            ),
            todo=_("Compare the request in the connector's file with the system's description; nothing was sent."),
            place=self.place(told.url),
        )

    def _locked_out(self, told: Told) -> LoginNeeded:
        return LoginNeeded(
            "key-refused",
            _("The system does not accept the key. It says: {message}").format(
                message=masked(f"{told.code} {told.message}".strip())
            ),
            todo=_("Check key and account, and whether they are still valid; then store the secret again."),
            place=self.place(told.url),
        )

    def _no_answer(self, error: NoAnswer, call: Call) -> YinxinError:
        sentence = (
            _("The system did not answer within {seconds} seconds.").format(seconds=f"{self.declared.timeout:g}")
            if error.slow
            else _("The system does not answer as it should: {reason}").format(reason=masked(str(error)))
        )
        return SystemFailure(
            "no-answer",
            sentence,
            todo=_("Run it again; if it lasts, ask the system's operator. Nothing was sent to the feed."),
            place=self.place(call.url or self.declared.url),
        )

    def place(self, url: str) -> Place:
        """Return where something is wrong, without what the query may hold."""
        return Place(system=self.declared.title, url=url.partition("?")[0])

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()
        self._turns.close()
