"""Writing a request: its blanks filled in, whose it is, sealed and signed, to an address at the same system."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from urllib.parse import urljoin, urlsplit

from connectors.api import sealing, signing
from connectors.api.auth import Access
from connectors.api.calls import Call
from connectors.api.declared import ApiDeclared
from connectors.api.soap import Loader, Service
from connectors.api.templates import Draft, Fills, below, draft
from connectors.portal.filling import charset
from words.errors import DriftError, Place, UsageError
from words.languages import gettext as _
from words.masking import masked


class Writer:
    """Writes the requests of one interface; ``load`` fetches its WSDL."""

    def __init__(self, declared: ApiDeclared, secret: Callable[[str], str], access: Access, load: Loader) -> None:
        self._declared, self._secret, self._access = declared, secret, access
        self._service = Service(declared.title, below(declared.url, declared.wsdl), load)

    async def written(self, call: Call, fills: Fills, *, url: str, opening: bool) -> Draft:
        """Return a request as it is sent; ``opening`` when it asks for the token that the others carry.

        Raises:
            UsageError: a key does not fit.
            DriftError: the WSDL describes something else, or an address is at another system.
        """
        declared, known = self._declared, {"token": self._access.token, **fills}
        made = await self._called(call, known) if call.operation else draft(call, declared.url, known)
        if url:
            self._follow(made, url)
        if not opening:
            self._access.add(made)
        elif not self._access.signed:
            made.bare = True
            return made
        plainly = deepcopy(made) if declared.cipher else made
        try:
            if declared.cipher:
                sealing.seal(declared.cipher, made, self._cipher_key, declared.encoding)
            if declared.signing:
                secret, token = self._secret(declared.signing.secret), self._access.token
                signing.sign(declared.signing, made, secret, token=token, encoding=declared.encoding, plainly=plainly)
        except ValueError as error:
            raise self._unfit(error) from error
        return made

    async def _called(self, call: Call, fills: Fills) -> Draft:
        made = await self._service.draft(call, fills)
        if call.url:  # the WSDL's own is often that of a machine behind the one we may speak to
            made.url = draft(call, self._declared.url, fills).url
        else:
            at_home(self._declared, made.url, self._declared.url)
        return made

    def _follow(self, made: Draft, url: str) -> None:
        before = made.url
        made.url, made.query = urljoin(before, url), {}
        at_home(self._declared, made.url, before)

    @property
    def _cipher_key(self) -> str:
        cipher = self._declared.cipher
        return self._secret(cipher.secret) if cipher and cipher.secret else ""

    def opened(self, text: str) -> str:
        """Return what a text inside an answer holds.

        Raises:
            ValueError: it is not sealed as declared.
        """
        cipher = self._declared.cipher
        if cipher is None or not cipher.answers:
            return text
        return sealing.opened(cipher, text, self._cipher_key).decode(charset(self._declared.encoding), "replace")

    def _unfit(self, error: ValueError) -> UsageError:
        return UsageError(
            "unfit-key",
            _("A key does not fit what it is used for: {reason}").format(reason=masked(str(error))),
            todo=_("Compare signing and cipher in the connector's file with the key that was handed out."),
            place=Place(system=self._declared.title),
        )


def at_home(declared: ApiDeclared, url: str, home: str) -> None:
    """Make sure that an address that an answer gave is at the same system as ``home``: requests there carry our key.

    Raises:
        DriftError: it is not.
    """
    if _origin(url) != _origin(home):
        raise DriftError(
            "link-elsewhere",
            _("An answer leads to an address at another system: {url}").format(url=url.partition("?")[0]),
            todo=_("Ask the system's operator about it; or declare the address, or another way of paging."),
            place=Place(system=declared.title, url=home.partition("?")[0]),
        )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
