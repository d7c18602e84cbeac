"""Failures: the errors of a bot's run as alarms, by who acts next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from journal import Alarm, AlarmKind
from words import errors
from words.errors import YinxinError, first_of
from words.languages import N_
from words.languages import gettext as _

#: Who acts next, by the error.
ACTORS: dict[type[YinxinError], str] = {
    errors.BusinessError: "business",
    errors.SystemFailure: "system",
    errors.LoginNeeded: "login",
    errors.DriftError: "drift",
    errors.DeliveryError: "delivery",
    errors.UsageError: "usage",
}
#: Errors that quote what a system shows of people, and what is told of them instead.
_QUOTING = {"two-readings-differ": N_("The page shows something else than its own request answers.")}
#: Errors that say nothing of a bot: others are at work, or somebody mistyped an option.
_OF_THE_CALL = ("busy", "empty-window")


def prefix(bot: str) -> str:
    """Return what the keys of a bot's alarms begin with."""
    return f"bot/{bot}/"


def of_errors(bot: str, found: Iterable[BaseException]) -> Iterator[Alarm]:
    """Yield an alarm for each kind of error; one that means drift degrades, any other one is a failure."""
    seen = set[str]()
    for each in found:
        error = _ours(each)
        if error is not None and error.code not in seen:
            seen.add(error.code)
            kind: AlarmKind = "degraded" if isinstance(error, errors.DriftError) else "failed"
            actor = next(who for kind_of, who in ACTORS.items() if isinstance(error, kind_of))
            yield Alarm(_error_key(bot, error.code), kind, actor, _told(error), error.todo)


def is_of_error(key: str, bot: str) -> bool:
    """Whether an alarm is about an error, which any later run without it shows to be over."""
    return key.startswith(_error_key(bot, ""))


def _error_key(bot: str, code: str) -> str:
    return f"{prefix(bot)}error/{code}"


def _ours(error: BaseException) -> YinxinError | None:
    """Return an error as one of ours; none if it says nothing of the bot, or somebody interrupted it."""
    error = first_of(error)
    if isinstance(error, YinxinError):
        return None if error.code in _OF_THE_CALL else error
    if not isinstance(error, Exception):
        return None
    return errors.SystemFailure(
        "unforeseen",
        _("Something happened that this program does not know: {kind}").format(kind=type(error).__name__),
        todo=_("Run it again; if it comes again, send the log (.yinxin/logs) to whoever maintains the program."),
    )


def _told(error: YinxinError) -> str:
    sentence = _(_QUOTING[error.code]) if error.code in _QUOTING else error.sentence
    known = [part for part in (error.place.system, error.place.file, error.place.sheet, error.place.field) if part]
    where = " · ".join(part for part in known if part not in sentence)
    return f"{where}: {sentence}" if where else sentence
