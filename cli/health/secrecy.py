"""Secrets: each that is named is there, only its owner can read the file, and none stands in a declared file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.health.checking import Check, failed
from words.errors import Place, UsageError, YinxinError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from bots.workspace import Workspace

_NAME = re.compile(r"(?:.*_)?secret")
_VALUE = re.compile(r"(?:.*_)?(?:password|passwd|pwd|token|api_?key)", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"://[^\s/:@]*:[^\s/@{}]+@")
_BLANK = re.compile(r"\{\w+\}")  # a request's template names what is filled in later
_SHORT = 6  # letters; a shorter word stands in many a file by chance

Step = tuple[int | str, ...]


def secrets(workspace: Workspace) -> Iterator[Check]:
    """Whether secrets are where they should be, and nowhere else."""
    files = dict(_declared(workspace))
    named = {value for tree in files.values() for path, value in _leaves(tree) if _names_one(path, value)}
    problems: dict[tuple[str, str | None], Check] = {}
    known: dict[str, str] = {}
    for name in sorted(named):
        try:
            known[name] = workspace.secrets.value(name)
        except YinxinError as error:  # what is wrong with the file is wrong with all of them
            problems.setdefault((error.code, error.place.field), failed(f"secrets.{name}", _("secrets"), error))
    yield from problems.values()
    exposed = [check for file, tree in files.items() for check in _exposed(workspace.folder, file, tree, known)]
    yield from exposed
    if not problems and not exposed:
        found = ngettext("{count} secret is stored", "{count} secrets are stored", len(named))
        yield Check("secrets", _("secrets"), "ok", found.format(count=len(named)))


def _names_one(path: Step, value: str) -> bool:
    return bool(_NAME.fullmatch(str(path[-1]))) and not _BLANK.search(value)


def _declared(workspace: Workspace) -> Iterator[tuple[str, Any]]:
    """Yield (file, content) of the files that people write; what cannot be read is told by another check."""
    import tomllib

    import yaml

    from bots.workspace import SETTINGS

    for path in sorted(workspace.folder.glob("*/*.yaml")):
        try:
            yield path.relative_to(workspace.folder).as_posix(), yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
    try:
        yield SETTINGS, tomllib.loads((workspace.folder / SETTINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return


def _leaves(tree: Any, path: Step = ()) -> Iterator[tuple[Step, str]]:  # noqa: ANN401 - what YAML holds
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, (*path, str(key)))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from _leaves(value, (*path, number))
    elif isinstance(tree, str) and path:
        yield path, tree


def _exposed(folder: Path, file: str, tree: Any, known: dict[str, str]) -> Iterator[Check]:  # noqa: ANN401
    """Yield one check for each place of a file at which a secret stands itself."""
    for path, value in _leaves(tree):
        held = [name for name, secret in known.items() if len(secret) >= _SHORT and secret in value]
        stands = value and _VALUE.fullmatch(str(path[-1])) and not _BLANK.search(value)
        if held or _IN_ADDRESS.search(value) or stands:
            yield failed("secrets.exposed", _("secrets"), _in_the_open(folder, file, path, "".join(held[:1])))


def _in_the_open(folder: Path, file: str, path: Step, name: str) -> UsageError:
    from words.declared import line_of

    line = line_of((folder / file).read_text(encoding="utf-8"), path) if file.endswith(".yaml") else None
    said = _("The value of the secret “{name}” stands in this file.").format(name=name) if name else ""
    return UsageError(
        "secret-exposed",
        said or _("A password stands in this file."),
        todo=_("Change it at its system, put the new one into the secrets file, and only name it here."),
        place=Place(file=file, line=line, field=".".join(map(str, path))),
    )
