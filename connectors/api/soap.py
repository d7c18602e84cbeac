"""SOAP: envelopes made from a WSDL by zeep (the extra ``yinxin[soap]``); what is sent goes the way of all requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from connectors.api.calls import Call
from connectors.api.templates import Draft, Fills, fill
from words.errors import DriftError, Place, UsageError
from words.languages import gettext as _

Loader = Callable[[str], Coroutine[Any, Any, bytes]]


class Service:
    """The service that a WSDL describes, loaded at the first call."""

    def __init__(self, title: str, wsdl: str, load: Loader) -> None:
        self._title, self._wsdl, self._load = title, wsdl, load
        self._client: Any = None
        self._lock = asyncio.Lock()

    async def draft(self, call: Call, fills: Fills) -> Draft:
        """Return the request that calls an operation at the address that the WSDL names.

        Raises:
            UsageError: zeep is not installed.
            DriftError: the WSDL has no such operation, or it takes other arguments.
        """
        client = await self._ready()
        import zeep.exceptions
        from zeep.wsdl.utils import etree_to_string

        service = client.service
        try:
            made = service._binding.get(call.operation).create(**fill(call.arguments, fills))
            service._binding._set_http_headers(made, service._binding.get(call.operation))
        except (zeep.exceptions.Error, TypeError, ValueError) as error:
            raise self._changed(str(error)) from error
        text = etree_to_string(made.content).decode("utf-8")
        headers = {name: value for name, value in made.headers.items() if name.lower() != "content-type"}
        kind = made.headers["Content-Type"]
        return Draft("POST", service._binding_options["address"], headers, text=text, kind=kind)

    async def _ready(self) -> Any:  # noqa: ANN401 - zeep has no types
        async with self._lock:
            if self._client is None:
                loop = asyncio.get_running_loop()
                self._client = await asyncio.to_thread(self._opened, loop)
        return self._client

    def _opened(self, loop: asyncio.AbstractEventLoop) -> Any:  # noqa: ANN401 - zeep has no types
        try:
            import zeep
            import zeep.exceptions
        except ImportError as error:
            raise self._missing() from error
        load = self._load

        class Carried(zeep.Transport):  # type: ignore[misc]
            """Fetches the WSDL and what it imports as everything else is fetched."""

            def load(self, url: str) -> bytes:
                return asyncio.run_coroutine_threadsafe(load(url), loop).result()

        settings = zeep.Settings(forbid_dtd=True, forbid_entities=True)
        try:
            return zeep.Client(self._wsdl, transport=Carried(), settings=settings)
        except zeep.exceptions.Error as error:
            raise self._changed(str(error)) from error

    def _missing(self) -> UsageError:
        return UsageError(
            "extra-missing",
            _("SOAP needs a package that is not installed."),
            todo=_("Run: pip install yinxin[soap]"),
            place=Place(system=self._title, field="wsdl"),
        )

    def _changed(self, problem: str) -> DriftError:
        return DriftError(
            "wsdl-changed",
            _("The WSDL does not describe what is declared: {problem}").format(problem=problem),
            todo=_("Compare operation and arguments in the connector's file with the WSDL; nothing was sent."),
            place=Place(system=self._title, url=self._wsdl, field="operation"),
        )
