"""Masking: whatever a line says, no secret that was read and no number of a person is left in it."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from words import masking
from words.masking import HIDDEN, conceal, masked, masked_fields
from words.tracing import span_id, trace_id


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins without a secret that was read."""
    monkeypatch.setattr(masking, "_forms", set())
    monkeypatch.setattr(masking, "_secrets", None)


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("证件号码 15010219900307123X 不合规", "证件号码 150102************ 不合规"),
        ("id150102199003071234abc", "id150102************abc"),
        ("old number 150102900307123", "old number 150102*********"),
        ("phone 13812345678.", "phone 138********."),
        ("phone +86 138-1234-5678.", "phone +86 138********."),
        ("passport E12345678", "passport E********"),
        ("permit H0123456789", "permit H********"),
        ("postgresql+psycopg://bureau:pa55!word@db/name", "postgresql+psycopg://bureau:***@db/name"),
        ("GET https://x.cn/list?page=2&token=abc.def&size=9", "GET https://x.cn/list?page=2&token=***&size=9"),
        ("Authorization: Bearer abcdef.ghi", "Authorization: ***"),
        ("{'Cookie': 'JSESSIONID=1; a=2', 'x': 1}", "{'Cookie': ***"),
        ('{"access_token": "a\\"b c", "page": 1}', '{"access_token": ***, "page": 1}'),
        ("sent Bearer abcdefgh12345 along", "sent Bearer *** along"),
        ("password=one two", "password=*** two"),
        ("密码：一二三", "密码：***"),
    ],
)
def test_what_opens_a_door_or_names_a_person_is_hidden(line: str, kept: str) -> None:
    """The rest of the line stays readable."""
    assert masked(line) == kept


@pytest.mark.parametrize(
    "line",
    [
        "disclosure-20240813-3f9a1c: 2,772 rows in 12.3 s",
        "receipt B20240813-1: 17 accepted, 2 refused",
        "The secret “approval_password” is not stored anywhere.",
        "http://127.0.0.1:8765/approval/list?page=2&size=100",
        "91150103MAKARR1K3T 呼审批许可〔2024〕123号",
        trace_id("disclosure-20240813-3f9a1c"),
        "code=secret-missing action=session-expired",
        "2024-08-13T10:00:00.123+08:00",
    ],
)
def test_what_a_line_needs_stays(line: str) -> None:
    """Runs, batches, counts, times and addresses are what the log is for."""
    assert masked(line) == line


_SECRETS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=6, max_size=24)
_WRITTEN = (str, repr, ascii, json.dumps, quote, quote_plus, lambda text: str(KeyError(text)), lambda text: f"«{text}»")


@given(secret=_SECRETS, way=st.sampled_from(_WRITTEN), around=st.text(max_size=12))
def test_a_secret_that_was_read_is_hidden_however_it_is_written(secret: str, way: object, around: str) -> None:
    """As it is, in code, in JSON, in an address, in an exception."""
    assert callable(way)
    masking._forms.clear()
    conceal(secret)
    written = way(secret)
    assert secret not in masked(f"{around}{written}{around}").replace(HIDDEN, "")
    assert written.strip("\"'«»") not in masked(f"{around} {written} {around}")


@given(
    head=st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    day=st.dates(date(1800, 1, 1), date(2099, 12, 31)),
    tail=st.from_regex(r"[0-9]{3}[0-9Xx]", fullmatch=True),
    around=st.text(st.characters(exclude_categories=["N", "Cs"]), max_size=8),
)
def test_no_residents_number_is_left(head: str, day: date, tail: str, around: str) -> None:
    """Of every century in which somebody alive was born."""
    number = f"{head}{day:%Y%m%d}{tail}"
    assert number not in masked(f"{around}{number}{around}")


def test_fields_are_masked_at_every_depth() -> None:
    """A field that is named like a secret shows nothing; numbers stay numbers unless they are somebody's."""
    conceal("Wind-And-Weather")
    told = {
        "password": "x",
        "inner": [{"Authorization": "y", "text": "Wind-And-Weather!"}],
        "seconds": 1.5,
        "rows": 17,
        "phone": 13812345678,
        "done": True,
        "kind": ValueError("Wind-And-Weather"),
    }
    assert masked_fields(told) == {
        "password": HIDDEN,
        "inner": [{"Authorization": HIDDEN, "text": f"{HIDDEN}!"}],
        "seconds": 1.5,
        "rows": 17,
        "phone": "138********",
        "done": True,
        "kind": HIDDEN,
    }


@given(st.text(max_size=40))
def test_ids_are_those_of_the_trace_context(name: str) -> None:
    """32 and 16 lower-case hexadecimal digits, never all zeros, the same for the same name."""
    for made, length in ((trace_id(name), 32), (span_id(name), 16)):
        assert len(made) == length
        assert set(made) <= set("0123456789abcdef")
        assert made.strip("0")
    assert trace_id(name) == trace_id(name)
    assert not trace_id(name).startswith(span_id(name))
