"""What is remembered: runs, records, deliveries, receipts, evidence, and the hash-chained log of events."""

from journal.collected import CollectedRow, KnownRow, Remembered
from journal.deliveries import Delivery, IllegalTransition, Prepared
from journal.events import Damage, EventRow
from journal.evidence import EvidenceRow, ReceiptRow
from journal.journal import Journal
from journal.records import RecordRow
from journal.runs import RunRow
from journal.states import LIVE, OPEN, TRANSITIONS, State

__all__ = [
    "LIVE",
    "OPEN",
    "TRANSITIONS",
    "CollectedRow",
    "Damage",
    "Delivery",
    "EventRow",
    "EvidenceRow",
    "IllegalTransition",
    "Journal",
    "KnownRow",
    "Prepared",
    "ReceiptRow",
    "RecordRow",
    "Remembered",
    "RunRow",
    "State",
]
