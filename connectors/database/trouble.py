"""What a database's driver complains about, as an error that says who acts next; never with parameters or passwords."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, InterfaceError

from words.errors import DriftError, LoginNeeded, Place, SystemFailure, UsageError, YinxinError
from words.languages import gettext as _

#: What an unreachable database's error is called; the only one after which a connection is tried again.
UNREACHABLE = "database-unreachable"
# A server that refuses a newcomer often gives no code, only words in its own language.
_REFUSED = re.compile(r"FATAL:|致命错误|no password supplied|Access denied|Login failed|ORA-01017|ORA-28000")
_NOT_NOW = re.compile(
    r"the database system is|too many|connection slots|数据库系统正在|数据库系统在恢复|太多|过多|连接槽"
)
_UNTRUSTED = re.compile(r"certificate|\bSSL\b|\bTLS\b|证书", re.IGNORECASE)
#: SQLSTATEs, and the numbers of MySQL and Oracle, that mean: not allowed; not there.
_NOT_ALLOWED = {"42501", "28000", "28P01", 1044, 1045, 1130, 1142, 1143, 1227, 1031, 1017, 28000}
_NOT_THERE = {"42P01", "42703", "3F000", "3D000", "42S02", "42S22", 1049, 1054, 1146, 942, 904}
_SEVERITY = re.compile(r"^(?:FATAL|ERROR|致命错误|错误):\s*")
_OF_A_ROW = ("22", "23")  # classes of SQLSTATE: a value does not fit, a constraint is broken


def explain_errors(engine: Engine, system: str) -> None:
    """Let the engine raise errors of ours; what only one row is to blame for stays the driver's."""
    place = Place(system=system, url=engine.url.set(query={}, username=None, password=None).render_as_string())
    event.listen(engine, "handle_error", lambda context: _explained(context, place), retval=True)


def _explained(context: ExceptionContext, place: Place) -> YinxinError | None:
    error = context.original_exception
    ours = isinstance(context.sqlalchemy_exception, DatabaseError | InterfaceError)
    if not ours or context.engine is None:  # without an engine it is the pool that tries an old connection
        return None
    if context.connection is None:
        return _of_a_newcomer(error, place)
    if context.is_disconnect:
        return lost(place)
    if fault_of(context.sqlalchemy_exception):
        return None
    return _of_a_session(error, place)


def told_of(error: DBAPIError, place: Place) -> YinxinError:
    """Return what a database complained about as an error of ours, where the engine did not do so by itself."""
    return lost(place) if error.connection_invalidated else _of_a_session(error.orig or error, place)


def _of_a_newcomer(error: BaseException, place: Place) -> YinxinError:
    said = str(error)
    if _NOT_NOW.search(said):
        return _unreachable(error, place)
    if _NOT_ALLOWED & codes_of(error) or _REFUSED.search(said) or _asked_for_password(error):
        return refused(error, place)
    if _NOT_THERE & codes_of(error):
        return _not_there(error, place)
    return _untrusted(error, place) if _UNTRUSTED.search(said) else _unreachable(error, place)


def _of_a_session(error: BaseException, place: Place) -> YinxinError:
    if _NOT_ALLOWED & codes_of(error):
        return refused(error, place)
    if _NOT_THERE & codes_of(error) or (isinstance(error, sqlite3.OperationalError) and "no such" in str(error)):
        return _not_there(error, place)
    return SystemFailure(
        "database-failed",
        _("The database cannot do this: {reason}").format(reason=reason_of(error)),
        todo=_("Look at what it says; if it was busy or full, run it again later."),
        place=place,
    )


def fault_of(error: BaseException | None) -> str:
    """Return what the database has against the values of a row; empty if it complains about something else."""
    original = getattr(error, "orig", None)
    if original is None:
        return ""
    states = [code for code in codes_of(original) if isinstance(code, str) and code[:2] in _OF_A_ROW]
    ours = isinstance(error, IntegrityError | DataError) or bool(states)
    return reason_of(original) if ours else ""


def codes_of(error: BaseException) -> set[str | int]:
    """Return the codes that an error carries, wherever its driver keeps them."""
    first = error.args[0] if error.args else None
    found = [getattr(error, "sqlstate", None), getattr(first, "code", None), *error.args[:3:2]]
    return {code for code in found if isinstance(code, int) or (isinstance(code, str) and len(code) == 5)}


def reason_of(error: BaseException) -> str:
    """Return the first line of what was said, without a code in front."""
    texts = [each for each in error.args if isinstance(each, str) and len(each) != 5]
    first = (texts[0] if texts else str(error)).strip().split("\n")[0]
    return _SEVERITY.sub("", first.split(" failed: ")[-1])


def lost(place: Place) -> SystemFailure:
    """Return the error for a connection that broke."""
    return SystemFailure(
        "database-lost",
        _("The connection to the database broke."),
        todo=_("Run it again when the database is back; what is unclear is looked up there first."),
        place=place,
    )


def refused(error: BaseException, place: Place) -> LoginNeeded:
    """Return the error of whom the database does not let in, or not do what is needed."""
    return LoginNeeded(
        "database-refused",
        _("The database refuses: {reason}").format(reason=reason_of(error)),
        todo=_("Correct “user” or its secret, or let its administrator give the rights that the documentation lists."),
        place=place,
    )


def _unreachable(error: BaseException, place: Place) -> SystemFailure:
    return SystemFailure(
        "database-unreachable",
        _("The database cannot be reached: {reason}").format(reason=reason_of(error)),
        todo=_("Check the server, the network and “url” in the connector, then run it again."),
        place=place,
    )


def _not_there(error: BaseException, place: Place) -> DriftError:
    return DriftError(
        "table-changed",
        _("The database does not have what the connector names: {reason}").format(reason=reason_of(error)),
        todo=_("Compare the connector's file with the database; names are written as the database stores them."),
        place=place,
    )


def _untrusted(error: BaseException, place: Place) -> UsageError:
    return UsageError(
        "database-not-verified",
        _("The database does not prove who it is: {reason}").format(reason=reason_of(error)),
        todo=_("Name the authority's certificate as “ca”, or write “verify: false” if nobody else is on this network."),
        place=place,
    )


def _asked_for_password(error: Any) -> bool:  # noqa: ANN401 - any driver's
    session = getattr(error, "pgconn", None)
    return any(getattr(session, name, False) is True for name in ("needs_password", "used_password"))
