"""Reports made by hand: large enough to look real, small enough to read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from mappings.standards import LICENCE
from reconciliation.report import (
    DIFFERENCE_COLUMNS,
    MEMBER_COLUMNS,
    QUARANTINE_COLUMNS,
    TIMELINE_COLUMNS,
    VERDICT_COLUMNS,
    Counts,
    Rate,
    Report,
)

AUTHORITIES = ("青城市行政审批服务局", "青城市市场监督管理局", "青城市住房和城乡建设局", "青城市卫生健康委员会")
SHOPS = ("云杉", "朝阳", "驼峰", "白塔", "金桥", "敕勒川", "大青山", "小黑河")
IDENTITY_NUMBER = "150102199003074514"
VERDICTS = ("agreed",) * 16 + ("differs", "only_in_source", "only_in_ledger", "only_in_feed")


def record(number: int, **changes: str) -> dict[str, str]:
    """Return one licence record; the same number gives the same record."""
    day = date(2026, 3, 2) + timedelta(days=number * 7 % 150)
    name = f"青城市{SHOPS[number % 8]}餐饮管理有限公司第{number}分店"
    stated = {
        "name": name,
        "counterpart_type": "法人及非法人组织",
        "uscc": "91150100MA0N12340B",
        "legal_representative": "乌兰",
        "representative_id_type": "身份证",
        "representative_id_number": IDENTITY_NUMBER,
        "document_name": "准予行政许可决定书",
        "document_number": f"青审批许准字〔2026〕第{number:05d}号",
        "licence_kind": "普通",
        "certificate_name": "食品经营许可证",
        "certificate_number": f"JY2150102{number:07d}",
        "content": "经营项目：热食类食品制售；冷食类食品制售；自制饮品制售（不含自酿酒）。",
        "decision_date": day.isoformat(),
        "valid_from": day.isoformat(),
        "valid_until": "2031-06-30",
        "authority_name": AUTHORITIES[number % 4],
        "authority_code": "11150100MB1234567X",
        "status": "有效",
        "source_unit_name": AUTHORITIES[0],
        "source_unit_code": "11150100MB1234567X",
    }
    return dict.fromkeys(LICENCE.names, "") | stated | changes


def text_frame(rows: Sequence[dict[str, object]], columns: Sequence[str]) -> pl.DataFrame:
    """Return a frame of text columns, ``group`` alone a number; what a row does not state is empty."""
    schema = {name: pl.Int64 if name == "group" else pl.String for name in columns}
    return pl.DataFrame([{name: row.get(name, "") for name in columns} for row in rows], schema=schema)


def report(size: int = 60, *, dry_run: bool = False, notes: dict[str, str] | None = None) -> Report:
    """Return a report over ``size`` groups with every verdict, bucket and list in it."""
    verdicts = [_verdict(number) for number in range(size)] + [_ambiguous(size)]
    sourced = [each for each in verdicts if each["bucket"]]
    quarantine = [_finding(number) for number in range(3)]
    return Report(
        run_id="20260729-083000-licences-7f3a",
        bot="disclosure",
        title="青城市行政许可双公示核对报告",
        since="2026-03-01",
        until="2026-07-29",
        as_of="2026-07-29",
        counts=_counts(sourced, len(quarantine)),
        rates=_rates(),
        verdicts=text_frame(verdicts, VERDICT_COLUMNS),
        differences=text_frame([row for each in verdicts for row in _differences(each)], DIFFERENCE_COLUMNS),
        members=text_frame(_members(size), (*MEMBER_COLUMNS, *LICENCE.names)),
        records=text_frame([_full(each) for each in sourced], ("origin", "bucket", "outcome", *LICENCE.names)),
        timeline=text_frame([_times(each) for each in verdicts], TIMELINE_COLUMNS),
        quarantine=text_frame(quarantine, QUARANTINE_COLUMNS),
        evidence=text_frame([_piece(number) for number in range(4)], ("sha256", "kind", "about", "path")),
        notes=notes if notes is not None else _notes(),
        dry_run=dry_run,
    )


def empty_report() -> Report:
    """Return the report of a run that found nothing at all."""
    made = report(0, notes={})
    made.counts, made.rates = Counts(), []
    for name in ("verdicts", "differences", "members", "records", "quarantine", "evidence", "timeline"):
        setattr(made, name, getattr(made, name).clear())
    return made


def _verdict(number: int) -> dict[str, object]:
    verdict, stated = VERDICTS[number % len(VERDICTS)], record(number)
    sourced = verdict in ("agreed", "differs", "only_in_source")
    day = date.fromisoformat(stated["decision_date"])
    held = verdict == "differs"
    return {name: stated[name] for name in VERDICT_COLUMNS if name in stated} | {
        "group": number,
        "record_id": f"{number:032x}",
        "verdict": verdict,
        "timeliness": ("on_time", "on_time", "on_time", "due_soon", "late")[number % 5],
        "compliance": ("malformed" if number % 30 == 7 else "compliant") if sourced else "",
        "bucket": ("held" if held else "already_disclosed" if number % 3 else "due") if sourced else "",
        "outcome": ("confirmed", "rejected", "unknown")[number % 9 // 3]
        if sourced and not held and not number % 3
        else "",
        "reason": "统一社会信用代码不一致，须由经办人核对后处理" if held else "",
        "rule": "identity" if verdict in ("agreed", "differs") else "",
        "deadline": (day + timedelta(days=9)).isoformat(),
        "disclosed_on": (day + timedelta(days=3)).isoformat() if verdict in ("agreed", "only_in_feed") else "",
        "differing": "uscc,legal_representative" if held else "",
        "source_origin": f"审批平台 第{number // 20 + 1}页 第{number % 20 + 1}行" if sourced else "",
        "ledger_origin": f"许可台账2026.xlsx!办件台账 第{number + 4}行" if verdict != "only_in_feed" else "",
        "feed_origin": "信用平台 已公示列表" if verdict in ("agreed", "only_in_feed") else "",
        "suggestion": f"青审批许准字〔2026〕第{number + 1:05d}号（名称相近）" if verdict.startswith("only") else "",
    }


def _ambiguous(group: int) -> dict[str, object]:
    return _verdict(0) | {
        "group": group,
        "verdict": "ambiguous",
        "bucket": "held",
        "outcome": "",
        "reason": "同一文书号出现两次，无法确定对应关系",
        "rule": "duplicate",
    }


def _times(verdict: dict[str, object]) -> dict[str, object]:
    number = int(str(verdict["record_id"]), 16)
    day = verdict["decision_date"]
    return verdict | {
        "collected_on": day if verdict["bucket"] else "",
        "sent_at": f"{day} 09:05" if verdict["outcome"] else "",
        "accepted_at": f"{day} 09:06" if verdict["outcome"] == "confirmed" else "",
        "shown_on": verdict["disclosed_on"],
        "days": str(number % 27),
        "period": "7",
        "batch": f"SB{number:04d}" if verdict["outcome"] else "",
    }


def _differences(verdict: dict[str, object]) -> list[dict[str, object]]:
    if verdict["verdict"] != "differs":
        return []
    shared = {name: verdict[name] for name in ("group", "document_number", "name")} | {"against": "ledger"}
    shared["origin"] = verdict["ledger_origin"]
    values = {
        "uscc": ("91150100MA0N12340B", "91150100MA0N12340C"),
        "legal_representative": ("乌兰", "乌兰图雅"),
        "representative_id_number": (IDENTITY_NUMBER, ""),
    }
    return [shared | {"field": name, "source_value": a, "other_value": b} for name, (a, b) in values.items()]


def _members(group: int) -> list[dict[str, object]]:
    sides = ("source", "source", "ledger")
    return [
        {**record(0, content=f"第{number}次登记"), "group": group, "side": side, "origin": f"第{number}行"}
        for number, side in enumerate(sides, start=1)
    ]


def _full(verdict: dict[str, object]) -> dict[str, object]:
    number = int(str(verdict["record_id"]), 16)
    return {**record(number), **{name: verdict[name] for name in ("bucket", "outcome")}, "origin": "审批平台"}


def _finding(number: int) -> dict[str, object]:
    field, value = (("representative_id_number", IDENTITY_NUMBER), ("uscc", "9115010"), ("decision_date", "二〇二六"))[
        number
    ]
    return {
        "side": "source",
        "origin": f"审批平台 第{number + 7}行",
        "document_number": f"青审批许准字〔2026〕第{90000 + number}号",
        "name": "青城市白塔商贸有限公司",
        "field": field,
        "value": value,
        "rule": "checksum",
        "sentence": "校验位不符，请对照营业执照或身份证件更正。",
        "mapping": "approval-platform@3",
        "decision_date": "2026-07-23",
        "deadline": "2026-08-03",
    }


def _piece(number: int) -> dict[str, object]:
    digest = f"{number:x}" * 64
    path = f"../.yinxin/evidence/{digest[:2]}/{digest} 回执.png"
    return {
        "sha256": digest,
        "kind": ("screenshot", "page", "payload", "receipt")[number],
        "about": "登录",
        "path": path,
    }


def _counts(sourced: list[dict[str, object]], quarantined: int) -> Counts:
    buckets = Counter(str(each["bucket"]) for each in sourced)
    outcomes = Counter(str(each["outcome"]) for each in sourced if each["bucket"] == "due")
    counts = Counts(collected=len(sourced) + quarantined, mapped=len(sourced), quarantined=quarantined)
    for name, count in (*buckets.items(), *outcomes.items()):
        setattr(counts, name, count)
    return counts


def _rates() -> list[Rate]:
    scopes = [("all", ""), *(("authority", name) for name in AUTHORITIES), ("month", "2026-03"), ("month", "2026-04")]
    numbers = {"compliance": 980, "late": 34, "concealment": 2}
    return [
        Rate(name, *scope, count, 1000 if scope[1] != AUTHORITIES[3] else 0)
        for scope in scopes
        for name, count in numbers.items()
    ]


def _notes() -> dict[str, str]:
    return {
        "Standard": "行政许可 2018",
        "Calendar": "chinesecalendar 1.11.0",
        "Mapping": "approval-platform@3",
        "Chain head": "9f2c7be1a4d05538c1d6a0ef7b3c92e4" * 2,
    }
