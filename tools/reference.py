"""The reference of the command line and of the declared files, made from the code; ``check`` fails when it is stale."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bots.declared import BotDeclared, CommitmentsDeclared
from bots.workspace import Settings
from cli.main import build
from connectors.api.declared import ApiDeclared
from connectors.database.declared import DatabaseDeclared
from connectors.files import FilesDeclared
from connectors.portal.declared import PortalDeclared
from mappings import transforms
from mappings.mapping import MappingFile
from mappings.profile_file import ProfileFile
from mappings.standards import STANDARDS, Standard
from mappings.standards.fields import Field
from schedules.declared import CalendarDeclared
from schedules.planned import Planned, told_duration
from tools import rules_page
from words import languages

COMMANDS = Path("docs/reference/cli.md")
SCHEMAS = Path("docs/reference/schemas")
FIELDS = Path("docs/reference/standards.md")
KEYS = Path("docs/reference/workspace.md")
RULES = Path("docs/reference/rules.md")
PROFILES = Path("docs/reference/profiles.md")
_MEANINGS = Path("tools/meanings.yaml")
MODELS: dict[str, type[BaseModel]] = {
    "bot": BotDeclared,
    "bot.commitments": CommitmentsDeclared,
    "calendar": CalendarDeclared,
    "connector.api": ApiDeclared,
    "connector.database": DatabaseDeclared,
    "connector.files": FilesDeclared,
    "connector.portal": PortalDeclared,
    "mapping": MappingFile,
    "profile": ProfileFile,
    "schedule": Planned,
    "settings": Settings,
}
_HEAD = """\
# The command line

Every command also takes `--workspace DIR`, `--json` (one envelope on stdout), `--log-json` (the log on stderr as JSON
lines, and nothing else there) and `--lang zh|en`.

Exit codes: 0 done · 1 done, and something needs a person · 2 usage or configuration · 3 login needed ·
4 system failure, try again · 5 layout changed, push stopped · 130, 143 signals.
"""
_FIELDS_HEAD = """\
# Standards

The canonical records, made from `mappings/standards/`. Mapping files and profiles name fields by the word in the column
*name*. Lengths are bytes of GBK. Need: M mandatory, C conditional, O optional. ● identifying: a difference in it may
mean another decision. ◐ personal: masked in logs, reports and screenshots, never in what is delivered.

A canonical value is text: dates `YYYY-MM-DD`, 长期 as `2099-12-31`, codes in capitals, half-width characters, amounts
in 万元, several entries of a code table with `、` between them. Empty text means that the record states nothing there.
"""
_KEYS_HEAD = """\
# The files of a workspace

A workspace is a folder with `yinxin.toml`; every command looks for it in its own folder and those above, or in
`--workspace`. Unknown keys are refused with the nearest known one; errors name file and line.

| | |
| --- | --- |
| `yinxin.toml` | settings |
| `connectors/*.yaml` | systems: portals, interfaces, databases, folders of files |
| `mappings/*.yaml`, `mappings/*.profile.yaml` | what columns mean; what a receiver takes |
| `bots/*.yaml` | what is done |
| `schedules/*.yaml` | when bots run by themselves; `schedules/calendar.yaml` is for working days of its own |
| `ledgers/` | the departments' workbooks |
| `reports/` | one workbook per run |
| `.yinxin/` | what is remembered: `journal.db`, `evidence/`, `sessions/`, `logs/`, `secrets.toml` |

[Back it up](../how-to/back-up.md), and never edit `.yinxin/`: it is how a run knows what was sent.

For completion in an editor there are JSON Schemas in [schemas/](schemas/): put
`# yaml-language-server: $schema=…/connector.portal.json` on the first line of a file.

In requests these blanks are filled: `{page}` from 1, `{size}`, `{offset}` from 0, `{since}` and `{until}` as
YYYY-MM-DD, `{key}` in `detail`, `{batch}` in `upload.result`. In a feed's `list`, `{key}` is the document number that
is looked for, or nothing for the whole list. Those of an interface also know `{cursor}` and `{token}`, in `deliver`
`{name}`, `{records}`, `{record}`, `{count}` and, of a single record, its columns.
"""
_KEYS_END = """\
## Transforms

Used under `transforms`: a bare name, or a name with its argument (`{before: 行政许可}`).

