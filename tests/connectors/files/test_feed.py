"""Files as a feed: names, numbers, the way to the receiver, its receipts, and what is left when a process dies."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from connectors.base import Batch, Receipt
from connectors.files.feed import FilesFeed
from connectors.files.folders import LocalFolder
from connectors.files.numbers import Numbers
from mappings.apply import apply
from tests.connectors.files.drawers import PROFILE, ROOT, feed, lines, payloads
from words.errors import BusinessError, DeliveryError, SystemFailure, UsageError
from words.languages import choose

NAME = "110102_{day:%Y%m%d}_{number:05}.csv"
DROP = f"drop: {{folder: out, name: '{NAME}', settles: 0.3}}"
ANSWERED = f"""
drop:
  folder: out
  name: "{NAME}"
  settles: 0.3
  answers: {{folder: back, name: "{{stem}}_*.csv", row: 行号, outcome: 结果, accepted: 成功, reason: 原因}}
"""
TODAY = date.today().strftime("%Y%m%d")  # noqa: DTZ011 - as the files are named


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    choose("en")
    yield
    choose("en")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the drop folder."""
    (tmp_path / "back").mkdir()
    (made := tmp_path / "out").mkdir()
    return made


async def sent(files: FilesFeed, *numbers: str, name: str = "credit-1") -> tuple[list[Batch], list[Receipt]]:
    """Fill and send payloads."""
    batches = list(await files.fill(payloads(*numbers), "publish", name))
    return batches, [await files.send(batch) for batch in batches]


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(file.name for file in folder.iterdir())


def take_all(folder: Path) -> None:
    """Take all files, as a receiver does."""
    for file in folder.iterdir():
        file.unlink()


def take_away(folder: Path) -> None:
    """Take an empty folder away."""
    folder.rmdir()


def put_back(folder: Path) -> None:
    """Make a folder."""
    folder.mkdir()


async def test_payloads_stand_in_the_profiles_order(out: Path) -> None:
    """Headings, codes and dates as the profile made them, in its encoding."""
    (_batch,), (receipt,) = await sent(feed(out.parent, DROP), "审1号", "审2号")
    file = f"110102_{TODAY}_00001.csv"
    assert names(out) == [file]
    assert (out / file).read_bytes().decode() == (
        f"{','.join(PROFILE.headers)}\r\n甲公司,审1号,2024/03/05,1,\r\n甲公司,审2号,2024/03/05,1,\r\n"
    )
    assert receipt == Receipt(file, ("r-审1号", "r-审2号"), {})


async def test_numbers_go_on_and_files_have_as_many_rows_as_is_declared(out: Path) -> None:
    """Another process goes on where the last one ended, even if the receiver took all files away."""
    text = DROP.replace("settles", "rows: 2, settles")
    batches, _receipts = await sent(feed(out.parent, text), "1", "2", "3")
    assert [dict(batch.rows) for batch in batches] == [{1: "r-1", 2: "r-2"}, {1: "r-3"}]
    assert [batch.file_name for batch in batches] == ["credit-1-1.csv", "credit-1-2.csv"]
    take_all(out)
    await sent(feed(out.parent, text), "4", name="credit-2")
    assert names(out) == [f"110102_{TODAY}_00003.csv"]


async def test_a_dry_run_takes_no_number(out: Path) -> None:
    """Filling is not sending."""
    await feed(out.parent, DROP).fill(payloads("1"), "publish", "dry-run")
    assert names(out.parent) == ["back", "out"]


