"""What is remembered: runs, records, deliveries, receipts, evidence, and the hash-chained log of events."""

from journal.alarms import Alarm, AlarmKind
from journal.auditing import Audit
from journal.blanking import Kept
from journal.collected import CollectedRow, KnownRow, Remembered
from journal.crew import GONE_AFTER, Worker, new_name
from journal.deliveries import Action, Delivery, IllegalTransition, Prepared
from journal.dispositions import Disposition
from journal.events import EventRow
from journal.evidence import EvidenceRow, ReceiptRow
from journal.flaws import Flaw
from journal.journal import Journal
from journal.leases import Busy, LeaseRow
from journal.lookup import Moment
from journal.proving import Damage, Head
from journal.queueing import SETTLED, Firing, FiringState
from journal.records import RecordRow
from journal.runs import RunRow
from journal.states import LIVE, OPEN, SHOWN, TRANSITIONS, UNDER_WAY, State
from journal.tallying import Tally

__all__ = [
    "GONE_AFTER",
    "LIVE",
    "OPEN",
    "SETTLED",
    "SHOWN",
    "TRANSITIONS",
    "UNDER_WAY",
    "Action",
    "Alarm",
    "AlarmKind",
    "Audit",
    "Busy",
    "CollectedRow",
    "Damage",
    "Delivery",
    "Disposition",
    "EventRow",
    "EvidenceRow",
    "Firing",
    "FiringState",
    "Flaw",
    "Head",
    "IllegalTransition",
    "Journal",
    "Kept",
    "KnownRow",
    "LeaseRow",
    "Moment",
    "Prepared",
    "ReceiptRow",
    "RecordRow",
    "Remembered",
    "RunRow",
    "State",
    "Tally",
    "Worker",
    "new_name",
]
