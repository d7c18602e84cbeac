"""Two languages, chosen once: the option, the toolkit's own variable, the locale."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from words import languages
from words.languages import choose, current, gettext, mark, ngettext

VARIABLES = ("YINXIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    yield
    choose("en")


@pytest.mark.parametrize("written", ["zh", "ZH", "zh_CN", "zh-Hans-CN", "zh_CN.UTF-8", "zh_TW"])
def test_everything_that_begins_with_zh_is_chinese(written: str) -> None:
    """However a locale writes it."""
    assert choose(written) == current() == "zh"


@pytest.mark.parametrize("written", ["en", "en_GB.UTF-8", "C", "C.UTF-8", "POSIX", "fr_FR", "mn_MN", "x"])
def test_everything_else_is_english(written: str) -> None:
    """A language that is not spoken is answered in English."""
    assert choose(written) == current() == "en"


@pytest.mark.parametrize("chosen", range(len(VARIABLES)))
def test_the_first_variable_that_is_set_chooses(monkeypatch: pytest.MonkeyPatch, chosen: int) -> None:
    """The toolkit's own variable before the locale's three, in their order."""
    for place, name in enumerate(VARIABLES):
        value = "zh_CN.UTF-8" if place == chosen else "en_US.UTF-8"
        monkeypatch.setenv(name, value if place >= chosen else "")
    assert choose(None) == "zh"


def test_the_option_wins_over_every_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was asked for on the command line is what is spoken."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "zh_CN.UTF-8")
    assert choose("en") == "en"
    assert choose("") == "zh"


def test_without_any_wish_it_is_english() -> None:
    """No option and no variable."""
    assert choose(None) == "en"


def test_the_language_is_chosen_at_first_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library user never has to choose."""
    monkeypatch.setattr(languages, "_chosen", None)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert current() == "zh"


def test_english_is_the_message_itself() -> None:
    """The English sentence is the message id, in both numbers."""
    choose("en")
    assert gettext("This value does not fit: {reason}") == "This value does not fit: {reason}"
    assert (ngettext("{n} row", "{n} rows", 1), ngettext("{n} row", "{n} rows", 2)) == ("{n} row", "{n} rows")
    assert mark("system") == "system"


def test_chinese_comes_from_the_catalogue() -> None:
    """A message of the toolkit has its Chinese text; what has none stays as it is."""
    choose("zh")
    said = gettext("The key “{key}” is missing.")
    assert said != "The key “{key}” is missing."
    assert "{key}" in said
    assert gettext("nobody ever wrote this") == "nobody ever wrote this"
    assert ngettext("one nobody wrote", "many nobody wrote", 2) == "many nobody wrote"
