"""How the construction-approval system writes projects, permits and commitments: its own keys, as of a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from hashlib import sha256

from sandbox.commitments import Commitment, Event, Permit, Project

Json = dict[str, object]


def key(commitment: Commitment) -> str:
    """The opaque id of a commitment."""
    return sha256(f"construction {commitment.code}".encode()).hexdigest()[:24]


def stamp(moment: datetime | None) -> str:
    """A moment as the system writes it."""
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def project_row(project: Project, moment: datetime) -> Json:
    """The keys of the project list."""
    permits = {permit.number for permit, _ in project.promises(moment)}
    return {
        **_project(project),
        "sgxksl": len(permits),
        "cnsl": sum(1 for _ in project.promises(moment)),
    }


def _project(project: Project) -> Json:
    builder = project.builder
    return {
        "gcdm": project.code,
        "xmdm": project.investment,
        "xmmc": project.name,
        "xzqhdm": project.region,
        "jsdz": project.address,
        "jsdw": builder.name,
        "jsdwdm": builder.code,
        "jsdwlx": builder.category,
        "fddbr": builder.legal,
    }


def project_detail(project: Project, moment: datetime) -> Json:
    """A project with its permits and their commitments."""
    permits: dict[str, tuple[Permit, list[Json]]] = {}
    for permit, commitment in project.promises(moment):
        permits.setdefault(permit.number, (permit, []))[1].append(_summary(commitment, moment))
    shown = [{**_permit(permit, moment), "cnlb": rows} for permit, rows in permits.values()]
    return {"sjsj": stamp(moment), "project": _project(project), "permits": shown}


def _permit(permit: Permit, moment: datetime) -> Json:
    return {
        "sgxkzbh": permit.number,
        "spsxslbm": permit.instance,
        "spsxmc": "建筑工程施工许可证核发",
        "gcmc": permit.work,
        "jsgm": permit.size,
        "htjg": permit.price,
        "zjzmj": permit.area,
        "fzjg": permit.unit.name,
        "fzjgdm": permit.unit.code,
        "fzrq": _day(permit.issued.date()),
        "schgsbh": permit.certificate_at(moment),
    }


def commitment_row(project: Project, permit: Permit, commitment: Commitment, moment: datetime) -> Json:
    """The keys of the commitment list."""
    return {
        **_summary(commitment, moment),
        "cnrmc": project.builder.name,
        "cnrdm": project.builder.code,
        "slbmmc": commitment.unit.name,
        "sgxkzbh": permit.number,
        "gcdm": project.code,
        "xmmc": project.name,
    }


def _summary(commitment: Commitment, moment: datetime) -> Json:
    return {
        "id": key(commitment),
        "cnbm": commitment.code,
        "cnlx": commitment.sort,
        "cncl": commitment.material,
        "cnzcrq": _day(commitment.made.date()),
        "cnqx": _day(commitment.deadline_at(moment)),
        "zt": commitment.state_at(moment),
    }


def commitment_detail(project: Project, permit: Permit, commitment: Commitment, moment: datetime) -> Json:
    """A commitment with its permit, its project and everything that has happened to it."""
    return {
        "sjsj": stamp(moment),
        "project": _project(project),
        "permit": _permit(permit, moment),
        "commitment": _commitment(project, commitment, moment),
        **_timeline(commitment, moment),
    }


def _commitment(project: Project, commitment: Commitment, moment: datetime) -> Json:
    builder = project.builder
    return {
        **_summary(commitment, moment),
        "cnrmc": builder.name,
        "cnrlb": builder.category,
        "cnrdm": builder.code,
        "cnrfddbr": builder.legal,
        "cnsy": commitment.reason,
        "cnnr": commitment.content,
        "wnzr": commitment.liability,
        "gklx": commitment.publicity,
        "slbmmc": commitment.unit.name,
        "slbmdm": commitment.unit.code,
        **latest(commitment, moment),
    }


def latest(commitment: Commitment, moment: datetime) -> Json:
    """The newest events once more, as the fields beside the timeline."""
    uploads, confirmations = commitment.past(moment, "upload"), commitment.past(moment, "confirmation")
    confirmed = _confirmation(confirmations[-1]) if confirmations else {}
    disputes = _disputes(commitment, moment)
    return {
        "scsj": stamp(uploads[-1].at) if uploads else "",
        "qrsj": confirmed.get("qrsj", ""),
        "qrbmmc": confirmed.get("qrbmmc", ""),
        "qrbmdm": confirmed.get("qrbmdm", ""),
        "sflxgzcn": "1" if confirmations else "0",
        "gzcnlxqk": confirmed.get("qrjg", "未履行"),
        "yqcs": len(commitment.past(moment, "extension")),
        "yyzt": (disputes[-1]["yyjg"] or "处理中") if disputes else "",
    }


def _timeline(commitment: Commitment, moment: datetime) -> Json:
    return {
        "clsc": [
            {"scsj": stamp(each.at), "clmc": commitment.material, "clbh": each.text}
            for each in commitment.past(moment, "upload")
        ],
        "bmqr": [_confirmation(each) for each in commitment.past(moment, "confirmation")],
        "cnyq": list(_extensions(commitment, moment)),
        "cnyy": _disputes(commitment, moment),
        "cncx": [{"cxsj": stamp(each.at), "cxyy": each.text} for each in commitment.past(moment, "cancellation")],
    }


def _confirmation(event: Event) -> Json:
    assert event.unit
    return {
        "qrsj": stamp(event.at),
        "qrbmmc": event.unit.name,
        "qrbmdm": event.unit.code,
        "qrjg": "部分履行" if event.text else "全部履行",
        "wlxnr": event.text,
    }


def _extensions(commitment: Commitment, moment: datetime) -> Iterable[Json]:
    old = commitment.deadline
    for each in commitment.past(moment, "extension"):
        yield {"yqsj": stamp(each.at), "ycnqx": _day(old), "xcnqx": _day(each.until), "yqyy": each.text}
        old = each.until


def _disputes(commitment: Commitment, moment: datetime) -> list[Json]:
    rows: list[Json] = []
    for each in commitment.past(moment, "dispute", "ruling"):
        if each.kind == "dispute":
            rows.append({"tcsj": stamp(each.at), "yysy": each.text, "jssj": "", "yyjg": ""})
        else:
            rows[-1] |= {"jssj": stamp(each.at), "yyjg": each.text}
    return rows
