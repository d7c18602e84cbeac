"""Auditing: the chain of events is whole, and what its events speak of is still what lies there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from journal.comparing import compare_deliveries, compare_dispositions, compare_findings, compare_runs
from journal.database import Book
from journal.flaws import Flaw, Found
from journal.papers import compare_evidence, compare_receipts
from journal.proving import Damage, Head, looking, prove
from journal.purged import purged


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    Attributes:
        head: the newest event as far as the chain is whole.
        damage: the first event that does not fit; what events speak of is compared only when there is none.
        flaws: where something is not what its event says, in the order of the events.
        checked: per kind of thing how many were compared.
        purged: per kind of thing how many of them hold nothing personal any more.
    """

    head: Head
    damage: Damage | None
    flaws: tuple[Flaw, ...] = ()
    checked: dict[str, int] = field(default_factory=dict)
    purged: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether all is as it was written."""
        return self.damage is None and not self.flaws


class Auditing(Book):
    """Proving to somebody who trusts nothing that nothing was changed by hand."""

    def verify(self, heads: Iterable[str] = (), noted: Iterable[Head] = ()) -> Damage | None:
        """Recompute the chain alone.

        Args:
            heads: hashes that were the head once, such as those printed on workbooks; each must be in the chain.
                Only a head kept elsewhere shows that somebody has rewritten everything after a point.
            noted: such heads with their place, which tells better where the log was rewritten.

        Returns:
            The first event that does not fit, or None for a whole chain.
        """
        with looking(self._engine) as connection:
            return prove(connection, heads, noted).damage

    def audit(self, heads: Iterable[str] = (), noted: Iterable[Head] = ()) -> Audit:
        """Recompute the chain, and compare with it all that events speak of: rows, receipts and files.

        Args:
            heads: as in ``verify``.
            noted: as in ``verify``.
        """
        with looking(self._engine) as connection:
            proof = prove(connection, heads, noted)
            if proof.damage:
                return Audit(proof.head, proof.damage)
            return self._compared(connection, proof.head)

    def _compared(self, connection: Connection, head: Head) -> Audit:
        names = ("runs", "findings", "deliveries", "dispositions", "receipts", "evidence")
        found, gone = Found(checked=Counter(dict.fromkeys(names, 0))), purged(connection)
        compare_runs(connection, found)
        compare_findings(connection, found)
        compare_deliveries(connection, found, gone)
        compare_dispositions(connection, found, gone)
        compare_receipts(connection, found, gone)
        compare_evidence(connection, found, gone, self.folder)
        flaws = tuple(sorted(found.flaws, key=lambda flaw: (flaw.seq, flaw.subject)))
        return Audit(head, None, flaws, {"events": head.seq, **found.checked}, dict(found.purged))
