"""Who is at the keyboard: the name under which somebody prepares, releases, withdraws or purges."""

from __future__ import annotations

import getpass
import os

OPERATOR = "YINXIN_OPERATOR"


def operator() -> str:
    """Return the name in the environment's ``YINXIN_OPERATOR``, or that of the operating system's user."""
    return os.environ.get(OPERATOR, "").strip() or getpass.getuser()
