"""The reference is complete: commands, keys, fields, errors."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeGuard

import pytest
import typer

from cli.main import build
from mappings.rules import RULES
from tests.docs.pages import DOCS, READMES, ROOT, read
from tools import reference
from words import errors

_ROOMS = ("words", "mappings", "connectors", "reconciliation", "journal", "schedules", "bots", "cli")
_CLASSES = {each.__name__: each for each in errors.YinxinError.__subclasses__()}
_WRAPPERS = {"error", "_error"}  # in mappings: they take a code and make a UsageError


def _commands() -> dict[str, list[str]]:
    """Return every command with its options."""
    found = {}
    for name, command in reference._leaves(typer.main.get_command(build()), "yinxin"):
        found[name] = [option for param in command.params for option in param.opts if option.startswith("--")]
    return found


def test_generated_pages_are_current(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands, keys, fields and JSON Schemas on the pages are those of the code."""
    monkeypatch.chdir(ROOT)
    assert reference.check() == 0


def test_every_command_and_option_is_in_the_reference() -> None:
    """An option that the page does not show is not known to exist."""
    page = read(DOCS / "reference/cli.md")
    head, *sections = page.split("\n## ")
    texts = {section.split("\n", 1)[0].strip("`"): section for section in sections}
    for command, options in _commands().items():
        for option in options:
            assert f"`{option}" in head + texts[command], f"{command} {option}"


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_a_readme_names_every_command(page: object) -> None:
    """The table of commands leaves none out."""
    text = read(next(each for each in READMES if each == page))
    assert [command for command in _commands() if f"`{command}" not in text] == []


def _calls() -> Iterator[tuple[str, ast.Call, str]]:
    """Yield every call that makes an error: the class or wrapper, the call, and the function it stands in."""
    for room in _ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            yield from _in(ast.parse(file.read_text(encoding="utf-8")), room, "")


def _in(node: ast.AST, room: str, function: str) -> Iterator[tuple[str, ast.Call, str]]:
    for child in ast.iter_child_nodes(node):
        inside = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(child, ast.ClassDef) and (base := _error_of(child)):
            yield from ((base, call, "__init__") for call in ast.walk(child) if _names_itself(call))
        yield from _in(child, room, inside)
        if isinstance(child, ast.Call) and child.args:
            name = child.func.id if isinstance(child.func, ast.Name) else getattr(child.func, "attr", "")
            if name in _CLASSES or (name in _WRAPPERS and room == "mappings"):
                yield name, child, function


def _error_of(child: ast.ClassDef) -> str:
    """Return the error that a class of its own is a kind of."""
    return next((base.id for base in child.bases if isinstance(base, ast.Name) and base.id in _CLASSES), "")


def _names_itself(node: ast.AST) -> TypeGuard[ast.Call]:
    """Tell whether this is the call by which an error's own class gives its code."""
    return isinstance(node, ast.Call) and bool(node.args) and ast.unparse(node.func) == "super().__init__"


def _raised() -> set[tuple[str, str, str]]:
    """Return (code, who, exit code) of every error in the code."""
    found = set()
    for name, call, function in _calls():
        code = call.args[0]
        if not isinstance(code, ast.Constant):
            assert function in _WRAPPERS, f"the code of an error is computed in {function}"
            continue
        kind = _CLASSES.get(name, errors.UsageError)
        found.add((str(code.value), kind.who, str(kind.exit_code)))
    return found


def test_every_error_code_is_explained() -> None:
    """The page has every code with who acts and the exit code, and none that is gone."""
    page = read(DOCS / "reference/errors.md").partition("## Rules")[0]
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| (\d) \| [^|]+ \|$", page, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == _raised()


def test_every_rule_is_explained() -> None:
    """The page has every rule once, with its severity, in the words of the workbook, with what to do."""
    page = read(DOCS / "reference/rules.md")
    rows = re.findall(r"^\| `([a-z_-]+)` \| (\w+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    assert rows == [(rule.code, rule.severity, rule.sentence, rule.hint) for rule in RULES.values()]
    assert "(rules.md)" in read(DOCS / "reference/errors.md").partition("## Rules")[2]


def test_every_fault_of_the_sandbox_is_explained() -> None:
    """The sandbox page lists what can be ordered."""
    from sandbox.doors import ACCOUNTS
    from sandbox.faults import FAULTS

    page = read(DOCS / "reference/sandbox.md")
    words = [*FAULTS, *(word for account in ACCOUNTS.values() for word in account)]
    assert [word for word in words if f"`{word}`" not in page] == []
