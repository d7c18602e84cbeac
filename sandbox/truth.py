"""What is true of the city: the verdicts a perfect reconciliation comes to, known because the mistakes were planted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox.bookkeeping import Books
from sandbox.model import City, Decision, Published
from sandbox.planting import MALFORMED, QUARANTINED
from sandbox.styles import STYLES
from sandbox.workdays import timeliness

Entry = dict[str, object]

_WHY = {
    "impossible_date": ("XK_YXQZI", "the calendar has no such day"),
    "wrong_check_character": ("XK_XDR_SHXYM", "the check character is wrong"),
    "masked_name": ("XK_XDR_MC", "the name is masked with *"),
}
_IDENTIFYING = {"XK_XDR_MC", "XK_XDR_SHXYM", "XK_WSH", "XK_XKBH"}
#: What says which decision a row is.
_KEYS = ("XK_WSH", "XK_XDR_MC", "XK_XKBH")
#: The column for which the platform would refuse a record of a kind.
_REFUSED = {"dotted_name": "XK_XDR_MC", "long_certificate": "XK_XKZS", "bare_other": "XK_XKLB"}
_COUNTED = ("agreed", "differs", "only_in_source", "only_in_ledger", "only_in_feed", "ambiguous")
# Kinds that leave nothing to compare: verdict and bucket.
_PLAIN = {
    "both_systems": ("ambiguous", "held"),
    "written_twice": ("ambiguous", "held"),
    "missing": ("only_in_source", "due"),
    "disclosed": ("agreed", "already_disclosed"),
    **dict.fromkeys(MALFORMED, ("agreed", "held")),
}
_ALSO_COUNTED = ("on_time", "due_soon", "late", "compliant", "malformed")


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that decides what is true: what was made, planted, shown, written down and published."""

    today: date
    plan: Mapping[str, str]
    made: Mapping[str, Decision]
    shown: tuple[Decision, ...]
    books: Books
    published: tuple[Published, ...]
    older: Mapping[str, str]


def tell(story: Story) -> dict[str, object]:
    """Tell the whole truth of a story."""
    rows: dict[str, list[Decision]] = {}
    for decision in story.shown:
        rows.setdefault(decision.values["XK_WSH"], []).append(decision)
    bad = {number: group for number, group in rows.items() if story.plan.get(number) in QUARANTINED}
    received = {record.values["XK_WSH"]: record.received for record in story.published}
    records = [_shown(story, group, received.get(number)) for number, group in rows.items() if number not in bad]
    records += [_ledger_only(story, number) for number in story.made if _stands_alone(story.plan.get(number))]
    records += [
        _feed_only(record, story.today)
        for record in story.published
        if story.plan[record.values["XK_WSH"]] == "only_in_feed"
    ]
    return {
        "collected": len(story.shown),
        "quarantined": [_quarantined(group[0], story.plan[number]) for number, group in bad.items()],
        "records": records,
        "counts": _counts(records, len(story.shown), len(bad)),
        "verdicts": _verdicts(records),
    }


def _quarantined(decision: Decision, kind: str) -> Entry:
    field, why = _WHY[kind]
    return {
        "serial": decision.serial,
        "case_no": decision.case_no,
        "system": decision.department.system,
        "field": field,
        "why": why,
        "document_number": decision.values["XK_WSH"],
    }


def _identity(values: Mapping[str, str]) -> dict[str, str]:
    return {
        "authority_code": values["XK_XKJGDM"],
        "document_number": values["XK_WSH"],
        "name": values["XK_XDR_MC"],
        "certificate_number": values["XK_XKBH"],
    }


def _entry(verdict: str, values: Mapping[str, str], timely: str, **known: object) -> Entry:
    """Lay out one entry; what is not said stands for a row that no source has."""
    blank: Entry = {"compliance": None, "bucket": None, "rows": 0, "differs": [], "against": None}
    start: Entry = {"verdict": verdict, "identity": _identity(values), "timeliness": timely}
    why: Entry = {"matched_by": [], "held_for": None, "written": None}
    return start | blank | why | {"suggested": None, "serials": []} | known


