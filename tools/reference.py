"""The reference of the command line and of the declared files, made from the code; ``check`` fails when it is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from bots.declared import BotDeclared
from bots.workspace import Settings
from cli.main import build
from connectors.files import FilesDeclared
from connectors.portal.declared import PortalDeclared
from mappings.mapping import MappingFile
from mappings.profiles import ProfileFile
from words import languages

COMMANDS = Path("docs/reference/cli.md")
SCHEMAS = Path("docs/reference/schemas")
MODELS: dict[str, type[BaseModel]] = {
    "bot": BotDeclared,
    "connector.files": FilesDeclared,
    "connector.portal": PortalDeclared,
    "mapping": MappingFile,
    "profile": ProfileFile,
    "settings": Settings,
}
_HEAD = """\
# The command line

Every command also takes `--workspace DIR`, `--json` (one envelope on stdout) and `--lang zh|en`.

Exit codes: 0 done · 1 done, and something needs a person · 2 usage or configuration · 3 login needed ·
4 system failure, try again · 5 layout changed, push stopped · 130, 143 signals.
"""
_SHARED = {"workspace", "as_json", "lang", "help"}


def pages() -> dict[Path, str]:
    """Return every generated page with its text."""
    languages.choose("en")
    found = {COMMANDS: _commands()}
    for name, model in MODELS.items():
        schema = json.dumps(model.model_json_schema(by_alias=True), ensure_ascii=False, indent=2)
        found[SCHEMAS / f"{name}.json"] = f"{schema}\n"
    return found


def _commands() -> str:
    root = typer.main.get_command(build())
    parts = [_HEAD]
    for name, command in sorted(_leaves(root, "yinxin")):
        context = typer.Context(command, info_name=name)
        parts.append(f"## `{name}`\n\n{command.help}\n")
        rows = [param.get_help_record(context) for param in command.params if param.name not in _SHARED]
        lines = [f"| `{row[0]}` | {row[1]} |" for row in rows if row]
        if lines:
            parts.append("\n".join(["| option | meaning |", "| --- | --- |", *lines]) + "\n")
    return "\n".join(parts)


def _leaves(command: Any, path: str) -> list[tuple[str, Any]]:  # noqa: ANN401 - the parser's own classes
    if not isinstance(command, typer.core.TyperGroup):
        return [(path, command)]
    return [leaf for name, inner in command.commands.items() for leaf in _leaves(inner, f"{path} {name}")]


def write() -> int:
    """Write every page."""
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def check() -> int:
    """Report pages that are not as the code would make them."""
    stale = [path for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    sys.stderr.write("".join(f"{path} is stale: run make docs\n" for path in stale))
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit({"write": write, "check": check}[sys.argv[1]]())
