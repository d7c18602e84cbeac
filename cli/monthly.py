"""``yinxin report --month``: the monthly report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cli.commands import Call
from cli.printing import Block
from words.languages import gettext as _
from words.languages import ngettext

if TYPE_CHECKING:
    from reconciliation.monthly import MonthlyReport


def monthly(call: Call, text: str, nil: Sequence[str]) -> int:
    """Confirm nil returns, write the monthly report, and show it; 1 if something of it needs a person."""
    from bots.monthly import confirm_nil, monthly_report, result_of
    from bots.periods import month_of
    from reconciliation.monthly_sheets import write_monthly

    workspace, month = call.workspace(), month_of(text)
    with workspace.journal() as journal:
        report = monthly_report(workspace, journal, month)
        if nil:
            confirm_nil(journal, report, nil)
            report = monthly_report(workspace, journal, month)
    workbook = write_monthly(report, workspace.folder / "reports" / f"{report.run_id}.xlsx")
    _show(call, report, str(workbook))
    call.printer.done(result_of(report, workbook))
    return 1 if _needs_a_person(report) else 0


def _needs_a_person(report: MonthlyReport) -> bool:
    open_nil = report.nil.filter(report.nil["nil"] != "confirmed").height
    concealed = sum(part.rows["concealed"].sum() for part in report.parts)
    return bool(open_nil or concealed or any(part.named for part in report.parts))


def _show(call: Call, report: MonthlyReport, workbook: str) -> None:
    from bots.monthly import contradicted
    from reconciliation.monthly_sheets import NIL_STATES
    from reconciliation.summary import fraction

    call.printer.blocks([*_blocks(report), (_("Workbook"), [("", workbook)])])
    if report.nil.height:
        states = {state.value: _(word) for state, word in NIL_STATES.items()}
        labels = {part.kind: part.label for part in report.parts}
        lines = [
            [labels[row["kind"]], row["month"], row["unit"], states[row["nil"]], row["confirmed_by"] or "–"]
            for row in report.nil.iter_rows(named=True)
        ]
        call.printer.table([_("Kind"), _("Month"), _("Unit"), _("Nil return"), _("Confirmed by")], lines)
    for part in report.parts:
        for rate in part.named:
            told = _("{kind}: “{unit}” is named for its late rate, {fraction}.")
            call.printer.say(told.format(kind=part.label, unit=rate.member, fraction=fraction(rate)))
    if count := contradicted(report).height:
        call.printer.say(
            ngettext(
                "{count} nil return is contradicted by a decision that is known by now.",
                "{count} nil returns are contradicted by decisions that are known by now.",
                count,
            ).format(count=count)
        )


def _blocks(report: MonthlyReport) -> Iterator[Block]:
    from reconciliation.headings import rate_name
    from reconciliation.summary import fraction

    for part in report.parts:
        rates = [(rate_name(rate.name), fraction(rate)) for rate in part.rates if rate.scope == "all"]
        yield f"{report.month} · {part.label}", rates
