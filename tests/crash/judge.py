"""The platform's truth: what its own diary says that it was brought, compared with what it should have been brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from journal import Delivery, Journal, State
from journal.states import SHOWN

Key = tuple[str, str]
Values = tuple[str, ...]
_SETTLED = (State.PREPARED, State.SENT, State.UNKNOWN)
_CHANGES = ("stored", "corrected", "withdrawn")


@dataclass(frozen=True, slots=True)
class Brought:
    """What a platform was brought.

    Attributes:
        standing: what each record says by what it was last brought; several values are a double.
        changes: how often each record was stored, corrected or withdrawn.
        garbled: the records of which it keeps something else than it was brought.
        hidden: the records that it has and never shows.
    """

    standing: Mapping[Key, tuple[Values, ...]]
    changes: Counter[tuple[Key, str]]
    garbled: frozenset[Key]
    hidden: frozenset[Key]


def brought(lines: Iterable[Mapping[str, Any]]) -> Brought:
    """Read a platform's diary."""
    standing: dict[Key, list[Values]] = {}
    changes: Counter[tuple[Key, str]] = Counter()
    garbled: set[Key] = set()
    hidden: set[Key] = set()
    for line in lines:
        if line["result"] not in _CHANGES:
            continue
        key = (line["values"]["XK_WSH"], line["values"]["XK_XDR_MC"])
        values = tuple(line["values"].values())
        changes[key, line["result"]] += 1
        garbled.discard(key)
        if line["result"] == "stored":
            standing.setdefault(key, []).append(values)
        elif line["result"] == "corrected":
            standing[key] = [values]
        else:
            standing.pop(key, None)
        if "kept" in line:
            garbled.add(key)
        if line.get("hidden"):
            hidden.add(key)
    return Brought(
        {key: tuple(found) for key, found in standing.items()}, changes, frozenset(garbled), frozenset(hidden)
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What went wrong at the platform, and in the journal's belief; nothing, if all is empty."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    believed: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.lost or self.doubled or self.wrong or self.believed)


def judge(was: Brought, should: Brought, withdrawn: Iterable[Key], journal: Journal) -> Verdict:
    """Compare what a platform was brought with what it is brought when nothing goes wrong.

    Args:
        was: what it was brought.
        should: what it is brought without kills and mishaps, before anything is withdrawn.
        withdrawn: what a person has withdrawn in the end.
        journal: what is believed.
    """
    gone = set(withdrawn)
    wanted = {key: values for key, values in should.standing.items() if key not in gone}
    changes = should.changes + Counter((key, "withdrawn") for key in gone)
    missing, surplus = changes - was.changes, was.changes - changes
    for key in was.hidden:  # what nobody has seen there yet cannot be corrected; it goes on waiting as it was sent
        missing.pop((key, "corrected"), None)
    doubles = [key for key, found in was.standing.items() if len(found) > 1]
    return Verdict(
        lost=_names([*(key for key, _change in missing), *(key for key in wanted if key not in was.standing)]),
        doubled=_names([*(key for key, _change in surplus), *doubles]),
        wrong=_names(key for key, found in was.standing.items() if not _right(key, found, wanted, was)),
        believed=tuple(_misbelieved(was, journal)),
    )


def _right(key: Key, found: tuple[Values, ...], wanted: Mapping[Key, tuple[Values, ...]], was: Brought) -> bool:
    waits = key in was.hidden and not was.changes[key, "corrected"]
    return key in wanted and (waits or wanted[key][-1:] == found[-1:])


def _names(keys: Iterable[Key]) -> tuple[str, ...]:
    return tuple(sorted({number for number, _name in keys}))


def _misbelieved(was: Brought, journal: Journal) -> Iterable[str]:
    """Yield what the journal believes and the platform does not bear out."""
    deliveries = journal.deliveries()
    yield from (f"{each.id} is still {each.state}" for each in deliveries if each.state in _SETTLED)
    for each in deliveries:
        if each.action == "withdraw" or each.state not in (*SHOWN, State.ACCEPTED):
            continue
        key = (each.payload["行政许可决定文书号"], each.payload["行政相对人名称"])
        if each.state != _as_it_is(was, key) and not _later(each, deliveries):
            yield f"{key[0]} is {each.state}, and in truth {_as_it_is(was, key)}"
    audit = journal.audit()
    yield from ([] if audit.whole else [str(audit.damage or audit.flaws)])
    yield from (f"lease {each.name}" for each in journal.leases())


def _as_it_is(was: Brought, key: Key) -> State | None:
    if key not in was.standing:
        return None
    if key in was.hidden:
        return State.ACCEPTED
    return State.DIFFERS if key in was.garbled else State.CONFIRMED


def _later(delivery: Delivery, deliveries: Iterable[Delivery]) -> bool:
    return any(each.record_id == delivery.record_id and each.id > delivery.id for each in deliveries)
