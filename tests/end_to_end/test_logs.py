"""The log: fields on every line, JSON where it is asked for, rotated, and without what nobody may read there."""

from __future__ import annotations

import gzip
import io
import json
import logging
import os
import re
import shutil
import time
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from loguru import logger

from bots.declared import Log
from cli.logs import open_log
from cli.progress import Shown
from tests.end_to_end.town import Desk, Town, call, finished
from words.masking import conceal
from words.tracing import about, span_id, trace_id

if TYPE_CHECKING:
    from loguru import Record


def files(state: Path) -> list[Path]:
    """The files of a log, the packed ones too."""
    return sorted((state / "logs").glob("*"))


def written(state: Path) -> str:
    """All that stands in a log."""
    contents = [(file.suffix == ".gz", file.read_bytes()) for file in files(state)]
    return "".join((gzip.decompress(content) if packed else content).decode() for packed, content in contents)


def lines(text: str) -> list[dict[str, Any]]:
    """JSON lines; anything else does not parse."""
    return [json.loads(line) for line in text.splitlines()]


def asked(desk: Desk, **more: str) -> str:
    """Add a ``[log]`` to the settings."""
    file = desk.folder / "yinxin.toml"
    keys = "".join(f"{name} = {value}\n" for name, value in more.items())
    file.write_text(f"{file.read_text('utf-8')}\n[log]\n{keys}", encoding="utf-8")
    return keys


def test_a_run_tells_each_step_with_its_fields(town: Town, desk: Desk) -> None:
    """Steps with seconds, pages with counts, the receipt with its number, and bot, run and trace on every line."""
    asked(desk, json="true")
    run = desk.call("run", "disclosure").result
    told = lines(desk.log())
    mine = [line for line in told if line.get("run") == run["run"]]
    steps = {line["action"]: line for line in mine if line["action"].endswith(".end")}
    assert set(steps) == {
        f"{name}.end" for name in ("collect", "reconcile", "deliver", "confirm", "report", "workbook")
    }
    assert all(line["seconds"] >= 0 for line in steps.values())
    assert {line["bot"] for line in mine} == {"disclosure"}
    assert {line["trace_id"] for line in mine} == {trace_id(run["run"])}
    pages = [line for line in mine if line["action"] == "collect.progress"]
    assert all(line["system"] and 0 < line["done"] <= line["total"] for line in pages)
    handed, answered = (next(line for line in mine if line["action"] == name) for name in ("handed-over", "receipt"))
    assert handed["rows"] == answered["accepted"] + answered["refused"] == sum(town.stored().values())
    assert answered["batch"]
    assert answered["batch"] in answered["message"]


def test_a_record_is_a_span_of_its_run(tmp_path: Path) -> None:
    """A record that the feed shows otherwise is told with the id of its span."""
    open_log(tmp_path, Log(as_json=True))
    with about("disclosure", "run-1"):
        Shown(quiet=True).tell("differs", "信用平台", record="abc", fields="name")
    logger.remove()
    (line,) = lines(written(tmp_path))
    assert (line["trace_id"], line["span_id"], line["system"]) == (trace_id("run-1"), span_id("abc"), "信用平台")


def test_a_line_of_text_has_the_same_fields(desk: Desk) -> None:
    """Without the setting a person reads the file: time, level, sentence, and the fields behind it."""
    run = desk.call("run", "disclosure").result["run"]
    (line,) = [line for line in desk.log().splitlines() if "action=workbook.end" in line]
    moment, level, *_rest = line.split()
    assert datetime.fromisoformat(moment).tzinfo
    assert level == "INFO"
    assert f"bot=disclosure run={run} trace_id={trace_id(run)}" in line


