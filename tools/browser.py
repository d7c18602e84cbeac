"""See to it that there is a browser, and glyphs for Chinese in its pictures.

Takes the one that is there; else Debian's packages when root on Debian or Ubuntu; else Playwright's own download.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from connectors.browser import find_browser
from tools.packages import can_install, install

_SHELL, _FONT = "chromium-headless-shell", "fonts-wqy-zenhei"


def main() -> int:
    """Install what is missing; returns an exit code."""
    packages = _missing()
    if packages and can_install():
        install(packages)
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
    found = find_browser()
    sys.stderr.write(f"browser: {found}\n")
    return 0 if found else 1


def _missing() -> list[str]:
    packages = [] if find_browser() else [_SHELL]
    return packages if _has_chinese_font() else [*packages, _FONT]


def _has_chinese_font() -> bool:
    if sys.platform in {"win32", "darwin"} or not shutil.which("fc-list"):
        folders = [Path("/usr/share/fonts"), Path.home() / ".fonts"]
        named = ("wqy", "NotoSansCJK", "NotoSerifCJK", "SourceHan")
        fonts = [file.name for folder in folders if folder.is_dir() for file in folder.rglob("*.tt*")]
        return sys.platform in {"win32", "darwin"} or any(name.startswith(named) for name in fonts)
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