@pytest.mark.parametrize(
    ("more", "content"),
    [
        (
            "form: xml, named: codes, root: R, record: D",
            r"<R>\n<D><XK_XDR_MC>甲公司</XK_XDR_MC><XK_WSH>1</XK_WSH>.*</D>\n</R>",
        ),
        ("form: json", r'\[\n {\n  "行政相对人名称": "甲公司"'),
        (
            "form: csv, delimiter: '|', quoting: all, newline: lf, header: false",
            r'"甲公司"\|"1"\|"2024/03/05"\|"1"\|""\n',
        ),
    ],
)
async def test_the_form_is_the_receivers(out: Path, more: str, content: str) -> None:
    """Elements, keys, delimiter, quotes and line ends are declared."""
    (batch,), _receipts = await sent(feed(out.parent, DROP.replace("settles", f"{more}, settles")), "1")
    text = batch.content.decode()
    assert re.search(content, text, re.DOTALL)


@pytest.mark.parametrize("form", ["csv", "xlsx", "xml", "json", "jsonl"])
async def test_what_is_sent_is_read_back_as_the_same_records(out: Path, form: str) -> None:
    """A receiver that publishes the very rows it got shows the records that were sent."""
    text = f"""
drop:
  folder: out
  name: "{{number}}.{form}"
  form: {form}
  published: {{folder: out, received: 备注}}
"""
    files = feed(out.parent, text)
    await sent(files, "审1号", "审2号")
    shown = await files.disclosed()
    records = apply(PROFILE.reading(), shown).records
    assert records.select("name", "document_number", "decision_date", "status").rows() == [
        ("甲公司", f"审〔{number}〕号".replace("〔", "").replace("〕", ""), "2024-03-05", "有效") for number in (1, 2)
    ]
    assert shown["received"].to_list() == ["", ""]
    assert [piece.kind for piece in await files.evidence()] == ["payload"]


async def test_a_receiver_that_publishes_nothing_shows_nothing(out: Path) -> None:
    """An empty list with its columns; the check looks at the folder and the form and sends nothing."""
    files = feed(out.parent, DROP)
    await files.check()
    shown = await files.disclosed()
    assert (shown.height, set(shown.columns) >= {*PROFILE.headers, "received"}) == (0, True)
    assert await files.evidence() == []
    assert names(out) == []
    take_away(out)
    for asked in (files.check, files.disclosed):
        with pytest.raises(UsageError) as error:
            await asked()
        assert error.value.code == "no-folder"


PUBLISHED = DROP.replace("settles", "published: {folder: back, received: 接收日期, which: WHICH}, settles")
SHOWN = ["行政相对人名称", "XK_WSH", "许可决定日期", "当前状态", "接收日期"]


async def test_what_is_published_is_read_whole(out: Path) -> None:
    """All files together, each row once, by heading or by code; or only the newest file."""
    one, two = (["甲公司", str(number), "2024/03/05", "1", "2024/08/13 10:00"] for number in (1, 2))
    (out.parent / "back/0812.csv").write_text(lines([SHOWN, one]), encoding="gb18030")
    (out.parent / "back/0813.csv").write_text(lines([["公示清单"], SHOWN, one, two]), encoding="utf-8")
    both = await feed(out.parent, PUBLISHED.replace("WHICH", "all")).disclosed()
    assert both["XK_WSH"].to_list() == ["1", "2"]
    assert both["received"].to_list() == ["2024-08-13", "2024-08-13"]
    (out.parent / "back/0814.csv").write_text(lines([SHOWN, two]), encoding="utf-8")
    newest = await feed(out.parent, PUBLISHED.replace("WHICH", "newest")).disclosed()
    assert newest["XK_WSH"].to_list() == ["2"]


