"""Debian's packages, where this process may install them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


def can_install() -> bool:
    """Tell whether this is root on Debian or Ubuntu."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> None:
    """Install packages without a question; what goes wrong is told on stderr, and whoever needs them finds out."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    installed = subprocess.run(command, check=False, env=quiet, capture_output=True, text=True)
    if installed.returncode:
        sys.stderr.write(installed.stderr[-2000:])
