"""What every command shares: where its workspace is, how it prints, logs and speaks, its errors and its exit code."""

from __future__ import annotations

import functools
import inspect
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.printing import Printer
from words import languages
from words.errors import SystemFailure, UsageError, YinxinError, first_of
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace

INTERRUPTED = 130
TERMINATED = 143


@dataclass(frozen=True, slots=True)
class Call:
    """How a command was called, and its printer."""

    printer: Printer
    start: Path

    def workspace(self) -> Workspace:
        """Open the workspace the call is about, and its log.

        Raises:
            UsageError: there is none.
        """
        from bots.workspace import Workspace

        workspace = Workspace.find(self.start)
        self.open_log(workspace)
        return workspace

    def open_log(self, workspace: Workspace) -> None:
        """Open a workspace's log as its settings say; settings that are wrong are for whoever needs them to tell."""
        from bots.declared import Log
        from cli.logs import open_log

        declared = Log()
        with suppress(UsageError):
            declared = workspace.settings.log
        open_log(workspace.state, declared, as_json=self.printer.log_json)


#: A command takes its call first, then its own options, and returns its exit code.
Command = Callable[..., int]


def command(app: typer.Typer, name: str, about: str, *, group: str = "") -> Callable[[Command], Command]:
    """Register a command; ``about`` is the message id of its help."""

    def register(function: Command) -> Command:
        whole = f"{group} {name}".strip()

        @functools.wraps(function)
        def wrapped(workspace: Path, as_json: bool, log_json: bool, lang: str | None, **options: Any) -> None:  # noqa: ANN401
            languages.choose(lang)
            call = Call(Printer(whole, as_json=as_json, log_json=log_json), workspace)
            raise typer.Exit(_guarded(call, lambda: function(call, **options)))

        _sign(wrapped, function)
        app.command(name, help=_(about))(wrapped)
        return function

    return register


def _sign(wrapped: Any, function: Command) -> None:  # noqa: ANN401 - a function gets its shared options
    """Give the wrapper the options of the command itself, and the shared ones behind them."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    shared = [
        _option("workspace", Path, Path(), typer.Option("--workspace", "-w", help=_("The workspace folder."))),
        _option("as_json", bool, False, typer.Option("--json", help=_("Print one JSON envelope."))),
        _option("log_json", bool, False, typer.Option("--log-json", help=_("Print the log to stderr as JSON lines."))),
        _option("lang", str | None, None, typer.Option("--lang", help=_("zh or en."))),
    ]
    wrapped.__signature__ = inspect.Signature([*own, *shared])
    wrapped.__annotations__ = {each.name: each.annotation for each in [*own, *shared]}
    del wrapped.__wrapped__


def _option(name: str, kind: Any, default: Any, option: Any) -> inspect.Parameter:  # noqa: ANN401
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def _guarded(call: Call, run: Callable[[], int]) -> int:
    from cli.logs import open_stderr

    terminated: list[int] = []

    def terminate(number: int, _frame: object) -> None:
        """Leave as after an interruption, which the event loop knows how to do in order."""
        terminated.append(number)
        signal.raise_signal(signal.SIGINT)

    open_stderr(as_json=call.printer.log_json)
    signal.signal(signal.SIGTERM, terminate)
    try:
        return run()
    except (SystemExit, typer.Exit):
        raise
    except BaseException as error:  # noqa: BLE001 - the last place before the user: everything becomes a sentence
        code = _failed(call, first_of(error))
        return TERMINATED if terminated and code == INTERRUPTED else code


def _failed(call: Call, error: BaseException) -> int:
    if isinstance(error, KeyboardInterrupt):
        call.printer.say(_("Interrupted. What was sent is in the journal; the next run goes on from there."))
        return INTERRUPTED
    if not isinstance(error, YinxinError):
        error = _unforeseen(error)
    call.printer.fail(error)
    return error.exit_code


def _unforeseen(error: BaseException) -> SystemFailure:
    from loguru import logger

    from words.masking import masked

    logger.opt(exception=error).bind(said=True, action="unforeseen").error("{}", type(error).__name__)
    return SystemFailure(
        "unforeseen",
        _("Something happened that this program does not know: {kind}: {reason}").format(
            kind=type(error).__name__, reason=masked(str(error))
        ),
        todo=_("Run it again; if it comes again, send the log (.yinxin/logs) to whoever maintains the program."),
    )
