"""``yinxin commitments``: where commitments stand, and what a person decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands import Call, command
from cli.printing import Block
from words.errors import UsageError
from words.languages import N_, ngettext
from words.languages import gettext as _

if TYPE_CHECKING:
    from bots.deciding import Desk

GROUP = "commitments"
_QUIET = ("running", "closed", "cancelled")
_COLUMNS = ("document_number", "name", "due_date", "push_day", "late", "pushed_on", "why")
_FACTS = (
    *("commitment_type", "material", "project_name", "permit_number", "commitment_date", "due_date", "ends_on"),
    *("push_day", "late", "performance", "pushed_on", "why", "authority_name", "origin"),
)
_Bot = Annotated[str, typer.Option(help=_("The bot that watches them."))]


def register(app: typer.Typer) -> None:
    """Register the commands."""

    @command(app, "list", N_("List the commitments that somebody has to look at, as of the last run."), group=GROUP)
    def listed(
        call: Call,
        stage: Annotated[list[str] | None, typer.Option(help=_("Only this stage; may be given again."))] = None,
        every: Annotated[bool, typer.Option("--all", help=_("Every commitment."))] = False,
        bot: _Bot = "commitments",
    ) -> int:
        workspace = call.workspace()
        with workspace.journal() as journal:
            desk = _desk(workspace, journal, bot)
            found = [case for case in desk.report.cases.to_dicts() if _wanted(case, stage or [], every=every)]
        _print(call, desk, found)
        call.printer.done({"run": desk.report.run_id, "as_of": desk.report.as_of, "commitments": found})
        return 1 if any(case["bucket"] == "held" for case in found) else 0

    @command(app, "show", N_("Show everything about one commitment: where it stands, and what happened."), group=GROUP)
    def show(
        call: Call, code: Annotated[str, typer.Argument(help=_("The commitment code."))], bot: _Bot = "commitments"
    ) -> int:
        workspace = call.workspace()
        with workspace.journal() as journal:
            desk = _desk(workspace, journal, bot)
            case, timeline = desk.case(code), desk.timeline(code)
            deliveries = [
                {"id": each.id, "action": each.action.value, "state": each.state.value, "changed_at": each.changed_at}
                for each in desk.deliveries(case["record_id"])
            ]
        call.printer.blocks(_blocks(case, timeline, deliveries))
        call.printer.done({"commitment": case, "timeline": timeline, "deliveries": deliveries})
        return 1 if case["bucket"] == "held" else 0

    @command(app, "hold", N_("Hold a commitment back from being pushed, until somebody releases it."), group=GROUP)
    def hold(
        call: Call,
        code: Annotated[str, typer.Argument(help=_("The commitment code."))],
        reason: Annotated[str, typer.Option(help=_("Why; it is kept with your name."))],
        bot: _Bot = "commitments",
    ) -> int:
        from bots.operator import operator

        workspace = call.workspace()
        with workspace.journal() as journal:
            case = _desk(workspace, journal, bot).hold(code, operator(), reason)
        call.printer.say(_("{code} is held back; no run pushes it.").format(code=case["document_number"]))
        call.printer.done({"held": case["document_number"]})
        return 0

    @command(app, "release", N_("Let go what somebody held back, or what waits for a second person."), group=GROUP)
    def release(
        call: Call,
        codes: Annotated[list[str], typer.Argument(help=_("Commitment codes."))],
        by: Annotated[str | None, typer.Option(help=_("Who releases; you, without it."))] = None,
        bot: _Bot = "commitments",
    ) -> int:
        from bots.operator import operator

        who = by or operator()
        workspace = call.workspace()
        with workspace.journal() as journal:
            cases = _desk(workspace, journal, bot).release(codes, who)
        told = ngettext(
            "{count} commitment is released by {who}; the next run reads it again and pushes it if it is still broken.",
            "{count} commitments are released by {who}; the next run reads them again and pushes those still broken.",
            len(cases),
        )
        call.printer.say(told.format(count=len(cases), who=who))
        call.printer.done({"released": [case["document_number"] for case in cases], "by": who})
        return 0


def _desk(workspace: Any, journal: Any, bot: str) -> Desk:  # noqa: ANN401 - imported only where it is used
    from bots.deciding import desk

    return desk(workspace, journal, bot)


def _wanted(case: dict[str, Any], stages: list[str], *, every: bool) -> bool:
    from reconciliation.commitments.judging import Stage
    from words.declared import suggest

    for stage in stages:
        if stage not in list(Stage):
            sentence = _("There is no stage “{stage}”.").format(stage=stage)
            raise UsageError("unknown-stage", sentence, todo=suggest(stage, [each.value for each in Stage]))
    if stages:
        return case["stage"] in stages
    return every or bool(case["why"]) or not (case["stage"] in _QUIET or case["pushed_on"])


def _print(call: Call, desk: Desk, found: list[dict[str, Any]]) -> None:
    from mappings.standards import COMMITMENT_CASE
    from reconciliation.commitments.words import stage_name
    from reconciliation.headings import field_label

    if not found:
        call.printer.say(_("No commitment needs anybody, as of {day}.").format(day=desk.report.as_of))
        return
    headings = [_("Stage"), *(field_label(COMMITMENT_CASE, name) for name in _COLUMNS)]
    call.printer.table(headings, [[stage_name(case["stage"]), *(case[name] for name in _COLUMNS)] for case in found])
    call.printer.say(_("As of {day}, run {run}.").format(day=desk.report.as_of, run=desk.report.run_id))


def _blocks(case: dict[str, Any], timeline: list[dict[str, Any]], deliveries: list[dict[str, Any]]) -> list[Block]:
    from cli.timeline import local
    from mappings.standards import COMMITMENT_CASE
    from reconciliation.commitments.words import EVENTS, stage_name
    from reconciliation.headings import field_label, title

    head = [(_("Stage"), stage_name(case["stage"])), (_("Bucket"), title(case["bucket"]))]
    head += [(field_label(COMMITMENT_CASE, name), case[name]) for name in _FACTS if case[name]]
    told = [(each["at"], _said(_(EVENTS.get(each["event"], each["event"])), each)) for each in timeline]
    ways = [
        (local(each["changed_at"]), f"#{each['id']} {_(each['action'])}: {_(each['state'])}") for each in deliveries
    ]
    blocks: list[Block] = [(f"{case['document_number']} {case['name']}", head), (_("What happened"), told)]
    return [*blocks, (_("Deliveries"), ways)] if ways else blocks


def _said(what: str, event: dict[str, Any]) -> str:
    return " · ".join(part for part in (what, event["unit"], event["result"], event["until"], event["text"]) if part)