async def test_a_published_list_with_a_gap_is_no_list(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What could not be read might hold what would be sent twice."""
    (out.parent / "back/a.csv").write_text(lines([SHOWN, ["甲", "1", "2024/03/05", "1", ""]]), encoding="utf-8")
    (out.parent / "back/b.xlsx").write_bytes(b"broken")
    files = feed(out.parent, PUBLISHED.replace("WHICH", "all"))
    with pytest.raises(BusinessError):
        await files.disclosed()
    (out.parent / "back/b.xlsx").unlink()

    async def held(_folder: LocalFolder, _name: str) -> bytes:
        raise PermissionError

    monkeypatch.setattr(LocalFolder, "fetch", held)
    with pytest.raises(SystemFailure):
        await files.disclosed()


async def test_a_withdrawal_is_an_invalid_copy(out: Path) -> None:
    """The record with the declared values, by the way of the rows it replaces; none where nothing is declared."""
    text = f"""
{DROP.replace("settles", "corrections: 'G_{number}.csv', settles")}
invalidate: {{set: {{status: 无效}}}}
"""
    files = feed(out.parent, text)
    columns = dict.fromkeys(PROFILE.standard.names, "")
    values = {**columns, "name": "甲公司", "document_number": "1", "status": "有效", "decision_date": "2024-03-05"}
    found = files.withdrawal(pl.DataFrame([values]), "撤销")
    assert found is not None
    payload, fingerprint = found
    assert (payload["当前状态"], payload["备注"], len(fingerprint) > 8) == ("2", "撤销", True)
    (batch,) = await files.fill(pl.DataFrame([{**payload, "record_id": "r-1"}]), "withdraw", "credit-1")
    assert (batch.action, files.corrects) == ("correct", "replace")
    await files.send(batch)
    assert names(out) == ["G_1.csv"]
    plain = feed(out.parent, DROP)
    assert (plain.withdrawal(pl.DataFrame([values]), "x"), plain.corrects) == (None, "")
    for action in ("correct", "withdraw"):
        with pytest.raises(UsageError) as error:
            await plain.fill(payloads("1"), action, "credit-2")
        assert error.value.code == "missing-key"


async def answer(out: Path, rows: Sequence[Sequence[str]], file: str = f"110102_{TODAY}_00001") -> None:
    """Put a receipt down as a receiver does, after a moment."""
    await asyncio.sleep(0.1)
    back = out.parent / "back"
    (back / "new.tmp").write_text(lines([["导入结果"], ["行号", "结果", "原因"], *rows]), encoding="gb18030")
    (back / "new.tmp").rename(back / f"{file}_123.csv")


async def test_the_receipt_is_waited_for_and_read(out: Path) -> None:
    """Which record was taken and why another was not; the receipt itself is kept."""
    files = feed(out.parent, ANSWERED)
    (batch,) = await files.fill(payloads("1", "2"), "publish", "credit-1")
    receipt, _none = await asyncio.gather(files.send(batch), answer(out, [["1", "成功", ""], ["2", "失败", "重复"]]))
    assert (receipt.accepted, receipt.refused) == (("r-1",), {"r-2": "重复"})
    assert [kind for kind, _content in receipt.papers] == ["receipt"]
    later = await feed(out.parent, ANSWERED).look_up("credit-1-1.csv", ["r-1", "r-2"])
    assert later == receipt


async def test_a_receipt_that_tells_refusals_only_by_the_records_own_columns(out: Path) -> None:
    """What it does not name was taken; rows are found by the number that people know."""
    text = ANSWERED.replace("row: 行号, outcome: 结果, accepted: 成功", "key: 行政许可决定文书号")
    files = feed(out.parent, text)
    (batch,) = await files.fill(payloads("审1号", "审2号"), "publish", "credit-1")
    header = ["行政许可决定文书号", "原因"]
    (out.parent / f"back/110102_{TODAY}_00001_1.csv").write_text(lines([header, ["审2号", "过长"]]), encoding="utf-8")
    receipt = await files.send(batch)
    assert (receipt.accepted, receipt.refused) == (("r-审1号",), {"r-审2号": "过长"})
    again = await feed(out.parent, text).look_up("credit-1-1.csv", ["r-审1号", "r-审2号"])
    assert again == receipt


@pytest.mark.parametrize(
    "rows", [[["1", "成功", ""]], [["1", "成功", ""], ["2", "成功", ""], ["3", "成功", ""]], [["x", "成功", ""]]]
)
async def test_a_receipt_that_does_not_fit_its_file_is_no_receipt(out: Path, rows: list[list[str]]) -> None:
    """It answers for all rows of the file and for no others."""
    files = feed(out.parent, ANSWERED)
    (batch,) = await files.fill(payloads("1", "2"), "publish", "credit-1")
    await answer(out, rows)
    with pytest.raises(DeliveryError):
        await files.send(batch)


async def test_an_unreadable_receipt_is_named(out: Path) -> None:
    """Other headings, or no table at all."""
    (out.parent / f"back/110102_{TODAY}_00001_1.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    files = feed(out.parent, ANSWERED)
    (batch,) = await files.fill(payloads("1"), "publish", "credit-1")
    with pytest.raises(BusinessError) as error:
        await files.send(batch)
    assert error.value.code == "error-report-unreadable"


async def test_a_file_without_a_receipt_is_unclear_and_never_sent_twice(out: Path) -> None:
    """It lies where the receiver takes it: that counts as taken, and its list has to show it."""
    files = feed(out.parent, ANSWERED)
    (batch,) = await files.fill(payloads("1"), "publish", "credit-1")
    with pytest.raises(DeliveryError):
        await files.send(batch)
    take_all(out)
    found = await feed(out.parent, ANSWERED).look_up("credit-1-1.csv", ["r-1"])
    assert found == Receipt(f"110102_{TODAY}_00001.csv", ("r-1",), {})


async def test_a_file_that_was_put_there_counts_as_taken_whatever_its_receipt_says(out: Path) -> None:
    """A receipt that nobody can read is told, and is no reason to send anything again."""
    files = feed(out.parent, ANSWERED)
    (batch,) = await files.fill(payloads("1"), "publish", "credit-1")
    await answer(out, [["9", "成功", ""]])
    with pytest.raises(DeliveryError):
        await files.send(batch)
    found = await files.look_up("credit-1-1.csv", ["r-1"])
    assert found == Receipt(f"110102_{TODAY}_00001.csv", ("r-1",), {})


async def test_who_cannot_look_does_not_send_again(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the folder is away nobody can tell whether the file has its name, and that stops the asking."""
    files = feed(out.parent, DROP)
    (batch,) = await files.fill(payloads("1"), "publish", "credit-1")

    async def away(_folder: LocalFolder, *_given: str) -> None:
        raise SystemFailure("no-answer", "silence", todo="-")

    monkeypatch.setattr(LocalFolder, "rename", away)
    monkeypatch.setattr(LocalFolder, "look", away)
    with pytest.raises(DeliveryError):
        await files.send(batch)
    with pytest.raises(SystemFailure):
        await files.look_up("credit-1-1.csv", ["r-1"])


async def test_a_name_that_another_program_used_is_left_to_it(out: Path) -> None:
    """No file is ever put over another; the next number is taken."""
    (out / f"110102_{TODAY}_00001.csv").write_text("theirs", encoding="utf-8")
    await sent(feed(out.parent, DROP), "1")
    assert names(out) == [f"110102_{TODAY}_00001.csv", f"110102_{TODAY}_00002.csv"]
    assert (out / f"110102_{TODAY}_00001.csv").read_text(encoding="utf-8") == "theirs"


async def test_an_unknown_file_was_never_put_there(out: Path) -> None:
    """Nobody claimed a number for it."""
    assert await feed(out.parent, DROP).look_up("credit-9-1.csv", ["r-1"]) is None


async def test_a_folder_that_takes_nothing_leaves_the_delivery_unclear(out: Path) -> None:
    """The disk is full or away; afterwards it is known that nothing was put there."""
    files = feed(out.parent, DROP)
    (batch,) = await files.fill(payloads("1"), "publish", "credit-1")
    take_away(out)
    with pytest.raises(DeliveryError) as error:
        await files.send(batch)
    assert error.value.code == "delivery-failed"
    put_back(out)
    assert await feed(out.parent, DROP).look_up("credit-1-1.csv", ["r-1"]) is None


@pytest.mark.parametrize(
    "pattern", ["a.csv", "{nummer}.csv", "{number}/a.csv", "{number}*.csv", "{number:x%}.csv", "{number"]
)
def test_a_name_that_does_not_tell_files_apart_is_refused(out: Path, pattern: str) -> None:
    """Without a number, with unknown blanks, or with a way into another folder."""
    with pytest.raises(UsageError) as error:
        feed(out.parent, f"drop: {{folder: out, name: '{pattern}'}}")
    assert error.value.code == "bad-value"


CLAIMING = """
import sys
from datetime import date
from pathlib import Path
from connectors.files.numbers import Numbers
numbers = Numbers(Path(sys.argv[1]), "day")
print(*[numbers.claim(date(2024, 3, 5), f"{sys.argv[2]}-{n}", "{:05}.csv".format).file for n in range(40)])
"""


def test_two_processes_never_get_the_same_number(tmp_path: Path) -> None:
    """They claim at once; together they get every number once, each in rising order."""
    command = [sys.executable, "-c", CLAIMING, str(tmp_path / "numbers")]
    both = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": "."}, text=True)
        for name in "ab"
    ]
    first, second = (process.communicate(timeout=60)[0].split() for process in both)
    assert sorted([*first, *second]) == [f"{number:05}.csv" for number in range(1, 81)]
    assert (first, second) == (sorted(first), sorted(second))


