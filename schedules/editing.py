"""Adding an entry to the text of a declared file, so that everything that stands there stays, comments too.

Whoever calls this reads the result again: a text that is laid out in an unforeseen way gives one that says something
else, and is not written.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

Value = str | Mapping[str, "Value"]
_STEP = 2


def with_entry(text: str, section: str, key: str, value: Value) -> str:
    """Return YAML text with one more entry at the end of a section, which is made if it is not there."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return _behind(text, len(text), f"{section}:\n{_block(key, value, _STEP)}")
    node = next((value for name, value in root.value if name.value == section), None)
    if node is None:
        return _behind(text, _end(root), f"{section}:\n{_block(key, value, root.start_mark.column + _STEP)}")
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return _behind(text, _end(node), _block(key, value, node.start_mark.column))
    return _inside(text, node, f"{key}: {_flow(value)}")


def scalar(text: str) -> str:
    """Return a text on one line as YAML writes it wherever a value may stand."""
    return yaml.safe_dump([" ".join(text.split())], default_flow_style=True, allow_unicode=True, width=10**6)[1:-2]


def _inside(text: str, node: yaml.Node, entry: str) -> str:
    """Put an entry behind the last one between braces."""
    end = _end(node.value[-1][1]) if node.value else int(node.end_mark.index) - 1
    return f"{text[:end]}{', ' if node.value else ''}{entry}{text[end:]}"


def _behind(text: str, position: int, lines: str) -> str:
    """Put whole lines behind the line in which a position lies; one at the beginning of a line ends the one before."""
    if position == 0 or text[position - 1] == "\n":
        return text[:position] + lines + text[position:]
    end = text.find("\n", position)
    return f"{text}\n{lines}" if end < 0 else text[: end + 1] + lines + text[end + 1 :]


def _end(node: yaml.Node) -> int:
    """Return where a node's last own character lies; a block's own end mark lies behind the comments that follow."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _block(key: str, value: Value, indent: int) -> str:
    if isinstance(value, str) or not value:
        return f"{' ' * indent}{key}: {_flow(value)}\n"
    return f"{' ' * indent}{key}:\n" + "".join(_block(name, inner, indent + _STEP) for name, inner in value.items())


def _flow(value: Value) -> str:
    if isinstance(value, str):
        return scalar(value)
    return "{" + ", ".join(f"{name}: {_flow(inner)}" for name, inner in value.items()) + "}"
