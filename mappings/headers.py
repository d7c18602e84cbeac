"""Header words: how a column's heading is compared, whatever a department typed around it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_MARKS = re.compile(r"\((?:必填|选填|可选|必填项)\)|\*|\s")
_NUMBERING = re.compile(r"^(?:\d{1,2}[.、)])+(?=\D)")
_DASHES = str.maketrans("—–﹣_", "----")
_BRACKETS = str.maketrans("〔【[〕】]", "((()))")


@lru_cache(maxsize=4096)
def plain_header(text: str) -> str:
    r"""Return a heading without width, white space, line breaks, numbering, required marks or a final colon.

    ``"许可决定\n文书号 *"`` and ``"３.许可决定文书号（必填）："`` both become ``"许可决定文书号"``.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS).translate(_DASHES)
    return _NUMBERING.sub("", _MARKS.sub("", folded)).rstrip(":").casefold()


def find_columns(headers: list[str], wanted: tuple[str, ...]) -> list[str]:
    """Return those of ``headers`` whose plain form is the plain form of a wanted word, in the order of the words.

    A heading that stands in the table exactly as it was wanted wins over looser spellings of the same word.
    """
    plain: dict[str, list[str]] = {}
    for header in headers:
        plain.setdefault(plain_header(header), []).append(header)
    found: dict[str, None] = {}
    for word in wanted:
        for header in plain.get(plain_header(word), []):
            found[header] = None
    return list(found)
