"""What a person decides about commitments: to hold one back, and to let it go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bots.declared import CommitmentsDeclared
from bots.reporting import kept_report
from bots.workspace import Workspace
from journal import Delivery, Journal, State
from mappings.normalise import code as canonical
from reconciliation.commitments.report import CommitmentReport
from words.errors import UsageError
from words.languages import gettext as _


@dataclass(frozen=True, slots=True)
class Desk:
    """The last finished run of a commitment bot, which is what is decided about."""

    journal: Journal
    report: CommitmentReport
    feed: str

    def case(self, code: str) -> dict[str, Any]:
        """Return the line of one commitment.

        Raises:
            UsageError: the last run did not see it.
        """
        found = self.report.cases.filter(self.report.cases["document_number"] == canonical(code))
        if found.height:
            return found.row(0, named=True)
        raise UsageError(
            "unknown-commitment",
            _("The last run saw no commitment “{code}”.").format(code=code),
            todo=_("“yinxin commitments list --all” lists them; a new one is seen by the next run."),
        )

    def timeline(self, code: str) -> list[dict[str, Any]]:
        """Return what happened to one commitment, oldest first."""
        rows = self.report.timeline
        return rows.filter(rows["document_number"] == canonical(code)).to_dicts()

    def deliveries(self, record_id: str) -> list[Delivery]:
        """Return every delivery of a record, oldest first."""
        return self.journal.deliveries_of(self.feed, {record_id})

    def hold(self, code: str, by: str, reason: str) -> dict[str, Any]:
        """Hold a commitment back from being pushed until somebody releases it.

        Raises:
            UsageError: no such commitment, it is on the feed already, or no reason is given.
        """
        case = self.case(code)
        if case["pushed_on"]:
            raise UsageError(
                "already-pushed",
                _("The feed shows this commitment already; there is nothing left to hold back."),
                todo=_("Take it back with “yinxin deliveries withdraw {code} --bot {bot}”.").format(
                    code=case["document_number"], bot=self.report.bot
                ),
            )
        _refuse_no_reason(reason)
        run, about = self.report.run_id, case["document_number"]
        self.journal.keep_evidence(run, "decision", f"{about} {by}", reason.strip().encode(), ".txt")
        self.journal.decide(run, case["record_id"], "hold", by, reason.strip())
        return case

    def release(self, codes: Sequence[str], by: str) -> list[dict[str, Any]]:
        """Let commitments go: what a person held back, and what waits for a second person.

        Raises:
            UsageError: no such commitment, nothing of it waits, or the same person prepared it.
        """
        cases = [self.case(code) for code in codes]
        held = self.journal.on_hold()
        waiting = {case["record_id"]: self._waiting(case["record_id"]) for case in cases}
        for case in cases:
            self._refuse(case, held, waiting[case["record_id"]], by)
        ids = [each.id for found in waiting.values() for each in found]
        for case in cases:
            if case["record_id"] in held:
                self.journal.decide(self.report.run_id, case["record_id"], "let", by, "")
        if ids:
            self.journal.released(ids, by)
        return cases

    def _waiting(self, record_id: str) -> list[Delivery]:
        return [each for each in self.deliveries(record_id) if each.state == State.HELD]

    def _refuse(self, case: dict[str, Any], held: dict[str, str], waiting: list[Delivery], by: str) -> None:
        if not waiting and case["record_id"] not in held:
            raise UsageError(
                "nothing-to-release",
                _("Nothing of the commitment {code} waits to be released.").format(code=case["document_number"]),
                todo=_("“yinxin commitments show {code}” tells where it stands.").format(code=case["document_number"]),
            )
        refuse_the_same(waiting, by)


def refuse_the_same(waiting: Sequence[Delivery], by: str) -> None:
    """Refuse that somebody releases what the same person prepared: two pairs of eyes are the point of it.

    Raises:
        UsageError: they are the same.
    """
    if by in {each.prepared_by for each in waiting}:
        raise UsageError(
            "same-person",
            _("{who} prepared this; somebody else has to release it.").format(who=by),
            todo=_("Let a colleague run this command under their own account."),
        )


def desk(workspace: Workspace, journal: Journal, bot: str) -> Desk:
    """Return the last finished run of a commitment bot.

    Raises:
        UsageError: it is another kind of bot, or has not run yet.
    """
    declared: CommitmentsDeclared = workspace.watching(bot)
    for run in journal.runs():
        if run.bot == bot and run.state == "done" and not run.dry_run:
            report = kept_report(journal, run.run_id)
            if isinstance(report, CommitmentReport):
                return Desk(journal, report, declared.feed)
    raise UsageError(
        "no-run",
        _("The bot “{bot}” has not finished a run in this workspace yet.").format(bot=bot),
        todo=_("Run it first: “yinxin run {bot}”.").format(bot=bot),
    )


def _refuse_no_reason(reason: str) -> None:
    if not reason.strip():
        raise UsageError(
            "no-reason", _("Nothing is held back without a reason."), todo=_("Say with --reason why it must wait.")
        )
