"""An environment for datacompy, which takes neither the pandas nor the polars of the product."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".make" / "reconcile-peers"
PROGRAM = FOLDER / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
SCRIPT = Path(__file__).parents[1] / "peers" / "frames.py"
_PACKAGES = ("datacompy>=1.1,<2", "pandas>=3,<3.1", "polars>=1.44,<1.45", "pyarrow>=20")


def ready() -> bool:
    """Make the environment if it is not there; returns whether the peers can run."""
    if not PROGRAM.exists():
        venv.create(FOLDER, with_pip=True)
    known = subprocess.run([PROGRAM, "-c", "import datacompy, pyarrow"], capture_output=True, check=False)
    if known.returncode == 0:
        return True
    return subprocess.run([PROGRAM, "-m", "pip", "install", "--quiet", *_PACKAGES], check=False).returncode == 0