@pytest.mark.parametrize("before", [True, False])
def test_log_json_makes_all_of_stderr_json_lines(desk: Desk, before: bool) -> None:
    """Before or behind the command; what would be said to a person is a line too, and stdout stays data."""
    words = ["run", "disclosure"]
    words.insert(0 if before else 2, "--log-json")
    process = finished(desk.process(*words))
    assert process.code == 1
    told = lines(process.err)
    assert {"collect.end", "workbook.end"} <= {line.get("action") for line in told}
    assert all(line["time"] and line["level"] and line["process"] for line in told)
    run = next(line["run"] for line in told if "run" in line)
    assert trace_id(run) in {line.get("trace_id") for line in told}
    assert not process.out.startswith("{")


@pytest.mark.parametrize(
    ("words", "reason"),
    [(("run", "disclosure"), "page-never-loads"), (("run", "no-such"), "not-declared"), (("rum",), "usage")],
)
def test_an_error_is_one_json_line_too(quiet: Desk, words: tuple[str, ...], reason: str) -> None:
    """Code, sentence, who acts, what to do and the exit code; also where the command itself is wrong."""
    process = finished(quiet.process("--log-json", *words))
    error = lines(process.err)[-1]
    assert (error["level"], error["code"], error["exit_code"]) == ("ERROR", reason, process.code)
    assert error["message"]
    assert error["todo"]
    assert error["who"]


def test_errors_are_in_the_file_as_well(quiet: Desk) -> None:
    """What a scheduled run printed to nobody can be read afterwards."""
    assert quiet.call("status", "--limit", "3").code == 0
    assert quiet.call("run", "no-such").code == 2
    assert "code=not-declared" in quiet.log()


def test_the_level_is_the_least_that_is_kept(desk: Desk) -> None:
    """With “warning” a run that goes well leaves no log at all."""
    asked(desk, level='"warning"')
    assert desk.call("run", "disclosure").code == 1
    assert "collect.end" not in desk.log()
    desk.change("yinxin.toml", '"warning"', '"loud"')
    outcome = desk.call("run", "disclosure")
    assert (outcome.code, outcome.error["place"]["field"]) == (2, "log.level")


def test_a_command_that_tells_nothing_leaves_no_file(quiet: Desk) -> None:
    """A status every minute does not fill the folder."""
    assert quiet.call("status").code == 0
    assert files(quiet.folder / ".yinxin") == []


def test_a_file_that_grows_too_large_is_packed(tmp_path: Path) -> None:
    """No line is lost, and each file that was closed is compressed."""
    open_log(tmp_path, Log(as_json=True, size=0.01))
    for number in range(300):
        logger.bind(number=number).debug("a line of the log")
    logger.remove()
    assert len([file for file in files(tmp_path) if file.suffix == ".gz"]) >= 3
    assert sorted(line["number"] for line in lines(written(tmp_path))) == list(range(300))


def earlier(record: Record) -> None:
    """Move a line to the day before."""
    record["time"] -= timedelta(days=1)


def test_another_day_begins_another_file(tmp_path: Path) -> None:
    """A worker that runs for weeks has a file for each day."""
    open_log(tmp_path, Log())
    logger.patch(earlier).info("of yesterday")
    logger.info("of today")
    logger.info("of today, too")
    logger.remove()
    (today,) = [file for file in files(tmp_path) if file.suffix == ".log"]
    assert today.read_text("utf-8").count("of today") == 2
    assert len(files(tmp_path)) == 2
    assert "of yesterday" in written(tmp_path)


def test_old_files_go_whoever_wrote_them(tmp_path: Path) -> None:
    """Opening a log removes what is older than the settings keep; younger files of others stay."""
    folder = tmp_path / "logs"
    folder.mkdir()
    for name, days in (("yinxin-20240101-000000-1.log", 91), ("yinxin-20240101-000000-2.2024.log.gz", 91)):
        (folder / name).touch()
        os.utime(folder / name, times=(time.time() - days * 86_400,) * 2)
    (folder / "yinxin-20240101-000000-3.log").touch()
    open_log(tmp_path, Log())
    logger.remove()
    assert [file.name for file in files(tmp_path)] == ["yinxin-20240101-000000-3.log"]


