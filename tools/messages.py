"""The message catalogue: ``update`` collects all messages and compiles; ``check`` fails when one has no Chinese text.

Babel reads the code; the catalogue words/locale/zh_CN/LC_MESSAGES/yinxin.po is where translations are written.
"""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOMS = ("words", "mappings", "connectors", "reconciliation", "journal", "schedules", "bots", "cli")
FOLDER = Path("words/locale/zh_CN/LC_MESSAGES")
PO, MO = FOLDER / "yinxin.po", FOLDER / "yinxin.mo"
_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "mark": None,
    "gettext": None,
    "ngettext": (1, 2),
}
#: What the command-line library itself says.
_LIBRARY = (
    *("Options", "Arguments", "Commands", "required", "default: {default}"),
    *("Missing command.", "No such command {name!r}."),
)
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # a compiled catalogue must not change with the clock
_BLANK = re.compile(r"\{[^{}]*\}")


def template() -> Catalog:
    """Return all messages of the rooms."""
    catalog = Catalog(project="yinxin", charset="utf-8")
    for room in ROOMS:
        found = extract_from_dir(room, method_map=[("**.py", "python")], keywords=_KEYWORDS)
        for file, _line, message, _comments, _context in found:
            catalog.add(message, locations=[(f"{room}/{file}", 0)])
    for message in _LIBRARY:
        catalog.add(message)
    return catalog


def known() -> Catalog:
    """Return the catalogue as it is committed."""
    if not PO.exists():
        return Catalog(locale="zh_CN", project="yinxin", charset="utf-8")
    with PO.open("rb") as file:
        return read_po(file, locale="zh_CN")


def update() -> int:
    """Bring the catalogue up to date with the code and compile it."""
    catalog = known()
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, sort_output=True, no_location=True, omit_header=True, width=0)
    MO.write_bytes(_compiled(catalog))
    return 0


def _compiled(catalog: Catalog) -> bytes:
    catalog.creation_date = catalog.revision_date = _ANY_DAY
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    return compiled.getvalue()


def check() -> int:
    """Report messages without a translation, translations with other blanks, and a stale compiled catalogue."""
    catalog = known()
    texts = {message.id: message for message in catalog if message.id}
    wanted = [message for message in template() if message.id]
    problems = [problem for message in wanted for problem in _problems(message, texts.get(message.id))]
    if not problems and MO.read_bytes() != _compiled(catalog):
        problems.append(f"{MO} is stale: run make messages")
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    return 1 if problems else 0


def _problems(message: Message, translated: Message | None) -> list[str]:
    if translated is None or not _texts(translated.string)[0]:
        return [f"no Chinese text for {message.id!r}: run make messages, then write it into {PO}"]
    wanted = set(_BLANK.findall(_texts(message.id)[-1]))
    return [
        f"other blanks in the Chinese text for {message.id!r}"
        for text in _texts(translated.string)
        if text and set(_BLANK.findall(text)) != wanted
    ]


def _texts(message: str | list[str] | tuple[str, ...] | None) -> list[str]:
    return [message or ""] if isinstance(message, str | None) else list(message)


if __name__ == "__main__":
    sys.exit({"update": update, "check": check}[sys.argv[1]]())
