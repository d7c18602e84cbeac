"""Reading commitment cases: from the list as it is now, else from memory, and never from an answer of an earlier day.

What a system said once it cannot un-say. A row that it shows no more, or in an older state than before, keeps what was
known of it and says so; before anything is pushed the case is read once more by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bots.gathering import Side, frame_of, mapped_side, remembered
from bots.guarding import Guard
from bots.watching import Watch
from connectors.base import Row, Source
from connectors.workers import side_by_side
from journal import CollectedRow, Journal, KnownRow
from mappings.apply import Mapped, apply
from mappings.headers import find_columns
from mappings.standards.fields import Kind
from reconciliation.commitments.cases import Case, older_than
from words.errors import Place, YinxinError, first_of

Known = Mapping[str, KnownRow]


@dataclass(slots=True)
class Casebook:
    """The cases of one source.

    Attributes:
        side: the mapped rows.
        cases: row key → case.
        payloads: row key → the row as it came.
        doubts: row key → why the case is not known as it is now, as a reason code.
        trouble: why the system could not be read at all, or not be asked again, if so it was.
        from_memory: whether it is told of from memory.
    """

    source: Source
    side: Side
    cases: dict[str, Case]
    payloads: dict[str, Mapping[str, str]]
    doubts: dict[str, str] = field(default_factory=dict)
    trouble: YinxinError | None = None
    from_memory: bool = False

    async def read_again(self, keys: Iterable[str], since: str, workers: int) -> None:
        """Read some cases anew; a doubt is noted where that does not succeed, and what was known stands.

        Args:
            keys: the rows'.
            since: an answer that says it is of an earlier moment is none.
            workers: how many are asked for at a time.
        """
        asked = [key for key in keys if key not in self.doubts]
        answers = dict(zip(asked, await side_by_side(self._asked, asked, workers), strict=True))
        told = {key: {**self.payloads[key], **answer} for key, answer in answers.items() if not isinstance(answer, str)}
        found = _cases(self.source, [Row(key, "", payload) for key, payload in told.items()])
        for key, answer in answers.items():
            self._believe(key, answer if isinstance(answer, str) else found.get(key, "not-re-read"), since)

    async def _asked(self, key: str) -> Mapping[str, str] | str:
        """Return the details as they are now, or why they cannot be told."""
        if self.from_memory:
            return "not-re-read"
        try:
            found = await self.source.again(key)
        except YinxinError as error:
            self.trouble = self.trouble or error
            return "not-re-read"
        if found is None:
            return "vanished"
        return found if _tells_all(self.source, found) else "not-re-read"

    def _believe(self, key: str, case: Case | str, since: str) -> None:
        if isinstance(case, str):
            self.doubts[key] = case
        elif older_than(case, self.cases[key]) or "" < (case.values["told_at"] or "") < since:
            self.doubts[key] = "older-state"
        else:
            self.cases[key] = case


async def read_cases(guard: Guard, watch: Watch) -> Casebook:
    """Read the list of cases and open what is new in it; a system that is not to be believed is told from memory."""
    source, journal, run_id = guard.source, guard.journal, guard.run_id
    known = {key: row for key, row in journal.known_rows(source.name).items() if row.payload}
    rows: list[Row] = []
    trouble: YinxinError | None = None
    try:
        async for page in source.collect(guard.window, {key: (row.digest, row.payload) for key, row in known.items()}):
            rows += page.rows
            watch.progress("collect", source.title, len(rows), page.total)
        await guard.look(rows)
        await _keep_pictures(source, journal, run_id, rows)
    except (YinxinError, ExceptionGroup) as error:
        cause = first_of(error)
        if not known or not isinstance(cause, YinxinError):
            raise
        trouble, rows = cause, _from_memory(known, known)
    told, doubts = _believed(source, rows, known)
    whole = (CollectedRow(row.key, row.digest, dict(row.payload)) for row in told if not row.gone)
    journal.remember_rows(run_id, source.name, whole)
    mapped = _mapped(source, told)
    journal.remember_records(run_id, remembered(mapped, source.mapping.standard))
    side = mapped_side("source", [mapped], source.mapping.standard, len(told), sum(not row.known for row in told))
    return Casebook(
        source, side, _cases_of(mapped), {row.key: row.payload for row in told}, doubts, trouble, bool(trouble)
    )


async def _keep_pictures(source: Source, journal: Journal, run_id: str, rows: Sequence[Row]) -> None:
    if any(not row.known for row in rows):
        for piece in await source.evidence():
            journal.keep_evidence(run_id, piece.kind, f"{source.title} {piece.about}", piece.content, piece.suffix)


def _believed(source: Source, rows: Sequence[Row], known: Known) -> tuple[list[Row], dict[str, str]]:
    """Return the rows as far as they may be believed, those that are missing included, and the doubts about them."""
    fresh = [row for row in rows if not row.known and not row.gone]
    now = _cases(source, fresh)
    before = _cases(source, _from_memory(known, known.keys() & now.keys()))
    doubts: dict[str, str] = {}
    for row in rows:
        if row.gone:
            doubts[row.key] = "vanished"
        elif row.key in before and row.key in now and older_than(now[row.key], before[row.key]):
            doubts[row.key] = "older-state"
    missing = known.keys() - {row.key for row in rows}
    doubts |= dict.fromkeys(missing, "unlisted")
    kept = {row.key: row for row in _from_memory(known, doubts.keys() & known.keys())}
    return [*(kept.get(row.key, row) for row in rows), *(kept[key] for key in sorted(missing))], doubts


def _from_memory(known: Known, keys: Iterable[str]) -> list[Row]:
    return [Row(key, known[key].digest, known[key].payload, known=True) for key in sorted(keys)]


def _mapped(source: Source, rows: Sequence[Row]) -> Mapped:
    return apply(source.mapping, frame_of(source.title, rows), place=Place(system=source.title))


def _tells_all(source: Source, answer: Mapping[str, str]) -> bool:
    """Whether an answer has every list of what happened that the mapping reads; one that is not there is not empty."""
    fields, rules = source.mapping.standard.by_name, source.mapping.fields
    lists = [rule.headers for name, rule in rules.items() if fields[name].kind is Kind.EVENTS and rule.headers]
    return all(find_columns(list(answer), headers) for headers in lists)


def _cases(source: Source, rows: Sequence[Row]) -> dict[str, Case]:
    return _cases_of(_mapped(source, rows)) if rows else {}


def _cases_of(mapped: Mapped) -> dict[str, Case]:
    return {row["row_key"]: Case(row) for row in mapped.records.iter_rows(named=True)}
