"""The machine: browser, disk, time zone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cli.health.checking import Check, Health
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.workspace import Workspace

_HARDLY_ANY = 100 << 20
_FEW_FILES = 10_000
_GIGABYTE = 1 << 30
BUREAU = ZoneInfo("Asia/Shanghai")


def browser(_workspace: Workspace) -> Iterator[Check]:
    """Whether a browser starts."""
    import asyncio

    from connectors.browser import Browsers, find_browser

    async def start() -> None:
        browsers = Browsers()
        try:
            context = await browsers.context(verify=True, state=None)
            await context.close()
        finally:
            await browsers.close()

    asyncio.run(start())
    yield Check("browser", _("browser"), "ok", str(find_browser()))


def disk(workspace: Workspace) -> Iterator[Check]:
    """Whether there is room where the state lies, and where the evidence does if that is elsewhere."""
    evidence = workspace.state / "evidence"
    places = {place.resolve() for place in (workspace.folder, workspace.state, evidence) if place.exists()}
    by_device = {place.stat().st_dev: place for place in sorted(places, key=lambda place: len(place.parts))}
    for place in by_device.values():
        yield _room(place, workspace.settings.disk * _GIGABYTE)
    size = sum(file.stat().st_size for file in _files(workspace.state))
    yield Check("disk.state", _("disk"), "ok", _("{size} GB in .yinxin").format(size=_gigabytes(size)))


def _room(place: Path, least: float) -> Check:
    free, files = shutil.disk_usage(place).free, _free_files(place)
    health: Health = "failing" if free < _HARDLY_ANY or files == 0 else "ok"
    if health == "ok" and (free < least or (files is not None and files < _FEW_FILES)):
        health = "warning"
    found = _("{free} GB free").format(free=_gigabytes(free))
    if files is not None:
        found = _("; ").join((found, _("room for {count} more files").format(count=f"{files:,}")))
    todo = "" if health == "ok" else _("Make room at {place}: evidence and workbooks need it.").format(place=place)
    return Check("disk", _("disk"), health, found, todo)


def _free_files(place: Path) -> int | None:
    """Return how many files can still be made; None where the file system does not count them."""
    if not hasattr(os, "statvfs"):
        return None
    counted = os.statvfs(place)
    return counted.f_favail if counted.f_files else None


def _files(folder: Path) -> Iterator[Path]:
    for parent, _folders, names in os.walk(folder):
        yield from (path for name in names if (path := Path(parent, name)).is_file())


def _gigabytes(size: int) -> str:
    return f"{size / _GIGABYTE:.1f}"


def time_zone(workspace: Workspace) -> Iterator[Check]:
    """Whether this machine's day is the bureau's, which deadlines and schedules are counted by."""
    here = datetime.now().astimezone()
    apart = (here.utcoffset() or timedelta()) - (here.astimezone(BUREAU).utcoffset() or timedelta())
    found = _("{zone}, as at the bureau") if not apart else _("{zone}; the bureau is {hours} hours away")
    found = found.format(zone=f"UTC{here:%z}", hours=f"{abs(apart.total_seconds()) / 3600:g}")
    replays = workspace.settings.as_of is not None  # its day is written down, whatever the clock says
    todo = _("Set the time zone to Asia/Shanghai (TZ=Asia/Shanghai): days begin at the bureau's midnight.")
    health: Health = "warning" if apart and not replays else "ok"
    yield Check("timezone", _("time zone"), health, found, todo if health != "ok" else "")
