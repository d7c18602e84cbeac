"""What the events of one subject say that its row must be now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from journal.states import State
from journal.texts import canonical, sha256

_FIXED = ("feed", "record_id", "fingerprint", "replaces", "rules")
#: The columns that a move into a state sets; one of which its event does not speak is empty then.
_SETS: dict[str, tuple[str, ...]] = {
    State.PREPARED: ("batch_file_sha256", "file_name", "batch", "reason"),
    State.SENT: ("batch_file_sha256", "file_name"),
    State.ACCEPTED: ("batch",),
    State.REJECTED: ("reason",),
    State.UNKNOWN: ("reason",),
    State.DIFFERS: ("reason",),
    State.DISCARDED: ("reason",),
}


class Told(NamedTuple):
    """One event of a subject: ``word`` is its kind without the subject's."""

    seq: int
    run_id: str
    word: str
    data: dict[str, Any]


def expected_run(told: Sequence[Told]) -> dict[str, Any]:
    """Return the columns of a run; ``counts`` as canonical text, ``result`` by its hash."""
    want = {**told[0].data, "state": "running", "counts": canonical({}), "result": sha256(canonical({}))}
    for event in told[1:]:
        want["state"] = event.data.get("state", "running")
        if event.word == "finished":
            want |= {"counts": canonical(event.data["counts"]), "result": event.data["result_sha256"]}
    return want


def expected_delivery(told: Sequence[Told]) -> dict[str, Any]:
    """Return the columns of a delivery; ``payload`` and ``reason`` by their hashes, an empty reason as empty text."""
    first = told[0]
    want = {name: first.data.get(name, "") for name in _FIXED}
    want |= {"run_id": first.run_id, "payload": first.data["payload_sha256"], "prepared_by": first.data.get("by", "")}
    want |= {"action": first.data.get("action", "publish"), "batch_file_sha256": "", "file_name": "", "batch": ""}
    want["reason"] = _reason(first.data)
    for event in told[1:]:
        want |= dict.fromkeys(_SETS.get(event.word, ()), "")
        want |= {name: event.data[name] for name in ("batch_file_sha256", "file_name", "batch") if name in event.data}
        want["reason"] = _reason(event.data) or want["reason"]
    return want | {"state": told[-1].word}


def _reason(data: dict[str, Any]) -> str:
    """Return the hash of the reason that an event tells, by itself or by its hash."""
    reason = data.get("reason") or data.get("held")
    return sha256(reason) if reason else str(data.get("reason_sha256", ""))
