"""``yinxin backup`` and ``yinxin restore``: a workspace in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.manifest import Manifest
    from bots.restore import Restored
    from words.errors import YinxinError

_STATE = ".yinxin/evidence/"


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "backup", N_("Write declared files, journal and evidence into one archive; runs may go on."))
    def backup(
        call: Call,
        file: Annotated[
            Path, typer.Argument(metavar="[FILE]", help=_("The archive, or a folder; here, named by title and time."))
        ] = Path(),
        without_ledgers: Annotated[bool, typer.Option("--without-ledgers", help=_("Leave ledgers/ out."))] = False,
        reports: Annotated[bool, typer.Option("--reports", help=_("Put the workbooks in reports/ in, too."))] = False,
        with_secrets: Annotated[
            bool, typer.Option("--with-secrets", help=_("Put secrets and stored sessions in, too."))
        ] = False,
        force: Annotated[bool, typer.Option("--force", help=_("Overwrite the file if it is there."))] = False,
    ) -> int:
        from bots.backup import back_up, lacking
        from bots.belongings import Choice

        choice = Choice(ledgers=not without_ledgers, reports=reports, secrets=with_secrets)
        written, manifest = back_up(call.workspace(), file, choice, force=force)
        error = lacking(manifest)
        call.printer.blocks([(_("Backup"), [(_("file"), str(written)), *_lines(manifest)])])
        if with_secrets:
            call.printer.say(_("This archive holds passwords: keep it where only you can read it."))
        size = written.stat().st_size
        return _ended(call, {"file": str(written), "size": size, **_told(manifest)}, error)

    @command(app, "restore", N_("Restore a workspace from an archive into a new or empty folder."))
    def restore(
        call: Call,
        file: Annotated[Path, typer.Argument(metavar="FILE", help=_("The archive."))],
        folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("The new or empty folder."))],
        database: Annotated[
            str | None, typer.Option(help=_("Put the journal into this empty PostgreSQL database; a file without it."))
        ] = None,
        database_secret: Annotated[
            str | None, typer.Option(help=_("The secret that is the database's password."))
        ] = None,
    ) -> int:
        from bots.dwelling import Database
        from bots.restore import restore as put_back

        restored = put_back(file, folder, Database(database, database_secret))
        _show(call, folder, restored)
        told = {"taken_out": restored.taken_out, "unclear": restored.unclear, "now": restored.head._asdict()}
        result = {"workspace": str(folder.resolve()), **_told(restored.manifest), **told}
        return _ended(call, result, restored.trouble)


def _ended(call: Call, result: dict[str, Any], error: YinxinError | None) -> int:
    if error and not call.printer.as_json:
        call.printer.error(error)
    call.printer.done(result, errors=[error] if error else [])
    return error.exit_code if error else 0


def _lines(manifest: Manifest) -> list[tuple[str, str]]:
    from cli.timeline import local

    return [
        (_("as of"), local(manifest.made_at)),
        (_("newest"), _("event {seq}, {hash}").format(seq=manifest.events, hash=manifest.head)),
        (_("runs"), f"{manifest.counts['runs']:,}"),
        (_("deliveries"), f"{manifest.counts['deliveries']:,}"),
        (_("evidence"), f"{_evidence(manifest):,}"),
    ]


def _evidence(manifest: Manifest) -> int:
    return sum(name.startswith(_STATE) for name in manifest.files)


def _told(manifest: Manifest) -> dict[str, Any]:
    return {
        "made_at": manifest.made_at,
        "revision": manifest.revision,
        "head": {"seq": manifest.events, "hash": manifest.head},
        "counts": manifest.counts,
        "files": len(manifest.files),
        "evidence": _evidence(manifest),
        "missing": manifest.missing,
        "secrets": manifest.secrets,
    }


def _show(call: Call, folder: Path, restored: Restored) -> None:
    from cli.timeline import local

    call.printer.blocks([(_("Restored"), [(_("folder"), str(folder)), *_lines(restored.manifest)])])
    call.printer.say(_("The chain is whole, and the newest event of the backup is in it."))
    if restored.taken_out:
        told = ngettext(
            "{count} delivery that had not left was taken out; the next run prepares it anew if it is still due.",
            "{count} deliveries that had not left were taken out; the next run prepares those still due anew.",
            restored.taken_out,
        )
        call.printer.say(told.format(count=f"{restored.taken_out:,}"))
    if not restored.manifest.secrets:
        call.printer.say(_("The archive holds no secrets: store them again before the next run."))
    call.printer.say(
        _(
            "What the feeds got after {made_at} is not in this journal: the first push waits for a second person."
        ).format(made_at=local(restored.manifest.made_at))
    )
