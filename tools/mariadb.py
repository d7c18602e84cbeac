"""See to it that there is a MariaDB for the tests.

Takes the one that is there; else Debian's package when root on Debian or Ubuntu.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tools.packages import can_install, install

#: Debian keeps the server where only root looks.
_PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])


def find_programs() -> tuple[Path, Path] | None:
    """Return the server and the program that makes its first tables."""
    server, maker = (shutil.which(name, path=_PLACES) for name in ("mariadbd", "mariadb-install-db"))
    return (Path(server), Path(maker)) if server and maker else None


def main() -> int:
    """Install what is missing; returns an exit code."""
    if find_programs() is None and can_install():
        install(["mariadb-server"])
    found = find_programs()
    sys.stderr.write(
        f"mariadb: {found[0] if found else 'none; install MariaDB 10.6 or newer, with mariadbd on PATH'}\n"
    )
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
