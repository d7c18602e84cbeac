"""Explaining a document number: everything the journal knows of it, put together for the person who asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import polars as pl

from bots.advising import about_quarantine, about_record
from bots.deadlines import deadline_of
from bots.explained import Difference, Explained, Form, Judgement, Member, Told, Tried, Waiting
from bots.followed import Way
from bots.replaying import standard_of
from bots.reporting import kept_disclosure
from bots.reviewed import decided
from bots.searching import never_seen
from bots.ways import way_of
from bots.workspace import Workspace
from journal import Journal, RecordRow, RunRow
from mappings.hints import hint_of, sentence_of
from mappings.normalise import document_number
from mappings.standards import STANDARDS
from mappings.written import number_key
from reconciliation.report import Verdict
from reconciliation.texts import SHOWN, personal_fields
from words.errors import UsageError, YinxinError
from words.languages import gettext as _

_PERSONAL = frozenset(name for standard in STANDARDS.values() for name in personal_fields(standard))


def explain(workspace: Workspace, journal: Journal, asked: str) -> Explained:
    """Tell everything about a document number, however its brackets, blanks and widths are written.

    Raises:
        UsageError: the text is blank.
    """
    number = document_number(asked)
    if not number:
        raise UsageError(
            "no-document-number",
            _("This is no document number: it is blank."),
            todo=_("Write the number as it stands in the document, in quotes."),
        )
    return _Explaining(workspace, journal).explain(asked, number)


class _Explaining:
    """One question; runs are looked up once."""

    def __init__(self, workspace: Workspace, journal: Journal) -> None:
        self.workspace, self.journal = workspace, journal
        self.run = lru_cache(maxsize=None)(journal.run)
        self.standard = lru_cache(maxsize=None)(lambda bot: standard_of(workspace, bot))

    def explain(self, asked: str, number: str) -> Explained:
        forms = self.journal.find_records(number)
        of_record: dict[str, list[RecordRow]] = {}
        for form in forms:
            of_record.setdefault(form.record_id, []).append(form)
        judged = self._judgements(number, list(of_record))
        records = tuple(self._told(key, of_record.get(key, []), judged) for key in _subjects(of_record, judged))
        quarantined = tuple(self._waiting(number))
        if not records and not quarantined and (known := self._written_otherwise(number)):
            return replace(self.explain(asked, known), asked=asked)
        never = None if records or quarantined else never_seen(self.workspace, self.journal, number)
        return Explained(asked, number, records, quarantined, never)

    def _written_otherwise(self, number: str) -> str:
        """Return a known number that only writes this one another way, or empty text."""
        known = pl.DataFrame({"number": sorted(self.journal.known_numbers())}, schema={"number": pl.String})
        asked = pl.select(number_key(pl.lit(number))).item()
        same = known.filter(number_key(pl.col("number")) == asked, pl.col("number") != number)
        return str(same["number"][0]) if same.height else ""

    def _judgements(self, number: str, record_ids: list[str]) -> list[Judgement]:
        found = self.journal.verdicts_about(number, record_ids)
        return [_judgement(each, self.run(each["run_id"])) for each in found]

    def _told(self, record_id: str, rows: list[RecordRow], judged: list[Judgement]) -> Told:
        mine = [each for each in judged if each.record_id == record_id]
        mine = mine or [each for each in judged if each.verdict == Verdict.AMBIGUOUS]
        mine[:1] = map(self._with_values, mine[:1])
        first = self.journal.first_runs(record_id) if rows else {}
        forms = tuple(self._form(row, first[row.fingerprint]) for row in rows)
        ways = tuple(self._ways(record_id))
        name = forms[0].values.get("name", "") if forms else mine[0].name
        deadline = deadline_of(self.workspace, forms, mine, ways, self.run)
        advice = about_record(forms, mine, ways)
        bot = self.run((forms or mine)[0].run).bot
        odd = self._warnings(bot, rows[0]) if rows else ""
        decisions = tuple(decided(self.workspace, self.journal, self.journal.dispositions(record_id)))
        standard = self.standard(bot).name
        return Told(standard, record_id, name, forms, odd, tuple(mine), deadline, ways, decisions, advice)

    def _warnings(self, bot: str, row: RecordRow) -> str:
        """Return what the profile of the bot's feed warns of, as it is now; nothing where there is none any more."""
        try:
            feed = self.workspace.connector(self.workspace.bot(bot).feed)
            profile = self.workspace.profile(feed.profile or "")
        except YinxinError:
            return ""
        if profile.standard is not self.standard(bot):
            return ""
        record = {name: row.values.get(name) or "" for name in profile.standard.names}
        return str(profile.warnings(pl.DataFrame([record]), self.workspace.today).item())

    def _ways(self, record_id: str) -> Iterator[Way]:
        for delivery in self.journal.deliveries(record_id=record_id):
            way = way_of(self.journal, delivery, self.run)
            known = delivery.feed in self.workspace.names("connectors")
            yield replace(way, feed=self.workspace.connector(delivery.feed).title) if known else way

    def _with_values(self, judgement: Judgement) -> Judgement:
        """Only the report that the run left holds the values of both sides."""
        if not (
            judgement.differing or judgement.suggestion or judgement.why_not or judgement.verdict == Verdict.AMBIGUOUS
        ):
            return judgement
        try:
            found = kept_disclosure(self.journal, judgement.run)
        except UsageError:  # it left no report, or its report was purged
            return judgement
        group = found.verdicts.filter(pl.col("record_id") == judgement.record_id)["group"].implode()
        return replace(
            judgement,
            differences=tuple(_differences(found.differences.filter(pl.col("group").is_in(group)))),
            tried=tuple(_tried(found.tried.filter(pl.col("group").is_in(group)))),
            members=tuple(_members(found.members.filter(pl.col("group").is_in(group)))),
        )

    def _form(self, row: RecordRow, run_id: str) -> Form:
        run = self.run(run_id)
        names = self.standard(run.bot).names
        values, changed = _shown(names, row.values), _shown(names, row.changed)
        return Form(row.fingerprint, row.origin, row.mapping, run.run_id, run.started_at, values, changed)

    def _waiting(self, number: str) -> Iterator[Waiting]:
        """Yield what the newest run that had the row in quarantine found."""
        found = self.journal.quarantine_about(number)
        for each in found:
            if each["run_id"] == found[0]["run_id"]:
                yield self._finding(each, self.run(each["run_id"]))

    def _finding(self, told: dict[str, str], run: RunRow) -> Waiting:
        newest, rule = self.journal.judged_runs(1, run.bot), told["rule"]
        return Waiting(
            standard=self.standard(run.bot).name,
            run=run.run_id,
            at=run.started_at,
            now=not newest or newest[0].run_id == run.run_id,
            side=told["side"],
            origin=told["origin"],
            name=told.get("name", ""),
            field=told["field"],
            value=masked_value(told["field"], told.get("value", "")),
            rule=rule,
            sentence=sentence_of(rule, told.get("sentence", "")),
            hint=hint_of(rule, told.get("value", "")),
            mapping=told["mapping"],
            advice=about_quarantine(rule, told["origin"]),
        )


