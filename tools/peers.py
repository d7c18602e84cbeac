"""Install what the benchmarks compare with into an environment of its own, ``.make/peers``."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parents[1] / ".make" / "peers"
PROGRAM = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
_PACKAGES = ("scrapy>=2.13,<3", "scrapy-playwright>=0.0.44", "crawlee[playwright,parsel]>=1.0,<2")


def main() -> int:
    """Make the environment; returns an exit code."""
    if not PROGRAM.exists():
        venv.create(FOLDER, with_pip=True)
    return subprocess.run([PROGRAM, "-m", "pip", "install", "--quiet", *_PACKAGES], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
