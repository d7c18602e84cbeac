"""Profiles that ship with the toolkit: used by their name, overruled by the workspace's own, read as a mapping too."""

from __future__ import annotations

from pathlib import Path

import pytest

from bots.workspace import Workspace
from cli.init import furnish
from mappings.standards import LICENCE
from tests.mappings.rows import FOLDER
from words.errors import UsageError

NAME = "licence-2016-new"
RECEIVERS = FOLDER / "receivers"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace as ``init`` lays it out."""
    furnish(tmp_path, host=None, seed=1, scale=1.0)
    return Workspace(tmp_path)


def own(workspace: Workspace, text: str) -> None:
    """Put a profile of the same name into the workspace."""
    (workspace.folder / "mappings" / f"{NAME}.profile.yaml").write_text(text, encoding="utf-8")


def test_a_shipped_profile_is_used_by_its_name_and_copied_by_nobody(workspace: Workspace) -> None:
    """A workspace stays as small as what it uses; the file of the toolkit is named where something is wrong."""
    assert workspace.profile(NAME).declared.edition == "2016"
    assert not [name for name in workspace.names("mappings") if "2016" in name]
    names = [profile.name for profile in workspace.profiles()]
    assert {NAME, "credit", "penalty-english"} <= set(names)
    assert len(names) == len(set(names))


def test_the_workspaces_own_file_goes_before_the_shipped_one(workspace: Workspace) -> None:
    """What a bureau changed is what counts."""
    text = (RECEIVERS / f"{NAME}.profile.yaml").read_text("utf-8")
    own(workspace, text.replace("2016版许可(新模板)", "本市平台"))
    assert workspace.profile(NAME).declared.title == "本市平台"
    assert [each.declared.title for each in workspace.profiles() if each.name == NAME] == ["本市平台"]


def test_rows_of_an_edition_are_collected_with_its_profile_as_the_mapping(workspace: Workspace) -> None:
    """Once the file says what no row can; before that, it is refused with its name and line."""
    with pytest.raises(UsageError) as error:
        workspace.mapping(f"{NAME}.profile")
    assert error.value.place.file == f"mappings/receivers/{NAME}.profile.yaml"
    constants = ("authority_code", "source_unit_code")
    lines = [f'  {name}: {{constant: "111501000115123436"}}' for name in constants]
    lines.append("  source_unit_name: {constant: 呼和浩特市行政审批和政务服务局}")
    own(workspace, (RECEIVERS / f"{NAME}.profile.yaml").read_text("utf-8") + "\n".join(lines) + "\n")
    mapping = workspace.mapping(f"{NAME}.profile")
    assert mapping.standard is LICENCE
    assert not mapping.as_shown


def test_a_constant_that_no_record_takes_is_found_in_the_profile(workspace: Workspace) -> None:
    """The lint of a mapping, with the line under ``unstated``."""
    text = (RECEIVERS / f"{NAME}.profile.yaml").read_text("utf-8")
    own(workspace, text + "  authority_code: {constant: 呼审批}\n")
    with pytest.raises(UsageError) as error:
        workspace.mapping(f"{NAME}.profile")
    assert (error.value.code, error.value.place.line) == ("unfit-value", len(text.splitlines()) + 1)


def test_a_profile_that_nobody_has_is_told_with_the_nearest_name(workspace: Workspace) -> None:
    """As for every file of a workspace."""
    with pytest.raises(UsageError) as error:
        workspace.profile("credits")
    assert (error.value.code, "credit" in error.value.todo) == ("not-declared", True)
