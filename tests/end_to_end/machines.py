"""Workspaces whose journal lies on a server, as so many machines."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.end_to_end.town import Desk


def lay_on(desk: Desk, address: str, **secrets: str) -> Desk:
    """Let a workspace keep its journal at an address; a secret, if one is given, is named as its password."""
    settings = desk.folder / "yinxin.toml"
    kept = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("database")]
    named = [f'database_secret = "{name}"' for name in secrets]
    settings.write_text("\n".join([f'database = "{address}"', *named, *kept, ""]), encoding="utf-8")
    with (desk.folder / ".yinxin" / "secrets.toml").open("a", encoding="utf-8") as file:
        file.writelines(f'{name} = "{value}"\n' for name, value in secrets.items())
    return desk


def other_machine(desk: Desk, folder: Path, *, shared: bool) -> Desk:
    """Lay the workspace of another machine out: the same files, its own state, and the same evidence if shared."""
    shutil.copytree(
        desk.folder, folder, ignore=shutil.ignore_patterns("evidence", "sessions", "logs", "leases", "*.db*")
    )
    if shared:
        evidence = desk.folder / ".yinxin" / "evidence"
        evidence.mkdir(exist_ok=True)
        (folder / ".yinxin" / "evidence").symlink_to(evidence, target_is_directory=True)
    return Desk(folder)
