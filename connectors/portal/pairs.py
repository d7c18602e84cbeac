"""Pairs of label and value in the source of a detail page: tables, definition lists, forms."""

from __future__ import annotations

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from connectors.portal.html import cells_of, text_of


def pairs_of(tree: LexborHTMLParser) -> dict[str, str]:
    """Return the label/value pairs of a page; of two with the same label, the first."""
    pairs: dict[str, str] = {}
    for label, value in (*_in_tables(tree), *_in_lists(tree), *_in_forms(tree)):
        if words := text_of(label).rstrip(":：").strip():
            pairs.setdefault(words, _value(value))
    return pairs


def _in_tables(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, LexborNode]]:
    """Rows that hold label, value and so on."""
    for row in tree.css("tr"):
        cells = cells_of(row)
        if len(cells) % 2 == 0:
            yield from zip(cells[::2], cells[1::2], strict=True)


def _in_lists(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, LexborNode]]:
    for term in tree.css("dt"):
        if (told := _next(term)) is not None and told.tag == "dd":
            yield term, told


def _in_forms(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, LexborNode]]:
    """A label and the field that it is for, or what stands behind it."""
    fields = {each.attributes["id"]: each for each in tree.css("input[id], select[id], textarea[id]")}
    for label in tree.css("label"):
        if (told := fields.get(label.attributes.get("for")) or _next(label)) is not None:
            yield label, told


def _next(node: LexborNode) -> LexborNode | None:
    following = node.next
    while following is not None and following.tag == "-text":
        following = following.next
    return following


def _value(node: LexborNode) -> str:
    if node.tag == "input":
        return node.attributes.get("value") or ""
    if node.tag == "select":
        chosen = node.css_first("option[selected]")
        return text_of(chosen) if chosen is not None else ""
    return text_of(node)
