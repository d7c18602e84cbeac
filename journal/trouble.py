"""What a database's driver complains about, as an error that says who acts next; never with values or passwords."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DatabaseError, InterfaceError, InternalError, OperationalError

from words.errors import Place, SystemFailure, UsageError, YinxinError
from words.languages import gettext as _

# A server that refuses a newcomer gives no code, only words in its own language.
_REFUSED = re.compile(r"FATAL:|致命错误|invalid .* value|no password supplied")
_NOT_NOW = re.compile(
    r"the database system is|too many|connection slots|数据库系统正在|数据库系统在恢复|太多|过多|连接槽|连接位置"
)
_LOCKED = "55P03"
_NOT_ALLOWED = "42501"
_SEVERITY = re.compile(r"^(?:FATAL|ERROR|致命错误|错误):\s*")


def explain_errors(engine: Engine) -> None:
    """Let the engine raise errors of ours where the database, and not this program, is at fault."""
    event.listen(engine, "handle_error", _explained, retval=True)


def place_of(engine: Engine) -> Place:
    """Return where a journal lies, without its password."""
    if engine.dialect.name == "sqlite":
        return Place(file=engine.url.database)
    return Place(system=engine.url.set(query={}).render_as_string(hide_password=True))


def _explained(context: ExceptionContext) -> YinxinError | None:
    error = context.original_exception
    ours = isinstance(context.sqlalchemy_exception, DatabaseError | InterfaceError)
    if not ours or context.engine is None:  # without an engine it is the pool that tries an old connection
        return None
    place = place_of(context.engine)
    if isinstance(error, sqlite3.Error):
        return of_a_file(error, place)
    if context.connection is None:
        return _of_a_newcomer(error, place)
    return _of_a_session(context, place)


def of_a_file(error: sqlite3.Error, place: Place) -> YinxinError | None:
    """Return what SQLite complains about as an error of ours, None if this program is at fault."""
    if isinstance(error, sqlite3.OperationalError):
        return busy(place) if "locked" in str(error) else _failed(error, place)
    if type(error) is sqlite3.DatabaseError:
        return UsageError(
            "journal-damaged",
            _("The journal's file is damaged: {reason}").format(reason=error),
            todo=_("Stop all bots, keep the file, and restore the newest backup into a new folder (“yinxin restore”)."),
            place=place,
        )
    return None


def _of_a_newcomer(error: BaseException, place: Place) -> YinxinError:
    said = str(error)
    asked = any(getattr(_session_of(error), name, False) for name in ("needs_password", "used_password"))
    turned_away = asked or _REFUSED.search(said) or not isinstance(error, _driver().OperationalError)
    if turned_away and not _NOT_NOW.search(said):
        return refused(said, place)
    return SystemFailure(
        "journal-unreachable",
        _("The journal's database cannot be reached: {reason}").format(reason=_reason(said)),
        todo=_("Check the server, the network and “database” in yinxin.toml, then run it again."),
        place=place,
    )


def _of_a_session(context: ExceptionContext, place: Place) -> YinxinError | None:
    error = context.original_exception
    if context.is_disconnect:
        return SystemFailure(
            "journal-lost",
            _("The connection to the journal's database was lost."),
            todo=_("Run “yinxin resume” when the server is back; whatever is unclear is asked of the feed first."),
            place=place,
        )
    code = getattr(error, "sqlstate", None)
    if code == _LOCKED:
        return busy(place)
    if code == _NOT_ALLOWED:
        return refused(str(error), place)
    ill = isinstance(context.sqlalchemy_exception, OperationalError | InternalError)  # full, read-only, damaged
    return _failed(error, place) if ill else None


def refused(said: str, place: Place) -> UsageError:
    """Return the error of whom the server does not let in, or not do what is needed."""
    return UsageError(
        "journal-refused",
        _("The journal's database refuses: {reason}").format(reason=_reason(said)),
        todo=_("Correct “database” or its secret, or let the administrator make the database and give the rights."),
        place=place,
    )


def busy(place: Place) -> SystemFailure:
    """Return the error of whoever has waited for its turn in vain."""
    return SystemFailure(
        "journal-busy",
        _("Another process has been at work in the journal for a minute."),
        todo=_("Run it again; if it stays so, look for a process that hangs."),
        place=place,
    )


def _failed(error: BaseException, place: Place) -> SystemFailure:
    return SystemFailure(
        "journal-failed",
        _("The journal's database cannot do its work: {reason}").format(reason=_reason(str(error))),
        todo=_("Look after its disk and its rights, then run “yinxin resume”."),
        place=place,
    )


def _reason(said: str) -> str:
    """The first line of what was said, without where it was said."""
    first = said.strip().split("\n")[0]
    return _SEVERITY.sub("", re.split(r" failed: | is bad: ", first)[-1])


def _session_of(error: BaseException) -> object:
    return getattr(error, "pgconn", None)


def _driver() -> Any:  # noqa: ANN401 - a module, imported only by journals that lie on its server
    import psycopg

    return psycopg
