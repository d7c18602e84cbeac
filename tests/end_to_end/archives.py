"""Looking into archives, restoring them, and writing such as no backup writes."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.end_to_end.town import Desk, Outcome, call

STATE = ".yinxin"


def names(archive: Path) -> list[str]:
    """What an archive holds, in its order."""
    with tarfile.open(archive) as tar:
        return tar.getnames()


def manifest(archive: Path) -> dict[str, Any]:
    """What an archive says of itself."""
    with tarfile.open(archive) as tar:
        stream = tar.extractfile("manifest.json")
        assert stream is not None
        found: dict[str, Any] = json.load(stream)
        return found


def restored(archive: Path, folder: Path, *words: str) -> Outcome:
    """Call the restore."""
    return call("restore", str(archive), str(folder), *words, "--json")


def inside(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, without logs."""
    files = [each for each in folder.rglob("*") if each.is_file() and "logs" not in each.parts]
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in files}


def evidence_of(desk: Desk) -> list[Path]:
    """Every file of evidence in a workspace."""
    return [each for each in (desk.folder / STATE / "evidence").rglob("*") if each.is_file()]


Repack = Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]


def repacked(archive: Path, target: Path, change: Repack) -> Path:
    """Write an archive anew with other members."""
    with tarfile.open(archive) as tar:
        members = []
        for member in tar:
            stream = tar.extractfile(member)
            assert stream is not None
            members.append((member, stream.read()))
    change(members)
    with gzip.open(target, "wb") as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        for member, content in members:
            tar.addfile(member, io.BytesIO(content) if member.isreg() else None)
    return target


def renamed(name: str, *, declared: bool) -> Repack:
    """Give one file another name; in the manifest too, if declared."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        (number,) = [place for place, (member, _content) in enumerate(members) if member.name == "yinxin.toml"]
        members[number][0].name = name
        if declared:
            restate(members, lambda told: told["files"].update({name: told["files"].pop("yinxin.toml")}))

    return change


def linked(kind: bytes, name: str = "bots/link.yaml", target: str = "../../secret") -> Repack:
    """Add a link, or what else is no file."""

    def change(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, target
        members.append((member, b""))
        restate(members, lambda told: told["files"].update({name: {"size": 0, "sha256": "0" * 64}}))

    return change


def restate(members: list[tuple[tarfile.TarInfo, bytes]], change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest among the members."""
    told = json.loads(members[0][1])
    change(told)
    content = json.dumps(told).encode()
    members[0][0].size = len(content)
    members[0] = (members[0][0], content)


def restated(**changes: Any) -> Repack:
    """Let the manifest say something else."""
    return lambda members: restate(members, lambda told: told.update(changes))


def doubled(members: list[tuple[tarfile.TarInfo, bytes]]) -> None:
    """Let a file come twice, the second time with other content."""
    member = tarfile.TarInfo("yinxin.toml")
    member.size = 1
    members.append((member, b"x"))
