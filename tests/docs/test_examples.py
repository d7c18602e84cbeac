"""The YAML that pages show is YAML that the program takes."""

from __future__ import annotations

import pytest

from bots.workspace import Settings
from connectors.api.declared import ApiDeclared
from connectors.database.declared import DatabaseDeclared
from connectors.files import FilesDeclared
from connectors.portal.declared import PortalDeclared
from connectors.portal.entering import lint_form
from mappings.mapping import Mapping
from mappings.profiles import Profile
from reconciliation.policies import Policy
from schedules.declared import CALENDAR, read_calendar
from tests.docs.pages import DOCS, READMES, ROOT, blocks
from words.declared import Declared, parse, parse_toml


class _PolicyOnly(Declared):
    policy: Policy


def _example(page: str) -> str:
    (block,) = blocks(DOCS / "how-to" / page, "yaml")
    return block.text


def test_the_portal_example_is_a_whole_connector() -> None:
    """What the page on portals shows can be copied as it is."""
    assert parse(PortalDeclared, _example("connect-a-portal.md"), "example").list_.key == "id"


def test_the_form_example_is_a_whole_connector() -> None:
    """What the page on forms shows can be copied as it is."""
    form = parse(PortalDeclared, _example("deliver-through-a-form.md"), "example").form
    assert form
    lint_form(form, Profile.parse((ROOT / "mappings/credit.profile.yaml").read_text("utf-8"), "x", "x"), "example")


def test_the_interface_examples_are_whole_connectors() -> None:
    """What the page on interfaces shows can be copied as it is, and stays short."""
    source, feed = (block.text for block in blocks(DOCS / "how-to" / "connect-an-api.md", "yaml"))
    assert parse(ApiDeclared, source, "example").roles == ("source",)
    assert parse(ApiDeclared, feed, "example").roles == ("feed",)
    assert max(text.count("\n") for text in (source, feed)) < 40


def test_the_database_examples_are_whole_connectors() -> None:
    """What the page on databases shows can be copied as it is, and is short."""
    read, written = blocks(DOCS / "how-to" / "connect-a-database.md", "yaml")
    assert parse(DatabaseDeclared, read.text, "example").roles == ("source",)
    feed = parse(DatabaseDeclared, written.text, "example")
    assert feed.write is not None
    assert [target.table for target in feed.write.tables] == ["xk_frxx", "xk_frxx_fj"]
    assert all(len(block.text.splitlines()) < 40 for block in (read, written))


def test_the_ledger_example_passes_the_lint() -> None:
    """What the page on ledgers shows is a mapping without faults."""
    assert Mapping.parse(_example("map-a-ledger.md"), "example", "example").partial


def test_the_profile_example_passes_the_lint() -> None:
    """What the page on profiles shows is a profile without faults."""
    assert "备注说明" in Profile.parse(_example("write-a-profile.md"), "example", "example").headers


def test_the_policy_example_is_a_policy() -> None:
    """What the page on held records shows can stand in a bot."""
    assert parse(_PolicyOnly, _example("handle-what-is-held.md"), "example").policy.fields == {"valid_until": "hold"}


def test_the_calendar_example_passes_the_lint() -> None:
    """What the page on working days shows is a calendar without faults."""
    assert read_calendar(_example("working-days.md"), CALENDAR).open == {"2024-08-24": "补班"}


def test_the_penalties_page_names_every_file_of_its_example() -> None:
    """Whoever copies the example knows what each file is, and its settings are settings."""
    example = DOCS / "examples/penalties"
    page = (DOCS / "how-to/disclose-penalties.md").read_text(encoding="utf-8")
    files = [file.relative_to(DOCS).as_posix() for file in example.rglob("*.*")]
    assert [file for file in files if f"](../{file})" not in page] == []
    told = (example / "yinxin.toml").read_text(encoding="utf-8")
    assert set(parse_toml(Settings, f'title = "x"\n{told}', "yinxin.toml").hosts) == {"exchange", "penalties"}


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_readme_quotes_the_shipped_connector(page: object) -> None:
    """The excerpt of a connector stands in connectors/approval.yaml line for line."""
    readme = next(each for each in READMES if each == page)
    (block,) = blocks(readme, "yaml")
    assert block.text in (ROOT / "connectors/approval.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["be-told.md", "be-told.zh-CN.md"])
def test_the_channels_shown_are_channels(page: str) -> None:
    """What the pages on alarms show can be copied below the title."""
    (block,) = blocks(DOCS / "how-to" / page, "toml")
    settings = parse_toml(Settings, f'title = "x"\n{block.text}', "example")
    assert [each.name for each in settings.channels] == ["clerks", "operations", "try"]


def test_the_files_examples_are_whole_connectors() -> None:
    """What the page on files shows can be copied as it is, and none is longer than a screen."""
    found = blocks(DOCS / "how-to/exchange-files.md", "yaml")
    declared = [parse(FilesDeclared, block.text, "example") for block in found]
    assert [each.roles for each in declared] == [("ledger",), ("source",), ("feed",)]
    assert all(block.text.count("\n") < 40 for block in found)


def test_the_answered_proposal_passes_the_lint() -> None:
    """What the page on unknown ledgers shows is a mapping without faults."""
    assert Mapping.parse(_example("connect-a-ledger-nobody-knows.md"), "example", "example").ignore == ("日期",)
