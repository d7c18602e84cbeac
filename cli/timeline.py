"""The way of a delivery to its feed, as lines in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from bots.followed import Paper, Step, Way
from cli.printing import Block
from reconciliation.headings import title
from words.languages import N_
from words.languages import gettext as _

BETWEEN = " · "
_STATES = {
    "held": N_("held: waits for the release by a second person"),
    "prepared": N_("prepared: nothing has left yet"),
    "sent": N_("sent: handed over to the feed"),
    "accepted": N_("accepted: the feed took it"),
    "rejected": N_("rejected: the feed refused it"),
    "unknown": N_("unknown: nobody knows whether the feed has it"),
    "differs": N_("differs: the feed shows other values"),
    "confirmed": N_("confirmed: read back from the feed, equal field by field"),
    "discarded": N_("discarded: taken out before it left"),
    "superseded": N_("superseded: a correction stands in its place"),
    "withdrawn": N_("withdrawn: taken back from the feed"),
}
_ACTIONS = {"publish": N_("disclosure"), "correct": N_("correction"), "withdraw": N_("withdrawal")}


def local(at: str) -> str:
    """Return a stored time as the clock on the wall showed it."""
    return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M:%S}"


def timeline(way: Way, folder: Path) -> Block:
    """Return a delivery: its events, then its papers with paths as seen from ``folder``."""
    heading = _("Way to the feed: {feed}, {action}, delivery {number}").format(
        feed=way.feed, action=_(_ACTIONS[way.action]), number=way.delivery
    )
    if way.batches:
        heading = _("{way}, batch {batches}").format(way=heading, batches=_(", ").join(way.batches))
    runs = ["", *(step.run for step in way.steps)]
    steps = [
        (local(step.at), BETWEEN.join(_parts(step, new_run=before != run)))
        for step, (before, run) in zip(way.steps, pairwise(runs), strict=True)
    ]
    return heading, [*steps, *((title(paper.kind), _paper(paper, folder)) for paper in way.papers)]


def _parts(step: Step, *, new_run: bool) -> Iterator[str]:
    """A line says what happened, and what had not been said before."""
    yield _(_STATES[step.state])
    told = {
        N_("because of: {text}"): step.reason,
        N_("batch {text}"): step.batch,
        N_("file {text}"): step.file_name,
        N_("by {text}"): step.by,
        N_("run {text}"): step.run if new_run else "",
    }
    yield from (_(sentence).format(text=text) for sentence, text in told.items() if text)


def _paper(paper: Paper, folder: Path) -> str:
    """A file is named by its path; a receipt lies in the journal and is named by its hash, as is what was purged."""
    if paper.purged:
        return BETWEEN.join((paper.about, _("purged, SHA-256 {start}…").format(start=paper.sha256[:12])))
    if not paper.path:
        return BETWEEN.join((paper.about, _("in the journal, SHA-256 {start}…").format(start=paper.sha256[:12])))
    path = Path(paper.path)
    return BETWEEN.join((paper.about, str(path.relative_to(folder) if path.is_relative_to(folder) else path)))