def test_processes_never_share_a_file(settled: tuple[Town, Desk], tmp_path: Path) -> None:
    """Several at a time rotate as they like; every line of each is there."""
    desk = Desk(shutil.copytree(settled[1].folder, tmp_path / "desk", ignore=shutil.ignore_patterns("logs")))
    asked(desk, json="true")
    running = [desk.process("run", "no-such") for _number in range(3)]
    assert {finished(each).code for each in running} == {2}
    assert len(files(desk.folder / ".yinxin")) == 3
    assert [line["code"] for line in lines(desk.log())] == ["not-declared"] * 3


def fails(cause: str, reason: str) -> None:
    """Fail for a reason that has a cause."""
    try:
        os.environ[cause]
    except KeyError as error:
        raise ValueError(reason) from error


_SECRET = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Z", "Cc"]), min_size=8, max_size=20)
_BORN = st.dates(min_value=datetime(1920, 1, 1, tzinfo=UTC).date(), max_value=datetime(2029, 1, 1, tzinfo=UTC).date())


@settings(max_examples=40, deadline=timedelta(seconds=5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(secret=_SECRET, born=_BORN, serial=st.integers(0, 9999), as_json=st.booleans())
def test_nothing_planted_survives(tmp_path: Path, secret: str, born: Any, serial: int, as_json: bool) -> None:
    """Neither a secret nor a certificate or mobile number: in sentences, fields, exceptions and their causes."""
    number, mobile = f"150102{born:%Y%m%d}{serial:04}", f"139{serial:04}{serial:04}"
    conceal(secret)
    stderr = io.StringIO()
    with redirect_stderr(stderr):
        open_log(tmp_path, Log(as_json=as_json), as_json=as_json)
        logger.info("{} {} {}", secret, number, mobile)
        logger.bind(system=secret, inner={"numbers": [number], mobile: secret}).warning("fields")
        try:
            fails(secret, f"{number} {mobile}\npassword={secret}")
        except ValueError as error:
            logger.opt(exception=error).error("failed: {}", error)
        logger.remove()
    told = written(tmp_path) + stderr.getvalue()
    assert len(told.splitlines()) >= 6
    for planted in (secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], number, mobile):
        assert planted not in told.replace("***", "")
    for file in files(tmp_path):
        file.unlink()


def test_a_run_leaves_no_secret_and_no_number_of_a_person(town: Town, desk: Desk) -> None:
    """The real run at the real log: passwords of all systems, and every person's number in the city."""
    assert desk.call("run", "disclosure").code == 1
    told = desk.log()
    passwords = re.findall(r'= "(.+)"', (desk.folder / ".yinxin" / "secrets.toml").read_text("utf-8"))
    numbers = {row["values"].get("XK_FR_ZJHM") or row["values"].get("XK_XDR_ZJHM") for row in town.received} - {
        None,
        "",
    }
    assert len(passwords) >= 2
    assert numbers
    for planted in (*passwords, *numbers):
        assert planted not in told


def test_what_a_library_complains_about_is_masked_too(tmp_path: Path) -> None:
    """Warnings of libraries go into the same log."""
    conceal("Wind-And-Weather")
    open_log(tmp_path, Log())
    logging.getLogger("some.library").warning("cannot open %s", "x://me:Wind-And-Weather@host")
    logger.remove()
    told = written(tmp_path)
    assert "cannot open x://me:***@host" in told
    assert "action=some.library" in told


def test_the_language_of_a_line_is_the_readers(quiet: Desk) -> None:
    """Sentences of the log speak Chinese under --lang zh; fields do not change."""
    call("run", "no-such", "-w", str(quiet.folder), "--lang", "zh")
    assert any("\u4e00" <= letter <= "\u9fa5" for letter in quiet.log())
    assert "code=not-declared" in quiet.log()