def test_numbers_begin_anew_every_day_or_go_on_for_ever(tmp_path: Path) -> None:
    """As the receiver counts."""
    for count, wanted in (("day", ["1", "2", "1"]), ("ever", ["1", "2", "3"])):
        numbers = Numbers(tmp_path / count, count)  # type: ignore[arg-type]
        days = (date(2024, 3, 5), date(2024, 3, 5), date(2024, 3, 6))
        assert [numbers.claim(day, f"b{place}", str).file for place, day in enumerate(days)] == wanted


DYING = """
import asyncio, os, signal, sys
from pathlib import Path
from connectors.files.folders import LocalFolder
from tests.connectors.files.drawers import feed, payloads

def die(*_given):
    os.kill(os.getpid(), signal.SIGKILL)

def half(self, path, content):
    path.write_bytes(content[:20])
    die()

def after(self, path, new):
    path.rename(new)
    die()

setattr(LocalFolder, sys.argv[3], {"half": half, "before": die, "after": after}[sys.argv[4]])
files = feed(Path(sys.argv[1]), sys.argv[2])
(batch,) = asyncio.run(files.fill(payloads("1"), "publish", "credit-1"))
asyncio.run(files.send(batch))
"""


def killed(out: Path, where: str, moment: str) -> None:
    """Send in a process that is killed at a moment of a step."""
    command = [sys.executable, "-c", DYING, str(out.parent), DROP, where, moment]
    done = subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": "."}, capture_output=True, timeout=60, check=False)
    assert done.returncode == -9, done.stderr.decode()


@pytest.mark.parametrize(
    ("where", "moment", "arrived", "taken"),
    [
        ("_write", "before", False, False),
        ("_write", "half", False, False),
        ("_rename", "before", False, False),
        ("_rename", "after", True, False),
        ("_rename", "after", True, True),
    ],
)
async def test_after_a_kill_it_is_known_whether_the_file_arrived(
    out: Path, where: str, moment: str, arrived: bool, taken: bool
) -> None:
    """Before the last step it did not and nothing of ours is left; after it, it did, even if the receiver has it."""
    killed(out, where, moment)
    file = f"110102_{TODAY}_00001.csv"
    assert [name for name in names(out) if not name.startswith(".")] == [file] * arrived
    if taken:
        take_all(out)
    files = feed(out.parent, DROP)
    found = await files.look_up("credit-1-1.csv", ["r-1"])
    assert found == (Receipt(file, ("r-1",), {}) if arrived else None)
    assert names(out) == [file] * (arrived and not taken)
    await sent(files, "1", name="credit-2")
    assert f"110102_{TODAY}_00002.csv" in names(out)
