"""The entry point: builds the commands, in the language that was asked for."""

from __future__ import annotations

import sys
from typing import Any

import typer

from cli.printing import Printer
from words import languages
from words.errors import UsageError
from words.languages import gettext as _

if sys.platform == "win32":
    # A console code page would refuse Chinese names.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]


_SURPLUS = "unexpected extra argument(s)"


def build() -> typer.Typer:
    """Return the command line; every command imports what it needs when it runs."""
    from cli import (
        alarms,
        audit,
        backup,
        calendars,
        collect,
        commitments,
        connectors,
        deliveries,
        demo,
        doctor,
        explain,
        init,
        mappings,
        quarantine,
        release,
        report,
        resume,
        review,
        run,
        sandbox,
        schedule,
        shadow,
        status,
        worker,
    )

    app = typer.Typer(
        name="yinxin",
        help=_("Yinxin carries what a bureau has sealed to where the public can see it: same day, once, provably."),
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help comes in half the time
    )
    for room in (demo, init, run, collect, resume, release, status, shadow, explain, report, doctor, worker, backup):
        room.register(app)
    for name, room, about in (
        ("commitments", commitments, _("What builders and others promised, and whether they kept it.")),
        ("deliveries", deliveries, _("What is on its way to a feed.")),
        ("connectors", connectors, _("The systems at the edges.")),
        ("mappings", mappings, _("The declared field mappings.")),
        ("review", review, _("The workbook that comes back, and what persons decided in it.")),
        ("quarantine", quarantine, _("The rows that could not become records.")),
        ("schedule", schedule, _("What runs by itself, and when.")),
        ("calendar", calendars, _("The working days that deadlines are counted by.")),
        ("alarms", alarms, _("What somebody has to be told.")),
        ("audit", audit, _("Proof of what happened.")),
        ("sandbox", sandbox, _("The pretend city to play against.")),
    ):
        group = typer.Typer(no_args_is_help=True, help=about)
        room.register(group)
        app.add_typer(group, name=name)
    return app


def main(argv: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    words = _shared_behind(sys.argv[1:] if argv is None else argv)
    _teach_typer(languages.choose(_language(words)))
    command = typer.main.get_command(build())
    try:
        sys.exit(command.main(words, prog_name="yinxin", standalone_mode=False) or 0)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stderr.write(f"{error.format_message()}\n")
            sys.exit(UsageError.exit_code)
        sys.exit(_misused(error, words))


def _teach_typer(language: languages.Language) -> None:
    """Let the headings of the help come from our catalogue too."""
    if language == "zh":
        import gettext
        import os

        os.environ["LANGUAGE"] = "zh_CN"
        gettext.bindtextdomain(languages.DOMAIN, languages.LOCALE)
        gettext.textdomain(languages.DOMAIN)


def _shared_behind(words: list[str]) -> list[str]:
    """Move shared options that stand before the command behind it, where every command takes them."""
    valued = {"--lang", "--workspace", "-w"}
    known = {"--json", "--log-json", *valued}
    front = 0
    while front < len(words) and (words[front] in known or words[front].startswith("--lang=")):
        front += 2 if words[front] in valued else 1
    return [*words[front:], *words[:front]] if words[front:] else []


def _language(words: list[str]) -> str | None:
    """Help is printed before options are read, so the language is looked for by hand."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None


def _misused(error: Any, words: list[str]) -> int:  # noqa: ANN401 - the parser's own exception
    failure = UsageError("usage", _said(error), todo=_("See “{name} --help”.").format(name=_path(error)))
    printer = Printer(" ".join(words[:1]), as_json="--json" in words, log_json="--log-json" in words)
    if printer.log_json:
        from cli.logs import open_stderr

        open_stderr(as_json=True)
    printer.fail(failure)
    return failure.exit_code


def _said(error: Any) -> str:  # noqa: ANN401 - the parser's own exception
    """Return what the parser says in the reader's language; it knows only English itself."""
    parameter = max(getattr(getattr(error, "param", None), "opts", ()), key=len, default="")
    match type(error).__name__:
        case "NoSuchOption":
            return _("There is no option “{name}”.").format(name=error.option_name)
        case "MissingParameter" if parameter:
            return _("“{name}” is missing.").format(name=parameter)
        case "BadParameter" if parameter:
            return _("The value of “{name}” does not fit.").format(name=parameter)
    said = str(error.format_message())
    _before, surplus, words = said.partition(_SURPLUS)
    return _("The command does not take this: {words}").format(words=words.strip(" ()")) if surplus else said


def _path(error: Any) -> str:  # noqa: ANN401 - the parser's own exception
    context = getattr(error, "ctx", None)
    return context.command_path if context else "yinxin"


if __name__ == "__main__":
    main()
