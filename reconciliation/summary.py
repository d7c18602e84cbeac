"""The first page of a run as plain data: the workbook and the terminal both print this and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from reconciliation import headings
from reconciliation.headings import rate_name, title, word
from reconciliation.report import Compliance, Counts, Rate, Report, RunReport, Timeliness, Verdict
from reconciliation.shadow import STANDINGS
from words.languages import gettext as _

RATES = ("compliance", "late", "concealment")
TALLIES: dict[str, type[StrEnum]] = {"verdict": Verdict, "timeliness": Timeliness, "compliance": Compliance}


@dataclass(frozen=True, slots=True)
class Term:
    """One of the counts by its code word."""

    name: str
    count: int

    @property
    def label(self) -> str:
        """Its name."""
        return word(self.name)

    @property
    def text(self) -> str:
        """The count with its name, as an equation shows it."""
        return _("{name} {count}").format(name=word(self.name), count=f"{self.count:,}")


@dataclass(frozen=True, slots=True)
class Equation:
    """One of the three equations of conservation, opened into its terms."""

    left: Term
    right: tuple[Term, ...]

    @property
    def terms(self) -> tuple[Term, ...]:
        """All terms from left to right."""
        return (self.left, *self.right)

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return self.left.count == sum(term.count for term in self.right)

    @property
    def sign(self) -> str:
        """The mark that says so at a glance."""
        return "✓" if self.holds else "✗"

    @property
    def text(self) -> str:
        """The equation on one line."""
        return f"{self.left.text} = {' + '.join(term.text for term in self.right)}"


def equations(counts: Counts) -> list[Equation]:
    """Return the conservation of a run."""
    known = counts.as_dict()
    return [
        Equation(Term(left, known[left]), tuple(Term(name, known[name]) for name in right.split(" + ")))
        for left, _count, right, _sum in counts.balances
    ]


def tally(report: Report, column: str, kinds: type[StrEnum]) -> dict[str, int]:
    """Return how many groups have each value of a verdict column, in the order of its enumeration."""
    counted = dict(report.verdicts[column].value_counts().iter_rows())
    return {kind.value: counted.get(kind.value, 0) for kind in kinds}


def overall(report: Report) -> list[Rate]:
    """Return the three rates over the whole run, as far as they were computed."""
    found = {rate.name: rate for rate in report.rates if rate.scope == "all"}
    return [found[name] for name in RATES if name in found]


def by_authority(report: Report) -> dict[str, dict[str, Rate]]:
    """Return the rates of each authority by their name, the busiest authority first."""
    members: dict[str, dict[str, Rate]] = defaultdict(dict)
    for rate in report.rates:
        if rate.scope == "authority":
            members[rate.member][rate.name] = rate
    return dict(sorted(members.items(), key=lambda item: (-max(r.denominator for r in item[1].values()), item[0])))


def by_month(report: Report) -> list[tuple[str, dict[str, int]]]:
    """Return how many dated decisions of each month are on time, due soon and late."""
    frame = report.verdicts.select(month=pl.col("decision_date").str.slice(0, 7), kind="timeliness")
    frame = frame.filter((pl.col("month") != "") & (pl.col("kind") != ""))
    months: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(map(str, Timeliness), 0))
    for month, kind, count in frame.group_by("month", "kind").len().sort("month", "kind").iter_rows():
        months[month][kind] = count
    return sorted(months.items())


def chain_head(report: RunReport) -> str:
    """Return the head of the day's event chain, empty where the notes do not state it."""
    return report.notes.get(headings.CHAIN_HEAD, "")


def percent(rate: Rate) -> str:
    """Return a rate as a percentage, or a dash where nothing was counted."""
    return "–" if rate.value is None else f"{rate.value:.2%}"


def facts(report: RunReport) -> list[tuple[str, str]]:
    """Return which run this is."""
    return [
        (_("Run"), report.run_id),
        (_("Bot"), report.bot),
        (_("Window"), _("{since} to {until}").format(since=report.since, until=report.until)),
        (_("As of"), report.as_of),
        (_(headings.CHAIN_HEAD), chain_head(report) or "–"),
    ]


def dry_run_sentence(report: RunReport) -> str:
    """Return what a dry run says of itself."""
    if isinstance(report, Report) and report.in_shadow:
        return _("In the shadow: nothing was delivered; the bot is compared with what was sent by hand.")
    return _("Dry run: nothing was delivered.")


def conservation_heading() -> str:
    """Return what the equations say together."""
    return _("Conservation: every row ends in exactly one place")


def opening_blocks(report: RunReport) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return which run this is and whether it adds up, as headings over labels and values."""
    dry: list[tuple[str, list[tuple[str, str]]]] = [(dry_run_sentence(report), [])] if report.dry_run else []
    return [
        *dry,
        (report.title, facts(report)),
        (conservation_heading(), [(each.sign, each.text) for each in equations(report.counts)]),
    ]


def summary_blocks(report: Report) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the summary of a run as headings over labels and values, in the order of the workbook's first sheet."""
    blocks = opening_blocks(report)
    for column, kinds in TALLIES.items():
        counts = tally(report, column, kinds)
        blocks.append((headings.heading(column), [(title(kind), f"{count:,}") for kind, count in counts.items()]))
    if report.in_shadow:
        counts = Counter(report.shadow["standing"])
        blocks.append((_("Shadow"), [(_(text), f"{counts[each]:,}") for each, text in STANDINGS.items()]))
    rates = [(rate_name(rate.name), fraction(rate)) for rate in overall(report)]
    return [*blocks, (_(headings.RATES), rates)] if rates else blocks


def fraction(rate: Rate) -> str:
    """Return a rate as a percentage with the counts it is made of."""
    shown = {"percent": percent(rate), "numerator": f"{rate.numerator:,}", "denominator": f"{rate.denominator:,}"}
    return _("{percent} ({numerator} of {denominator})").format(**shown)