def _judgement(told: dict[str, str], run: RunRow) -> Judgement:
    return Judgement(
        run=run.run_id,
        at=run.started_at,
        as_of=run.as_of,
        dry_run=run.dry_run,
        record_id=told["record_id"],
        name=told.get("name", ""),
        verdict=told["verdict"],
        rule=told.get("rule", ""),
        bucket=told["bucket"],
        outcome=told["outcome"],
        compliance=told["compliance"],
        reason=told.get("reason", ""),
        source=told.get("source_origin", ""),
        ledger=told.get("ledger_origin", ""),
        feed=told.get("feed_origin", ""),
        suggestion=told.get("suggestion", ""),
        why_not=told.get("why_not", ""),
        normalised=told.get("normalised", ""),
        decision_date=told.get("decision_date", ""),
        disclosed_on=told.get("disclosed_on", ""),
        differing=tuple(name for name in told.get("differing", "").split(",") if name),
    )


def _subjects(recorded: Iterable[str], judged: Sequence[Judgement]) -> list[str]:
    """Return the records of a number; one that no system has shown counts only while the newest run finds it."""
    newest = [each.record_id for each in judged if each.run == judged[0].run]
    return list(dict.fromkeys([*recorded, *newest]))


def masked_value(field: str, value: str) -> str:
    """Return a value of a field as it may be shown: of a personal number only the beginning."""
    return value[:SHOWN] + "*" * len(value[SHOWN:]) if field in _PERSONAL else value


def _differences(lines: pl.DataFrame) -> Iterator[Difference]:
    for line in lines.select("field", "against", "source_value", "other_value", "origin").iter_rows():
        yield _difference(*line)


def _members(lines: pl.DataFrame) -> Iterator[Member]:
    for line in lines.select("side", "origin", "document_number", "name").iter_rows():
        yield Member(*line)


def _tried(lines: pl.DataFrame) -> Iterator[Tried]:
    for rule, field, here, there in lines.select("rule", "field", "here", "there").iter_rows():
        yield Tried(rule, field, masked_value(field, here), masked_value(field, there))


def _difference(field: str, against: str, here: str, there: str, origin: str) -> Difference:
    return Difference(field, against, masked_value(field, here), masked_value(field, there), origin)


def _shown(names: Iterable[str], values: dict[str, str]) -> dict[str, str]:
    return {name: masked_value(name, values[name]) for name in names if values.get(name)}
