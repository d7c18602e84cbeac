"""The address of a journal on a database server, as a person writes it down."""

from __future__ import annotations

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from words.errors import UsageError
from words.languages import gettext as _

_DRIVER = "postgresql+psycopg"
_SECRET_OPTIONS = ("password", "passfile", "sslpassword")


def server_address(written: str, password: str = "") -> URL:
    """Return the address of a PostgreSQL database, such as ``postgresql+psycopg://user@host/name``, with its password.

    Raises:
        UsageError: it is no such address, names another kind of database, or holds a password.
    """
    url = _read(written)
    if url.password is not None or any(option in url.query for option in _SECRET_OPTIONS):
        raise UsageError(
            "password-in-address",
            _("The address of the database holds a password."),
            todo=_("Take it out, store it as a secret, and name the secret as “database_secret”."),
        )
    return url.set(drivername=_DRIVER, password=password or None)


def _read(written: str) -> URL:
    try:
        url = make_url(written)
    except (ArgumentError, ValueError):  # their words would repeat the address, and it may hold a password
        raise _unreadable(_("This is not the address of a database.")) from None
    if url.drivername not in {_DRIVER, "postgresql"}:
        raise _unreadable(_("A journal does not lie on “{kind}”.").format(kind=url.drivername))
    if not url.database:
        raise _unreadable(_("The address does not name a database."))
    return url


def _unreadable(sentence: str) -> UsageError:
    todo = _("Write postgresql+psycopg://user@host/name, or leave it out: the journal is then a file in the workspace.")
    return UsageError("bad-address", sentence, todo=todo)
