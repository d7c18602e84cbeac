"""Fetch the browser bundles of the front-end libraries that the portal tests draw their pages with.

Each package is packed by npm as it is configured here, and only the files named below are kept, in ``.make/frontends``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tools.packages import can_install, install

FOLDER = Path(__file__).parents[1] / ".make" / "frontends"
#: Folder → the package, and the files of it that a page loads.
FILES: dict[str, tuple[str, ...]] = {
    "vue": ("vue@3.5.45", "dist/vue.global.prod.js"),
    "vue2": ("vue@2.7.16", "dist/vue.min.js"),
    "element-plus": ("element-plus@2.14.8", "dist/index.full.min.js", "dist/index.css", "dist/locale/zh-cn.min.js"),
    "element-ui": ("element-ui@2.15.14", "lib/index.js", "lib/theme-chalk/index.css"),
    "view-design": ("view-design@4.7.0", "dist/iview.min.js", "dist/styles/iview.css"),
    "naive-ui": ("naive-ui@2.40.0", "dist/index.prod.js"),
    "vxe-table": ("vxe-table@3.9.0", "lib/index.umd.min.js", "lib/style.min.css"),
    "vxe-pc-ui": ("vxe-pc-ui@3.14.27", "lib/index.umd.min.js", "lib/style.min.css"),
    "xe-utils": ("xe-utils@3.7.4", "dist/xe-utils.umd.min.js"),
    "layui": ("layui@2.13.6", "dist/layui.js", "dist/css/layui.css"),
    "antd": ("antd@5.29.3", "dist/antd-with-locales.min.js", "dist/reset.css"),
    "ant-design-vue": ("ant-design-vue@1.7.8", "dist/antd-with-locales.min.js", "dist/antd.min.css"),
    "moment": ("moment@2.30.1", "min/moment-with-locales.min.js"),
    "react": ("react@18.3.1", "umd/react.production.min.js"),
    "react-dom": ("react-dom@18.3.1", "umd/react-dom.production.min.js"),
    "dayjs": ("dayjs@1.11.13", "dayjs.min.js"),
    "arco-design-web-react": ("@arco-design/web-react@2.65.0", "dist/arco.min.js", "dist/css/arco.min.css"),
    "ag-grid-community": ("ag-grid-community@31.3.4", "dist/ag-grid-community.min.js"),
    "jquery": ("jquery@3.7.1", "dist/jquery.min.js"),
    "bootstrap": ("bootstrap@3.4.1", "dist/css/bootstrap.min.css"),
    "bootstrap-table": (
        "bootstrap-table@1.22.6",
        "dist/bootstrap-table.min.js",
        "dist/bootstrap-table.min.css",
        "dist/locale/bootstrap-table-zh-CN.min.js",
    ),
    "jquery-easyui": (
        "jquery-easyui@1.5.21",
        "js/jquery.min.js",
        "js/jquery.easyui.min.js",
        "css/easyui.css",
        "locale/easyui-lang-zh_CN.js",
    ),
    "free-jqgrid": (
        "free-jqgrid@4.15.5",
        "dist/jquery.jqgrid.min.js",
        "dist/i18n/grid.locale-cn.js",
        "dist/css/ui.jqgrid.min.css",
    ),
    "datatables.net": ("datatables.net@1.13.11", "js/jquery.dataTables.min.js"),
    "datatables.net-fixedcolumns": ("datatables.net-fixedcolumns@4.3.1", "js/dataTables.fixedColumns.min.js"),
}


def frontends() -> Path:
    """Return the folder of the bundles, fetched where another version lies there, or none.

    Raises:
        OSError: there is no npm.
        subprocess.CalledProcessError: it cannot fetch a package.
    """
    for name, (package, *files) in FILES.items():
        mark = FOLDER / f"{name}.version"
        if not mark.is_file() or mark.read_text("utf-8") != package:
            _fetch(package, {file: FOLDER / name / file for file in files})
            mark.write_text(package, encoding="utf-8")
    return FOLDER


def _fetch(package: str, files: dict[str, Path]) -> None:
    if shutil.which("npm") is None and can_install():
        install(["npm"])
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", package], cwd=folder, check=True, capture_output=True)
        (packed,) = Path(folder).glob("*.tgz")
        with tarfile.open(packed) as archive:
            for file, target in files.items():
                _keep(archive, file, target)


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
