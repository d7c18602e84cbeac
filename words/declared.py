"""Declared files: YAML text into a typed model, refusing unknown keys with a suggestion, naming file and line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from words.errors import Place, UsageError
from words.languages import gettext as _


class Declared(BaseModel):
    """Base of everything that a person declares in a file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Model = TypeVar("Model", bound=BaseModel)
Path = tuple[int | str, ...]
_TOML_START = re.compile(r"\s*(?:\[(\[?)([^\[\]]+)\]|([\w\"'.\s-]+?)\s*=)")


def parse(model: type[Model], text: str, file: str) -> Model:
    """Read YAML text into ``model``.

    Raises:
        UsageError: the text is not YAML, a key is unknown, or a value does not fit; names the file and the line.
    """
    node = _compose(text, file)
    data = yaml.load(text, Loader=_TextLoader) if node is not None else {}  # noqa: S506 - a SafeLoader subclass
    try:
        return model.model_validate(data if data is not None else {})
    except ValidationError as error:
        found = _telling(error)
        raise _explain(found, model, Place(file=file, line=_line(node, found["loc"]))) from None


def parse_toml(model: type[Model], text: str, file: str) -> Model:
    """Read TOML text into ``model``.

    Raises:
        UsageError: the text is not TOML, a key is unknown, or a value does not fit; names the file and the line.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else max(1, len(text.splitlines()))  # “at end of document”
        raise UsageError(
            "not-toml",
            _("This file is not readable TOML: {problem}").format(problem=error),
            todo=_("Correct the file at this line."),
            place=Place(file=file, line=line),
        ) from None
    except ValidationError as error:
        found = _telling(error)
        raise _explain(found, model, Place(file=file, line=_toml_line(text, found["loc"]))) from None


def _toml_line(text: str, path: Path) -> int | None:
    """Return the line of the key at ``path``, or of its nearest parent that is written down."""
    table: Path = ()
    items: Counter[Path] = Counter()
    deepest, line = 0, None
    for number, written in enumerate(text.splitlines(), 1):
        if not (start := _TOML_START.match(written)):
            continue
        here: Path = tuple(step.strip(" \t\"'") for step in (start[2] or start[3]).split("."))
        if start[1]:  # an item of a list of tables
            items[here] += 1
            here = (*here, items[here] - 1)
        table, here = (here, here) if start[2] else (table, (*table, *here))
        if deepest < len(here) <= len(path) and here == path[: len(here)]:
            deepest, line = len(here), number
    return line


_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is built in


class _TextLoader(_Loader):  # type: ignore[misc, valid-type]
    """A safe loader in which a key given twice is an error instead of a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key_node, _value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                continue  # the loader itself refuses lists and mappings as keys
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"“{key_node.value}” twice", key_node.start_mark)
            seen.add(key_node.value)
        built: dict[Any, Any] = super().construct_mapping(node, deep)
        return built


#: Days stay text: a model reads them where it wants them, and an impossible one is an error with a line.
_TextLoader.yaml_implicit_resolvers = {
    first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:timestamp"]
    for first, rules in _Loader.yaml_implicit_resolvers.items()
}


def _compose(text: str, file: str) -> yaml.Node | None:
    try:
        yaml.load(text, Loader=_TextLoader)  # noqa: S506 - a SafeLoader subclass
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UsageError(
            "not-yaml",
            _("This file is not readable YAML: {problem}").format(problem=error.problem or error.context),
            todo=_("Correct the file at this line; indentation and colons are the usual cause."),
            place=Place(file=file, line=mark.line + 1 if mark else None),
        ) from None
    except yaml.reader.ReaderError as error:
        raise UsageError(
            "not-yaml",
            _("This file is not readable YAML: {problem}").format(problem=error.reason),
            todo=_("Save the file as UTF-8 text without control characters."),
            place=Place(file=file, line=text.count("\n", 0, error.position) + 1),
        ) from None


def line_of(text: str, path: Path) -> int | None:
    """Return the line (from 1) of the node at ``path`` in YAML text, or of its nearest known parent."""
    node = yaml.compose(text, Loader=_Loader)
    return _line(node, path) if node is not None else None


def _line(node: yaml.Node | None, path: Path) -> int | None:
    line = None
    for found in _walk(node, path):
        line = found.start_mark.line + 1
    return line


def _walk(node: yaml.Node | None, path: Path) -> Iterator[yaml.Node]:
    if node is None:
        return
    yield node
    for step in path:
        found = _child(node, step)
        if found is None:
            continue  # pydantic names union branches in its path; YAML does not
        key, node = found
        yield key


def _child(node: yaml.Node, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode):
        items = (
            node.value[step : step + 1]
            if isinstance(step, int)
            else [each for each in node.value if each.value == step]
        )
        return next(((item, item) for item in items), None)
    return None


def _telling(error: ValidationError) -> ErrorDetails:
    """Return what tells most: a mistyped key is also a missing one, and only the first way of saying it helps."""
    errors = error.errors()
    return next((each for each in errors if each["type"] == "extra_forbidden"), errors[0])


def _explain(error: ErrorDetails, model: type[BaseModel], at: Place) -> UsageError:
    path: Path = error["loc"]
    place = Place(file=at.file, line=at.line, field=".".join(str(step) for step in path))
    if error["type"] == "extra_forbidden":
        return UsageError(
            "unknown-key",
            _("The key “{key}” is not known here.").format(key=path[-1]),
            todo=suggest(str(path[-1]), _keys_at(model, path[:-1])),
            place=place,
        )
    if error["type"] == "missing":
        return UsageError(
            "missing-key",
            _("The key “{key}” is missing.").format(key=path[-1]),
            todo=_("Add it; the reference page of this file describes it."),
            place=place,
        )
    return UsageError(
        "bad-value",
        _("This value does not fit: {reason}").format(reason=error["msg"]),
        todo=_("Correct the value; the reference page of this file describes it."),
        place=place,
    )


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that are known below ``path``, following nested models, lists and optionals."""
    here: list[type[BaseModel]] = [model]
    for step in path:
        there = [field.annotation for each in here if (field := each.model_fields.get(str(step)))]
        found = [inner for annotation in there for inner in _models_in(annotation)]
        here = found or here
    return [field.alias or name for each in here for name, field in each.model_fields.items()]


def _models_in(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - any annotation may stand here
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models_in(part)]


def suggest(word: str, known: list[str]) -> str:
    """Return what to do about an unknown word: the nearest known one, or all of them."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if near:
        return _("Did you mean “{near}”?").format(near=near[0])
    return _("Known here: {known}").format(known=", ".join(known))
