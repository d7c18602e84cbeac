"""The journal: its database, its edition, its clock, its chain of events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cli.health.checking import Check
from cli.health.systems import skewed
from words.errors import YinxinError
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from bots.workspace import Workspace
    from journal import Journal

_SKEW = 60.0  # seconds


def present(workspace: Workspace) -> Journal | None:
    """Open the journal if there is one of this edition; nothing is made or brought up to date.

    One that cannot be looked at is told by its own check, once.
    """
    from journal import Journal
    from journal.schema import REVISION

    try:
        facts = Journal.look(workspace.state, workspace.database)
    except YinxinError:
        return None
    return workspace.journal() if facts is not None and facts.revision == REVISION else None


def journal(workspace: Workspace) -> Iterator[Check]:
    """What database there is, whether its tables are those of this edition, and whether its clock is ours."""
    from journal import Journal
    from journal.schema import REVISION

    facts = Journal.look(workspace.state, workspace.database)
    if facts is None or not facts.revision:
        yield Check("journal", _("journal"), "ok", _("none yet; the first run makes it"))
        return
    yield Check("journal", _("journal"), "ok", f"{facts.kind} {facts.version}")
    if facts.revision < REVISION:
        found = _("tables of revision {stored}; this edition wants {wanted}")
        todo = _("Make a backup (“yinxin backup”); the next run brings it up to date.")
        told = found.format(stored=facts.revision, wanted=REVISION)
        yield Check("migrations", _("migrations"), "warning", told, todo)
        return
    if facts.revision > REVISION:
        found = _("tables of revision {stored}, written by a newer edition; this one knows {wanted}")
        todo = _("Install the newer edition; an older one would not understand what it wrote.")
        told = found.format(stored=facts.revision, wanted=REVISION)
        yield Check("migrations", _("migrations"), "failing", told, todo)
        return
    yield Check("migrations", _("migrations"), "ok", _("none is pending (revision {stored})").format(stored=REVISION))
    if workspace.database is not None:
        yield _clock(workspace)


def _clock(workspace: Workspace) -> Check:
    with workspace.journal() as opened:
        opened.clock()  # a connection that is there already does not take time
        before = time.time()
        ahead = opened.clock() - (before + time.time()) / 2
    system = _("the journal's database")
    if abs(ahead) > _SKEW:
        return skewed("clock.journal", system, ahead)
    return Check("clock.journal", _("clock"), "ok", _("as at {system}").format(system=system))


def chain(workspace: Workspace) -> Iterator[Check]:
    """Whether the chain of events is whole."""
    opened = present(workspace)
    if opened is None:
        return
    with opened:
        damage, runs = opened.verify(), len(opened.runs())
    if damage:
        todo = _("Stop all bots and compare with a backup; somebody changed the journal.")
        yield Check("chain", _("chain of events"), "failing", damage.sentence, todo)
    else:
        found = ngettext("whole; {runs} run", "whole; {runs} runs", runs).format(runs=runs)
        yield Check("chain", _("chain of events"), "ok", found)
