"""The way of one delivery to its feed: its events in order, and the papers that prove them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from bots.followed import Paper, Step, Way
from journal import Delivery, EventRow, EvidenceRow, Journal, RunRow

_MOVE = "delivery."
_FILE = "payload"


def way_of(journal: Journal, delivery: Delivery, run: Callable[[str], RunRow]) -> Way:
    """Return the whole way of a delivery; ``run`` gives a run by its id."""
    events = list(journal.events(f"delivery/{delivery.id}"))
    steps = [_step(event, run(event.run_id)) for event in events]
    files = {data["batch_file_sha256"] for data in map(_data, events) if "batch_file_sha256" in data}
    found = [_papers(journal, run_id, files, delivery.batch) for run_id in dict.fromkeys(step.run for step in steps)]
    batches = dict.fromkeys(batch for own, _papers_ in found for batch in own)
    return Way(
        delivery=delivery.id,
        feed=delivery.feed,
        action=delivery.action.value,
        state=delivery.state.value,
        fingerprint=delivery.fingerprint,
        reason=delivery.reason,
        batches=tuple(batches),
        steps=_told(steps, delivery),
        papers=tuple(dict.fromkeys(paper for _own, papers in found for paper in papers)),
    )


def _data(event: EventRow) -> dict[str, str]:
    return dict(json.loads(event.data))


def _step(event: EventRow, run: RunRow) -> Step:
    data = _data(event)
    return Step(
        at=event.at,
        as_of=run.as_of,
        state=event.kind.removeprefix(_MOVE),
        run=event.run_id,
        batch=data.get("batch", ""),
        file_name=data.get("file_name", ""),
        by=data.get("by", ""),
        reason=data.get("reason", "") or data.get("held", ""),
    )


def _told(steps: list[Step], delivery: Delivery) -> tuple[Step, ...]:
    """Give the last step the reason that the log only holds the hash of: a feed's reason may name a person."""
    last = [replace(step, reason=step.reason or delivery.reason) for step in steps[-1:]]
    return (*steps[:-1], *last)


def _papers(journal: Journal, run_id: str, files: set[str], batch: str) -> tuple[list[str], list[Paper]]:
    """Return the batch numbers and the papers of what one run sent: file, receipts, pictures of the batch."""
    kept = journal.evidence_of(run_id)
    sent = [piece for piece in kept if piece.kind == _FILE and piece.sha256 in files]
    names = {piece.about for piece in sent} | files
    receipts = [each for each in journal.receipts_of(run_id) if each.about in names or (batch and each.batch == batch)]
    batches = list(dict.fromkeys(each.batch for each in receipts if each.batch))
    pictures = [piece for piece in kept if any(number in piece.about for number in batches)]
    papers = [_paper(journal, piece) for piece in [*sent, *pictures]]
    papers[1:1] = [
        Paper(each.kind, f"{each.batch} {each.about}".strip(), each.sha256, "", each.purged) for each in receipts
    ]
    return batches, papers


def _paper(journal: Journal, piece: EvidenceRow) -> Paper:
    path = journal.folder / piece.path
    purged = not path.exists() and piece.sha256 in journal.purged_evidence()
    return Paper(piece.kind, piece.about, piece.sha256, str(path), purged)