def _shown(story: Story, group: list[Decision], received: date | None) -> Entry:
    """Judge a decision that a system shows."""
    decision = group[0]
    number = decision.values["XK_WSH"]
    kind = story.plan.get(number, "")
    verdict, bucket, findings = _judge(story, number, kind)
    return _entry(
        verdict,
        decision.values,
        timeliness(decision.decided, received, story.today),
        compliance="malformed" if kind in MALFORMED else "compliant",
        bucket=bucket,
        rows=len(group),
        serials=[row.serial for row in group],
        matched_by=_matched_by(story, decision, kind),
        held_for=_held_for(verdict, bucket, kind, findings),
        **findings,
    )


def _matched_by(story: Story, decision: Decision, kind: str) -> list[str]:
    """Return the columns by which its row in the ledger can be known for its own; none where there is none."""
    slip = story.books.slips.get(decision.values["XK_WSH"])
    if kind in {"missing", "number_without_certificate"}:
        return []
    held = STYLES[decision.department.key].codes
    return [code for code in _KEYS if code in held and (not slip or code != slip[0])]


def _held_for(verdict: str, bucket: str, kind: str, findings: Mapping[str, object]) -> str | None:
    """Return why a decision is held: the column that differs or is refused, or that nobody can tell which row it is."""
    if bucket != "held":
        return None
    if verdict == "ambiguous":
        return "ambiguous"
    differs = findings.get("differs")
    return _REFUSED[kind] if kind in _REFUSED else str(differs[0]) if isinstance(differs, list) else None


def _judge(story: Story, number: str, kind: str) -> tuple[str, str, dict[str, object]]:
    """Return verdict, bucket and findings of a decision of a planted kind (empty when nothing was planted)."""
    slip = story.books.slips.get(number)
    shown = {record.values["XK_WSH"]: record.values for record in story.published} if kind == "disclosed_older" else {}
    if kind == "number_without_certificate" and slip:
        return "only_in_source", "due", {"suggested": slip[1]}
    if slip:
        bucket = "held" if slip[0] in _IDENTIFYING else "due"
        return "differs", bucket, {"differs": [slip[0]], "against": "ledger", "written": slip[1]}
    if kind == "disclosed_older":
        code = story.older[number]
        return "differs", "held", {"differs": [code], "against": "feed", "written": shown[number][code]}
    return *_PLAIN.get(kind, ("agreed", "due")), {}


def _stands_alone(kind: str | None) -> bool:
    return kind in {"only_in_ledger", "number_without_certificate"}


def _ledger_only(story: Story, number: str) -> Entry:
    """Judge a ledger row that stands alone, either unknown elsewhere or under a mistyped number."""
    decision = story.made[number]
    sighted = "XK_XKBH" in STYLES[decision.department.key].codes
    values = decision.values | ({} if sighted else {"XK_XKBH": ""})
    suggested = None
    if slip := story.books.slips.get(number):
        suggested, values["XK_WSH"] = number, slip[1]
    timely = timeliness(decision.decided, None, story.today)
    return _entry("only_in_ledger", values, timely, suggested=suggested)


def _feed_only(record: Published, today: date) -> Entry:
    decided = date.fromisoformat(record.values["XK_JDRQ"])
    return _entry("only_in_feed", record.values, timeliness(decided, record.received, today))


def _counts(records: Iterable[Entry], collected: int, quarantined: int) -> dict[str, int]:
    buckets = Counter(entry["bucket"] for entry in records for _ in range(len(_serials(entry))))
    return {
        "collected": collected,
        "mapped": collected - quarantined,
        "quarantined": quarantined,
        **{bucket: buckets[bucket] for bucket in ("due", "already_disclosed", "held")},
    }


def _serials(entry: Entry) -> list[int]:
    serials = entry["serials"]
    assert isinstance(serials, list)
    return serials


def _verdicts(records: Iterable[Entry]) -> dict[str, int]:
    seen: Counter[object] = Counter()
    for entry in records:
        seen.update((entry["verdict"], entry["timeliness"], entry["compliance"]))
    return {name: seen[name] for name in (*_COUNTED, *_ALSO_COUNTED)}


def write_truth(city: City, folder: Path) -> Path:
    """Write the truth as ``truth.json`` into ``folder``, that of the penalties beside it as ``penalties.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "truth.json"
    _write(path, city.truth)
    if city.penalties:
        _write(folder / "penalties.json", city.penalties.truth)
    return path


def _write(path: Path, truth: Mapping[str, object]) -> None:
    path.write_text(json.dumps(truth, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
