"""What an integrator declares of handing over: the request, what the answer says of each record, the way back."""

from __future__ import annotations

from pydantic import Field, model_validator

from connectors.api.calls import Call, Codes
from words.declared import Declared


class Outcome(Declared):
    """Where an answer tells what became of each record.

    An entry belongs to a record by the value at ``key`` (equal to the record's ``column``), by its ``position``
    (counted from ``first``), or else by standing in the same place. Without ``code``, every entry is a refusal.
    """

    rows: str
    key: str = ""
    column: str = ""
    position: str = ""
    first: int = 1
    code: str = ""
    accepted: Codes = ()
    reason: str = ""
    accepted_count: str = ""
    refused_count: str = ""

    @property
    def ordered(self) -> bool:
        """Whether an entry belongs to the record in the same place."""
        return not (self.key or self.position)

    @model_validator(mode="after")
    def _tells(self) -> Outcome:
        if not self.code and self.ordered:
            raise ValueError("entries without “code” are refusals, and need “key” or “position”")
        if self.key and not self.column:
            raise ValueError("“key” needs “column”, the record's column that has the same value")
        return self


class Polled(Declared):
    """Where a batch that is worked on later is asked for, with ``{batch}``, until its state is one of two kinds."""

    request: Call
    state: str
    done: Codes
    failed: Codes = ()
    message: str = ""


class Lookup(Declared):
    """Where a batch is found again by the name that it was sent with.

    Attributes:
        request: with ``{name}`` where the system is asked for one batch.
        rows, name: dotted paths of its list of batches, newest first, and of the name in an entry; without them the
            answer is about the one batch.
        batch: dotted path of the batch number; where none stands, it does not know the batch.
        unknown: codes by which it says that it does not know the batch.
    """

    request: Call
    rows: str = ""
    name: str = ""
    batch: str = ""
    unknown: Codes = ()


class Deliver(Declared):
    """How records are handed over.

    Attributes:
        request: with ``{records}`` or ``{record}``, ``{name}`` (which no other attempt has) or a record's columns.
        rows: the most records in one request.
        element: XML: the name of the element around each record.
        identity: the name under which each record also carries Yinxin's own id of it.
        batch: dotted path of the feed's number of the batch; without it, the batch keeps its name.
        refused: codes that mean that the data was refused, with the envelope's message as the reason.
        outcome: what became of each record; without it, an answer that is a success took them all.
        result: asked for the outcome later.
        lookup: how a batch is found again after an answer that never came.
        corrections: the request that replaces the record that the feed has.
        settles: seconds after which a batch that the feed does not show counts as never arrived.
    """

    request: Call
    rows: int = Field(default=1, ge=1)
    element: str = "row"
    identity: str = ""
    batch: str = ""
    refused: Codes = ()
    outcome: Outcome | None = None
    result: Polled | None = None
    lookup: Lookup | None = None
    corrections: Call | None = None
    settles: float = Field(default=60, ge=0)


class Recall(Declared):
    """The request that takes one record back.

    ``fields`` is what ``{record}`` then holds: name → field, or ``row_key``, which is the key in the feed's own list.
    """

    request: Call
    fields: dict[str, str] = {}
    reason: str = "reason"