| transform | does |
| --- | --- |
"""
_SHARED = {"workspace", "as_json", "log_json", "lang", "help"}


def pages() -> dict[Path, str]:
    """Return every generated page with its text."""
    languages.choose("en")
    found = {COMMANDS: _commands(), FIELDS: _standards(), KEYS: _keys()}
    found |= {RULES: rules_page.rules(), PROFILES: rules_page.profiles()}
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


def _standards() -> str:
    return "\n".join([_FIELDS_HEAD, *(_standard(standard) for standard in STANDARDS.values())])


def _standard(standard: Standard) -> str:
    lines = [
        f"## `{standard.name}`: {standard.label}, {standard.edition} edition\n",
        f"Source: {standard.fields[0].source.split()[0]}. Identity: {', '.join(standard.identity)}.\n",
        "| | name | label | code | kind | length | need | |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_field(number, field) for number, field in enumerate(standard.fields, 1)),
        "\nCode tables (a text that ends with `-` admits any note behind it):\n",
        *(f"- `{field.name}`: {'、'.join(field.choices)}" for field in standard.fields if field.choices),
    ]
    return "\n".join(lines) + "\n"


def _field(number: int, field: Field) -> str:
    marks = "●" * field.identifying + "◐" * field.personal
    cells = (
        number,
        f"`{field.name}`",
        field.label,
        field.code,
        field.kind.value,
        field.length,
        field.need.value,
        marks,
    )
    return f"| {' | '.join(map(str, cells))} |".replace("|  |", "| |")


def models_in(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any annotation may stand here
    """Return the models that an annotation names, those inside lists and optionals too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def models() -> dict[str, type[BaseModel]]:
    """Return every model that a declared file is read into, nested ones too, by name."""
    found: dict[str, type[BaseModel]] = {}
    waiting = list(MODELS.values())
    while waiting:
        model = waiting.pop()
        if model.__name__ not in found:
            found[model.__name__] = model
            waiting += [inner for field in model.model_fields.values() for inner in models_in(field.annotation)]
    return found


def _keys() -> str:
    known = models()
    meant = yaml.safe_load(_MEANINGS.read_text("utf-8"))
    if set(known) != set(meant):
        raise SystemExit(f"{_MEANINGS} does not have exactly these: {sorted(known)}")
    parts = [_section(told["heading"], known[name], told["keys"]) for name, told in meant.items()]
    named: Mapping[str, Any] = {**transforms.PLAIN, **transforms.WITH_ARGUMENT}
    steps = [f"| `{name}` | {_first_line(named[name])} |" for name in transforms.NAMES]
    return "\n".join([_KEYS_HEAD, *parts, _KEYS_END + "\n".join(steps), ""])


def _first_line(function: Any) -> str:  # noqa: ANN401 - any function
    return str(function.__doc__).strip().splitlines()[0].replace("``", "`")


def _section(heading: str, model: type[BaseModel], meanings: Mapping[str, str]) -> str:
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    if set(fields) != set(meanings):
        raise SystemExit(f"{_MEANINGS}: {model.__name__} does not have exactly these keys: {sorted(fields)}")
    lines = [
        f"| `{key}` | {_type(field.annotation)} | {_default(field)} | {meanings[key]} |".replace("|  |", "| |")
        for key, field in fields.items()
    ]
    return "\n".join([f"## {heading}\n", "| key | type | default | meaning |", "| --- | --- | --- | --- |", *lines, ""])


_TYPES = {str: "text", int: "number", float: "number", bool: "true or false", date: "day", timedelta: "duration"}


def _type(annotation: Any) -> str:  # noqa: ANN401 - any annotation may stand here
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in parts)
    if origin is tuple:
        return "list" if models_in(annotation) or str not in parts else "list of texts"
    if origin is dict:
        return "keys and values"
    if models_in(annotation):
        return "keys"
    if parts:
        return " or ".join(dict.fromkeys(_type(part) for part in parts if part is not NoneType))
    return _TYPES[annotation]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if isinstance(field.default, BaseModel):
        return "each key's own"
    if field.default is None or field.default in ("", (), {}):
        return "none"
    if isinstance(field.default, tuple):
        return "、".join(field.default)
    if isinstance(field.default, timedelta):
        return f"`{told_duration(field.default)}`"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`".replace("|", "\\|")


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
