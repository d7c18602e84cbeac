"""Declared files: the file and the line of whatever is wrong, and what was probably meant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, field_validator, model_validator

from words.declared import Declared, line_of, parse, parse_toml, suggest
from words.errors import UsageError
from words.languages import choose

CANARY = "hunter2-correct-horse"


class Login(Declared):
    """A nested part with a name for a secret."""

    page: str
    secret: str = ""
    attempts: int = Field(default=3, ge=1)

    @field_validator("secret")
    @classmethod
    def _a_name(cls, value: str) -> str:
        if not value.replace("_", "").isalnum():
            raise ValueError("a secret is named, not written")
        return value


class Step(Declared):
    """An item of a list."""

    name: str
    login: Login | None = None


class Portal(Declared):
    """A file with everything that files have: nesting, lists, tables, unions and an alias."""

    title: str
    kind: Literal["portal", "api"] = "portal"
    login: Login | None = None
    other: Login | None = None
    steps: tuple[Step, ...] = ()
    by_name: dict[str, Step] = {}
    list_: Annotated[Login | None, Field(alias="list")] = None
    since: date | None = None

    @model_validator(mode="after")
    def _not_both(self) -> Portal:
        if self.login and self.list_:
            raise ValueError("give either “login” or “list”")
        return self


@pytest.fixture(autouse=True)
def _english() -> None:
    choose("en")


def refused(read: Callable[..., Portal], text: str) -> UsageError:
    """Return why a text is refused."""
    with pytest.raises(UsageError) as error:
        read(Portal, text, "connectors/portal.yaml")
    assert error.value.place.file == "connectors/portal.yaml"
    assert error.value.exit_code == 2
    return error.value


def test_a_good_file_is_read() -> None:
    """Everything that may be declared, frozen; a day is text until a model reads it."""
    text = "title: 平台\nlogin: {page: /login}\nsteps:\n  - name: a\nby_name: {b: {name: c}}\nsince: 2024-03-05\n"
    made = parse(Portal, text, "f")
    assert (made.title, made.steps[0].name, made.by_name["b"].name, made.since) == ("平台", "a", "c", date(2024, 3, 5))
    with pytest.raises(ValueError, match="frozen"):
        made.title = "x"  # type: ignore[misc]
    assert parse_toml(Portal, 'title="平台"\n[login]\npage="/"\n', "f").login == Login(page="/")
    assert parse(Portal, "title: x\nlist: {page: /}\n", "f").list_ == Login(page="/")


@pytest.mark.parametrize(
    ("text", "code", "line", "field", "todo"),
    [
        ("title: a\nlgoin: {page: /}\n", "unknown-key", 2, "lgoin", "Did you mean “login”?"),
        ("title: a\nlits: {page: /}\n", "unknown-key", 2, "lits", "Did you mean “list”?"),
        ("title: a\nlogin:\n  page: /\n  attemps: 3\n", "unknown-key", 4, "login.attemps", "Did you mean “attempts”?"),
        (
            "title: a\nother:\n  page: /\nlogin:\n  page: /\n  pgae: /\n",
            "unknown-key",
            6,
            "login.pgae",
            "Did you mean “page”?",
        ),
        ("title: a\nsteps:\n  - name: a\n  - name: b\n    nmae: c\n", "unknown-key", 5, "steps.1.nmae", "“name”"),
        ("title: a\nby_name:\n  x:\n    name: a\n    logon: {}\n", "unknown-key", 5, "by_name.x.logon", "“login”"),
        (
            "title: a\nsteps:\n  - name: a\n    login:\n      pages: x\n      page: y\n",
            "unknown-key",
            5,
            None,
            "“page”",
        ),
        ("title: a\nzzzzzz: 1\n", "unknown-key", 2, "zzzzzz", "Known here: title, kind, login"),
        ("titel: a\n", "unknown-key", 1, "titel", "Did you mean “title”?"),
        ("# only a remark\n", "missing-key", None, "title", "Add it"),
        ("login: {page: /}\n", "missing-key", 1, "title", "Add it"),
        ("title: a\nlogin:\n  secret: x\n", "missing-key", 2, "login.page", "Add it"),
        ("title: a\nkind: portla\n", "bad-value", 2, "kind", "Correct"),
        ("title: a\nlogin:\n  page: /\n  attempts: 0\n", "bad-value", 4, "login.attempts", "Correct"),
        ("title: a\nlogin:\n  page: /\n  attempts: many\n", "bad-value", 4, "login.attempts", "Correct"),
        ("title: a\nsince: 2024-02-30\n", "bad-value", 2, "since", "Correct"),
        ("title: [a]\n", "bad-value", 1, "title", "Correct"),
        ("title: a\nlogin: {page: /}\nlist: {page: /}\n", "bad-value", 1, "", "Correct"),
        ("- title\n", "bad-value", 1, "", "Correct"),
        ("just words\n", "bad-value", 1, "", "Correct"),
        ("title: a\ntitle: b\n", "not-yaml", 2, None, "Correct the file"),
        ("title: a\nlogin:\n  page: /\n  page: x\n", "not-yaml", 4, None, "Correct the file"),
        ("title: a\nlogin: {page: /\nkind: api\n", "not-yaml", 3, None, "Correct the file"),
        ("title: a\n\tkind: api\n", "not-yaml", 2, None, "Correct the file"),
        ("title: a\nlogin: *there\n", "not-yaml", 2, None, "Correct the file"),
        ("title: a\n? [b]\n: c\n", "not-yaml", 2, None, "Correct the file"),
        ("title: !python/object:os.system a\n", "not-yaml", 1, None, "Correct the file"),
        ("title: a\n\nkind: \x07api\n", "not-yaml", 3, None, "UTF-8"),
        ("title: a\nkind: 'api\n", "not-yaml", None, None, "Correct the file"),
    ],
)
def test_every_fault_in_yaml_has_its_line(text: str, code: str, line: int | None, field: str | None, todo: str) -> None:
    """File, line, path, and what to do, for every way a file can be wrong."""
    error = refused(parse, text)
    assert error.code == code
    assert todo in error.todo
    if field is not None:
        assert error.place.field == field
    if line is not None or code == "missing-key":
        assert error.place.line == line


@pytest.mark.parametrize(
    ("text", "code", "line", "todo"),
    [
        ('title="a"\nlgoin="x"\n', "unknown-key", 2, "Did you mean “login”?"),
        ('title="a"\n[other]\npage="/"\n[login]\npage="/"\npgae="/"\n', "unknown-key", 6, "Did you mean “page”?"),
        ('title="a"\n[other]\npage="/"\nattempts=2\n[login]\npage="/"\nattempts=0\n', "bad-value", 7, "Correct"),
        ('title="a"\nlogin.page="/"\nlogin.attempts="x"\n', "bad-value", 3, "Correct"),
        ('title="a"\nlogin={page="/", attempts=0}\n', "bad-value", 2, "Correct"),
        ('title="a"\n["login"]\n"page"=3\n', "bad-value", 3, "Correct"),
        ('title="a"\n[login]\nsecret="x"\n', "missing-key", 2, "Add it"),
        ('[login]\npage="/"\n', "missing-key", None, "Add it"),
        ('title="a"\n[[steps]]\nname="a"\n[[steps]]\nnmae="b"\n', "unknown-key", 5, "Did you mean “name”?"),
        ('title="a"\n[[steps]]\nname="a"\n[[steps]]\n', "missing-key", 4, "Add it"),
        ('title="a"\n[login]\npage="/"\n[list]\npage="/"\n', "bad-value", None, "Correct"),
        ('title="a"\nkind=\n', "not-toml", 2, "Correct the file"),
        ('title="a"\ntitle="b"\n', "not-toml", 2, "Correct the file"),
        ('title="a', "not-toml", 1, "Correct the file"),
        ('title = "a"\n[login\npage="/"\n', "not-toml", 2, "Correct the file"),
    ],
)
def test_every_fault_in_toml_has_its_line(text: str, code: str, line: int | None, todo: str) -> None:
    """The same promise for the workspace's own file, tables told apart."""
    error = refused(parse_toml, text)
    assert (error.code, error.place.line) == (code, line)
    assert todo in error.todo


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (parse, f"title: a\nlogin:\n  page: /\n  attempts: {CANARY}\n"),
        (parse, f"title: a\nlogin:\n  page: /\n  secret: {CANARY}\n"),
        (parse, f"title: a\nkind: {CANARY}\n"),
        (parse, f"title: a\nlogin: {CANARY}\n"),
        (parse, f"title: a\nlogin: {{page: /, secret: {CANARY}\n"),
        (parse, f"title: a\nsince: {CANARY}\n"),
        (parse, f"title: a\nlogin:\n  secret: {CANARY}\n"),
        (parse_toml, f'title="a"\nkind="{CANARY}"\n'),
        (parse_toml, f'title="a"\nkind="{CANARY}'),
        (parse_toml, f'title="a"\n[login]\npage="/"\nsecret="{CANARY}"\n'),
        (parse_toml, f"title={CANARY}\n"),
    ],
)
def test_no_error_repeats_a_value(read: Callable[..., Portal], text: str) -> None:
    """Somebody will write a password where its name belongs."""
    error = refused(read, text)
    assert CANARY not in f"{error.as_dict()} {error} {error.__cause__}"
    assert error.__suppress_context__


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
@settings(deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in a file, the answer is a model or an error that names the file."""
    for read in (parse, parse_toml):
        try:
            read(Portal, text, "f")
        except UsageError as error:
            assert error.place.file == "f"  # noqa: PT017 - either outcome is right


def test_the_line_of_a_place_in_a_text() -> None:
    """The nearest known parent where the place itself is not written down."""
    text = "a: 1\nb:\n  c:\n    - x\n    - y: 2\n"
    assert [line_of(text, path) for path in ((), ("b",), ("b", "c", 1), ("b", "c", 1, "y"))] == [1, 2, 5, 5]
    assert line_of(text, ("b", "missing")) == 2
    assert line_of(text, ("b", "c", 9)) == 3
    assert line_of(text, ("a", "deeper", "still")) == 1
    assert line_of("", ("a",)) is None


def test_a_suggestion_is_the_nearest_word_or_all() -> None:
    """One near word, else everything that is known."""
    assert suggest("documentnumber", ["name", "document_number"]) == "Did you mean “document_number”?"
    assert suggest("qqq", ["name", "uscc"]) == "Known here: name, uscc"
