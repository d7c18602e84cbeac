"""Fetch the browser bundles of the front-end libraries that the portal tests draw their pages with.

Each package is packed by npm as it is configured here, and only the files named below are kept, in ``.make/frontends``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.packages import can_install, install

FOLDER = Path(__file__).parents[1] / ".make" / "frontends"
#: Package → the files of it that a page loads.
FILES: dict[str, tuple[str, ...]] = {
    "vue@3.5.45": ("dist/vue.global.prod.js",),
    "element-plus@2.14.8": ("dist/index.full.min.js", "dist/index.css", "dist/locale/zh-cn.min.js"),
    "layui@2.13.6": ("dist/layui.js", "dist/css/layui.css"),
    "antd@5.29.3": ("dist/antd-with-locales.min.js", "dist/reset.css"),
    "react@18.3.1": ("umd/react.production.min.js",),
    "react-dom@18.3.1": ("umd/react-dom.production.min.js",),
    "dayjs@1.11.13": ("dayjs.min.js",),
}


def frontends() -> Path:
    """Return the folder of the bundles, fetched where another version lies there, or none.

    Raises:
        OSError: there is no npm.
        subprocess.CalledProcessError: it cannot fetch a package.
    """
    for package, files in FILES.items():
        mark = FOLDER / f"{_name(package)}.version"
        if not mark.is_file() or mark.read_text("utf-8") != package:
            _fetch(package, files)
            mark.write_text(package, encoding="utf-8")
    return FOLDER


def _name(package: str) -> str:
    return package.rpartition("@")[0]


def _fetch(package: str, files: tuple[str, ...]) -> None:
    if shutil.which("npm") is None and can_install():
        install(["npm"])
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm")
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            [npm, "pack", "--silent", "--json", package], cwd=folder, check=True, capture_output=True, text=True
        )
        name = json.loads(packed.stdout)[0]["filename"]
        with tarfile.open(Path(folder) / name) as archive:
            for file in files:
                _keep(archive, file, FOLDER / _name(package) / file)


def _keep(archive: tarfile.TarFile, file: str, target: Path) -> None:
    member = archive.extractfile(f"package/{file}")
    if member is None:
        raise FileNotFoundError(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(member.read())
    part.replace(target)


if __name__ == "__main__":
    sys.stderr.write(f"frontends: {frontends()}\n")
