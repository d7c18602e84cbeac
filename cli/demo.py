"""``yinxin demo``: the sandbox city, the bot in a real browser, the summary, the workbook."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.errors import Place, SystemFailure, UsageError, YinxinError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from cli.progress import Shown
    from reconciliation.report import RunReport

    Ran = tuple[dict[str, Any], list[YinxinError], RunReport]

_MARK = ".yinxin-demo"
_COLLEAGUE = "张敏"


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "demo", N_("Play the whole job in a sandbox city."))
    def demo(
        call: Call,
        folder: Annotated[Path, typer.Option("--dir", help=_("The demo's folder."))] = Path("yinxin-demo"),
        seed: Annotated[int, typer.Option(help=_("Which city."))] = 1,
        scale: Annotated[float, typer.Option(help=_("Its size; 1 is the real case."))] = 1.0,
    ) -> int:
        from bots.workspace import Workspace
        from cli.init import furnish
        from cli.progress import Shown
        from cli.run import exit_code

        _clear(folder)
        with ExitStack() as city, Shown(quiet=call.printer.quiet) as watch:
            with watch.step("sandbox"):
                (folder / _MARK).touch()
                host = city.enter_context(serving(folder, seed, scale))
                furnish(folder, host=host, seed=seed, scale=scale)
            workspace = Workspace.find(folder)
            call.open_log(workspace)
            kept = _commitments(call, workspace, watch)
            disclosed = _run(call, workspace, "disclosure", watch)
        errors = [*disclosed[1], *kept[1]]
        call.printer.done({"disclosure": disclosed[0], "commitments": kept[0]}, errors=errors)
        return max(exit_code(report, errors) for _result, _errors, report in (disclosed, kept))


def _run(call: Call, workspace: Workspace, bot: str, watch: Shown) -> Ran:
    from cli.run import order_for, watched

    return watched(call, workspace, order_for(workspace, bot), watch)


def _commitments(call: Call, workspace: Workspace, watch: Shown) -> Ran:
    """Watch the commitments: what was broken waits for a second person, who is played too, and then goes out."""
    from journal import State

    first = _run(call, workspace, "commitments", watch)
    with workspace.journal() as journal:
        waiting = [each.id for each in journal.deliveries(states=[State.HELD])]
        if waiting:
            journal.released(waiting, _COLLEAGUE)
    if not waiting:
        return first
    told = ngettext(
        "{count} adverse record waited for a second person; {who} releases it, and the bot runs once more.",
        "{count} adverse records waited for a second person; {who} releases them, and the bot runs once more.",
        len(waiting),
    )
    call.printer.say(told.format(count=len(waiting), who=_COLLEAGUE))
    return _run(call, workspace, "commitments", watch)


def _clear(folder: Path) -> None:
    """Make room for a new demo; a folder that no demo made is never touched."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise UsageError(
                "folder-in-use",
                _("This folder holds something else than a demo."),
                todo=_("Name another folder with --dir."),
                place=Place(file=str(folder)),
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)


@contextmanager
def serving(folder: Path, seed: int, scale: float) -> Iterator[str]:
    """Serve the sandbox city from a process of its own; yields its address.

    Raises:
        SystemFailure: it does not start.
    """
    arguments = ["--seed", str(seed), "--scale", str(scale), "--port", "0", "--state", str(folder / "sandbox")]
    arguments += ["--ledgers", str(folder / "ledgers")]
    city = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
        [sys.executable, "-m", "cli.main", "sandbox", "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    try:
        assert city.stdout is not None
        host = city.stdout.readline().strip()
        if not host:
            raise _not_started(city)
        yield host
    finally:
        city.terminate()
        city.wait(timeout=20)


def _not_started(city: subprocess.Popen[str]) -> SystemFailure:
    assert city.stderr is not None
    city.terminate()
    return SystemFailure(
        "sandbox-not-started",
        _("The sandbox city did not start: {reason}").format(reason=city.stderr.read().strip()[-500:]),
        todo=_("Run “yinxin sandbox serve” by itself to see why."),
    )
