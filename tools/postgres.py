"""See to it that there is a PostgreSQL for the tests.

Takes the one that is there; else Debian's package when root on Debian or Ubuntu.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tools.packages import can_install, install

_DEBIAN = Path("/usr/lib/postgresql")


def find_programs() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``: the one on PATH, else Debian's newest."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(_DEBIAN.glob("*/bin"), key=_version, reverse=True)
    return next((folder for folder in folders if shutil.which("postgres", path=str(folder))), None)


def _version(folder: Path) -> float:
    name = folder.parent.name
    return float(name) if name.replace(".", "", 1).isdigit() else 0.0


def main() -> int:
    """Install what is missing; returns an exit code."""
    if find_programs() is None and can_install():
        install(["postgresql"])
    found = find_programs()
    sys.stderr.write(f"postgresql: {found or 'none; install PostgreSQL 15 or newer, with initdb on PATH'}\n")
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
