"""``yinxin init``: a new workspace, laid out like the rooms."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from cli.commands import Call, command
from words.errors import Place, UsageError
from words.languages import N_
from words.languages import gettext as _

ROOMS = ("connectors", "mappings", "bots", "schedules")
SANDBOX_HOST = "http://127.0.0.1:8765"
_SETTINGS = """\
# The settings of this workspace; docs/reference/workspace.md explains each key.
title = "{title}"
{days}
[hosts]
# A connector writes {{name}} in its url; moving a system to another address is one line here.
sandbox = "{host}"
"""
_REPLAYED = """\
# The sandbox replays the spring and summer of 2024.
since = "2024-03-15"
as_of = "2024-08-13"
"""
_IGNORED = ".yinxin/\nreports/\n"


def register(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "init", N_("Lay out a new workspace."))
    def init(
        call: Call,
        folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The folder to lay out."))],
        origin: Annotated[
            str | None, typer.Option("--from", help=_("“sandbox” for one that runs against the sandbox city."))
        ] = None,
        seed: Annotated[int, typer.Option(help=_("Which city."))] = 1,
        scale: Annotated[float, typer.Option(help=_("Its size; 1 is the real case."))] = 1.0,
    ) -> int:
        if origin not in {None, "sandbox"}:
            raise UsageError(
                "unknown-origin",
                _("There is no workspace to begin from called “{name}”.").format(name=origin),
                todo=_("Write --from sandbox, or leave it out."),
            )
        _refuse_to_overwrite(folder)
        furnish(folder, host=SANDBOX_HOST if origin else None, seed=seed, scale=scale)
        call.printer.done({"workspace": str(folder.resolve())})
        call.printer.say(_next_step(folder, from_sandbox=bool(origin)))
        return 0


def _refuse_to_overwrite(folder: Path) -> None:
    if (folder / "yinxin.toml").exists():
        raise UsageError(
            "workspace-exists",
            _("There is a workspace already."),
            todo=_("Name another folder; an existing workspace is never overwritten."),
            place=Place(file=str(folder / "yinxin.toml")),
        )


def furnish(folder: Path, *, host: str | None, seed: int, scale: float) -> None:
    """Lay a workspace out; with a host, as one that runs against a sandbox city there."""
    for room in ROOMS:
        (folder / room).mkdir(parents=True, exist_ok=True)
        for file in sorted((Path(__file__).parent.parent / room).glob("*.yaml")):
            shutil.copyfile(file, folder / room / file.name)
    for room in ("ledgers", "reports"):
        (folder / room).mkdir(exist_ok=True)
    (folder / ".yinxin").mkdir(mode=0o700, exist_ok=True)  # it holds what the portals show of people
    (folder / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    settings = _SETTINGS.format(
        title=_("The sandbox city") if host else folder.resolve().name,
        days=_REPLAYED if host else "",
        host=host or "https://bureau.example",
    )
    (folder / "yinxin.toml").write_text(settings, encoding="utf-8")
    if host:
        _fill_from_sandbox(folder, seed, scale)


def _fill_from_sandbox(folder: Path, seed: int, scale: float) -> None:
    """Put in what a person would: the accounts' passwords, and the departments' ledgers."""
    from sandbox.doors import ACCOUNTS

    secrets = folder / ".yinxin" / "secrets.toml"
    secrets.touch(mode=0o600)
    lines = [f'{system}_password = "{password}"\n' for system, (_account, password) in ACCOUNTS.items()]
    secrets.write_text("".join(lines), encoding="utf-8")
    if not any((folder / "ledgers").iterdir()):
        from sandbox.city import build_city
        from sandbox.ledgers import write_ledgers

        write_ledgers(build_city(seed, scale), folder / "ledgers")


def _next_step(folder: Path, *, from_sandbox: bool) -> str:
    if from_sandbox:
        return _(
            "Next: “yinxin sandbox serve” in one terminal, “yinxin run disclosure -w {folder}” in another."
        ).format(folder=folder)
    return _("Next: write the systems' addresses into {folder}/yinxin.toml, then “yinxin connectors check”.").format(
        folder=folder
    )
