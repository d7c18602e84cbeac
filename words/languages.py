"""Chinese and English through gettext catalogues; the English sentence is the message id.

The language is chosen once per process: ``--lang``, then ``YINXIN_LANG``, then the locale.
"""

from __future__ import annotations

import gettext as _gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]

DOMAIN = "yinxin"
LOCALE = Path(__file__).parent / "locale"
_chosen: Language | None = None


def choose(language: str | None) -> Language:
    """Fix the language of this process; anything that starts with ``zh`` is Chinese, all else English."""
    global _chosen  # noqa: PLW0603 - one process speaks one language
    _chosen = "zh" if (language or _from_environment()).lower().startswith("zh") else "en"
    return _chosen


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak another language inside the block, as whoever reads again what was written in it."""
    before = current()
    choose(language)
    try:
        yield
    finally:
        choose(before)


def current() -> Language:
    """Return the language in force, choosing it from the environment at first use."""
    return _chosen or choose(None)


def _from_environment() -> str:
    names = ("YINXIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return next((value for name in names if (value := os.environ.get(name))), "en")


@lru_cache(maxsize=2)
def _catalogue(language: Language) -> _gettext.NullTranslations:
    if language == "en":
        return _gettext.NullTranslations()
    return _gettext.translation(DOMAIN, LOCALE, languages=["zh_CN"], fallback=True)


def gettext(message: str) -> str:
    """Return the message in the reader's language."""
    return _catalogue(current()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the message for a count in the reader's language."""
    return _catalogue(current()).ngettext(one, many, count)


def mark(message: str) -> str:
    """Mark a message for the catalogue without translating it yet."""
    return message


N_ = mark
_ = gettext
