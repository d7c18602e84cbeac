"""The chain: recomputable by anybody, and every change of the past is named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text

from journal import Damage, Head, Journal, Prepared
from journal.events import NOTHING, Entry, EventRow, append, link
from journal.schema import events

Items = Callable[..., list[Prepared]]
Meddle = Callable[[Connection], object]


@pytest.fixture
def told(journal: Journal, run: str, items: Items) -> Journal:
    """A journal of ten events."""
    ids = [delivery.id for delivery in journal.prepare(run, "credit", items(3))]
    journal.sent(ids, "a" * 64)
    journal.accepted(ids, "B1")
    assert len(list(journal.events())) == 10
    return journal


def test_an_empty_log_has_a_head_of_zeros(journal: Journal) -> None:
    """Nothing has happened: the head is zeros and the chain is whole."""
    assert journal.head() == NOTHING == "0" * 64
    assert journal.verify() is None


def test_anybody_can_recompute_the_chain(told: Journal) -> None:
    """The documented rule, written down a second time, gives every hash and the head."""
    previous = "0" * 64
    for seq, event in enumerate(told.events(), 1):
        content = [seq, event.at, event.run_id, event.kind, event.subject, event.data]
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        assert event.previous == previous
        previous = hashlib.sha256((previous + "\n" + body).encode("utf-8")).hexdigest()
        assert event.hash == previous
    assert told.head() == previous
    assert told.verify() is None


def test_events_are_in_the_order_of_time(told: Journal) -> None:
    """Text order of the times is the order of the events."""
    times = [event.at for event in told.events()]
    assert times == sorted(times)
    assert all(time.endswith("+00:00") for time in times)


def test_events_are_found_by_subject_run_and_number(told: Journal, run: str) -> None:
    """One delivery's life, one run's events, and what is new since a number."""
    assert [event.kind for event in told.events(subject="delivery/1")] == [
        "delivery.prepared",
        "delivery.sent",
        "delivery.accepted",
    ]
    assert len(list(told.events(run_id=run))) == 10
    assert [event.seq for event in told.events(after=8)] == [9, 10]


def sql(statement: str) -> Meddle:
    """Return a way of meddling by one statement."""
    return lambda connection: connection.execute(text(statement))


def swap(connection: Connection) -> None:
    """Exchange the places of events 4 and 5."""
    for before, after in ((4, -1), (5, 4), (-1, 5)):
        connection.execute(text(f"UPDATE events SET seq = {after} WHERE seq = {before}"))


def close_the_gap(connection: Connection) -> None:
    """Remove event 4 and renumber those behind it."""
    connection.execute(text("DELETE FROM events WHERE seq = 4"))
    for seq in range(5, 11):
        connection.execute(text(f"UPDATE events SET seq = {seq - 1} WHERE seq = {seq}"))


def rehash_one(connection: Connection) -> None:
    """Edit event 4 and give it the hash that fits its new content."""
    connection.execute(text("UPDATE events SET kind = 'delivery.confirmed' WHERE seq = 4"))
    row = connection.execute(
        text("SELECT seq, at, run_id, kind, subject, data, previous FROM events WHERE seq = 4")
    ).one()
    digest = link(row.previous, (row.seq, row.at, row.run_id, row.kind, row.subject, row.data))
    connection.execute(text(f"UPDATE events SET hash = '{digest}' WHERE seq = 4"))


def forge(connection: Connection) -> None:
    """Append an event with a good hash and without the journal."""
    previous = connection.scalar(text("SELECT hash FROM events WHERE seq = 10"))
    digest = link(str(previous), (11, "", "", "", "", "{}"))
    values = f"(11, '', '', '', '', '{{}}', '{previous}', '{digest}')"
    connection.execute(
        text(f"INSERT INTO events (seq, at, run_id, kind, subject, data, previous, hash) VALUES {values}")
    )


DAMAGES: list[tuple[str, Meddle, Damage]] = [
    *(
        (f"edit {column}", sql(f"UPDATE events SET {column} = {column} || ' ' WHERE seq = 4"), Damage(4, "content"))
        for column in ("at", "run_id", "kind", "subject", "data", "hash")
    ),
    ("edit the link", sql("UPDATE events SET previous = hash WHERE seq = 4"), Damage(4, "link")),
    ("edit and hash again", rehash_one, Damage(5, "link")),
    ("delete the first", sql("DELETE FROM events WHERE seq = 1"), Damage(1, "gap")),
    ("delete one", sql("DELETE FROM events WHERE seq = 4"), Damage(4, "gap")),
    ("delete one and renumber", close_the_gap, Damage(4, "link")),
    ("cut out the middle", sql("DELETE FROM events WHERE seq BETWEEN 4 AND 8"), Damage(4, "gap")),
    ("exchange two", swap, Damage(4, "link")),
    ("insert before the first", sql("UPDATE events SET seq = 0 WHERE seq = 10"), Damage(0, "gap")),
    ("cut the tail", sql("DELETE FROM events WHERE seq > 7"), Damage(8, "cut")),
    ("cut everything", sql("DELETE FROM events"), Damage(1, "cut")),
    ("append without the journal", forge, Damage(11, "forged")),
    ("note another hash", sql(f"UPDATE chain SET hash = '{'0' * 64}'"), Damage(10, "note")),
    (
        "note an earlier hash",
        sql("UPDATE chain SET hash = (SELECT hash FROM events WHERE seq = 7)"),
        Damage(10, "note"),
    ),
    ("note a later number", sql("UPDATE chain SET seq = 11"), Damage(11, "cut")),
    ("note an earlier number", sql("UPDATE chain SET seq = 9"), Damage(10, "note")),
    ("forget the note", sql("DELETE FROM chain"), Damage(10, "note")),
    ("note twice", sql("INSERT INTO chain (id, seq, hash) SELECT 2, seq, hash FROM chain"), Damage(10, "note")),
]


@pytest.mark.parametrize(("meddle", "damage"), [case[1:] for case in DAMAGES], ids=[case[0] for case in DAMAGES])
def test_meddling_is_named(told: Journal, db: Engine, meddle: Meddle, damage: Damage) -> None:
    """Each way of changing the past by hand is found, with the first event that does not fit."""
    with db.begin() as connection:
        meddle(connection)
    assert told.verify() == damage
    assert str(damage.seq) in damage.sentence


def test_a_printed_head_shows_what_was_cut_cleanly(told: Journal, db: Engine) -> None:
    """Whoever cuts the tail and mends the head as well is found by a head that is kept elsewhere, and only by it."""
    printed = told.head()
    with db.begin() as connection:
        connection.execute(text("DELETE FROM events WHERE seq > 7"))
        connection.execute(text("UPDATE chain SET seq = 7, hash = (SELECT hash FROM events WHERE seq = 7)"))
    assert told.verify() is None
    assert told.verify([printed]) == Damage(8, "cut")


def rewrite_from(connection: Connection, first: int) -> None:
    """Change event ``first``, and give it and all behind it new hashes that fit; the note of the newest as well."""
    connection.execute(text(f"UPDATE events SET subject = 'delivery/99' WHERE seq = {first}"))
    previous = str(connection.scalar(text(f"SELECT previous FROM events WHERE seq = {first}")))
    for row in connection.execute(text(f"SELECT * FROM events WHERE seq >= {first} ORDER BY seq")).all():
        digest = link(previous, (row.seq, row.at, row.run_id, row.kind, row.subject, row.data))
        values = {"previous": previous, "digest": digest, "seq": row.seq}
        connection.execute(text("UPDATE events SET previous = :previous, hash = :digest WHERE seq = :seq"), values)
        previous = digest
    connection.execute(text("UPDATE chain SET hash = :digest"), {"digest": previous})


def test_noted_heads_tell_between_which_days_history_was_rewritten(told: Journal, db: Engine) -> None:
    """A log that was rewritten without a seam fits the heads noted before the change and none noted after it."""
    noted = [Head(event.seq, event.hash) for event in told.events() if event.seq in (3, 6, 9)]
    assert told.verify(noted=noted) is None
    with db.begin() as connection:
        rewrite_from(connection, 5)
    assert told.verify() is None
    assert told.verify(noted=noted) == Damage(4, "rewritten")
    assert told.verify(noted=noted[:1]) is None


def test_a_noted_head_shows_what_was_cut_cleanly(told: Journal, db: Engine) -> None:
    """A head that was noted for an event that is not there any more names the first one that is missing."""
    noted = [Head(event.seq, event.hash) for event in told.events() if event.seq in (3, 10)]
    with db.begin() as connection:
        connection.execute(text("DELETE FROM events WHERE seq > 7"))
        connection.execute(text("UPDATE chain SET seq = 7, hash = (SELECT hash FROM events WHERE seq = 7)"))
    assert told.verify(noted=noted) == Damage(8, "cut")


@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "x'00'"])
def test_text_that_is_no_text_is_damage(told: Journal, db: Engine, value: str) -> None:
    """Bytes that no reader takes for text are found like every other edit."""
    if db.dialect.name != "sqlite":
        pytest.skip("only SQLite stores anything anywhere")
    with db.begin() as connection:
        connection.execute(text(f"UPDATE events SET kind = {value} WHERE seq = 4"))
    assert told.verify() == Damage(4, "content")


def test_a_replaced_character_is_not_the_one_it_stands_for(told: Journal, db: Engine) -> None:
    """What the journal stores in place of a NUL is not the NUL itself, although both have the same hash."""
    if db.dialect.name != "sqlite":
        pytest.skip("only SQLite stores a NUL")
    with told._writing() as connection:
        append(connection, [Entry("", "odd", "half\0text", {})])
    assert told.verify() is None
    with db.begin() as connection:
        connection.execute(text("UPDATE events SET subject = replace(subject, char(65533), char(0)) WHERE seq = 11"))
    assert told.verify() == Damage(11, "content")


COLUMNS = EventRow.__slots__
Change = tuple[int, str, object]


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """One change of one event: another value in one column, or its removal."""
    column = draw(st.sampled_from([*COLUMNS, "delete"]))
    numbers = st.integers(-(2**63), 2**63 - 1).filter(lambda seq: not 1 <= seq <= 10)
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.sampled_from(
        [NOTHING, "{}"]
    )
    return draw(st.integers(1, 10)), column, draw(numbers if column == "seq" else texts)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes())
def test_any_change_by_hand_is_found_at_or_before_its_place(told: Journal, db: Engine, change: Change) -> None:
    """Whatever one stored event is made to say, the damage is named where it was done, or before."""
    seq, column, value = change
    with db.begin() as connection:
        row = dict(connection.execute(events.select().where(events.c.seq == seq)).mappings().one())
        connection.execute(events.delete().where(events.c.seq == seq))
        if column != "delete":
            connection.execute(events.insert().values({**row, column: value}))
    damage = told.verify()
    with db.begin() as connection:
        connection.execute(events.delete().where(events.c.seq.in_([seq, value] if column == "seq" else [seq])))
        connection.execute(events.insert().values(row))
    if column != "delete" and row[column] == value:
        assert damage is None
    else:
        assert damage is not None
        assert damage.seq <= seq
    assert told.verify() is None


def test_every_head_that_ever_was_stays_good(told: Journal, run: str) -> None:
    """Heads printed on earlier days are still in the chain when it has grown."""
    heads = [NOTHING, *(event.hash for event in told.events())]
    told.finish_run(run, "done", {}, {})
    assert told.verify(heads) is None
