"""Bad input in declared files, secrets and ledgers: each is named with file, line, sheet, row and field."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.end_to_end.town import Desk, Outcome, assert_named, call

#: The first bytes of an OLE container, and the directory name that says its content is encrypted.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PROTECTED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(480)

HEADINGS = ["序号", "企业名称", "统一社会信用代码", "许可决定文书号", "许可决定日期", "许可编号"]
ROW = ["1", "呼和浩特某某建筑有限公司", "", "呼审批许〔2024〕1号", "2024-05-06", ""]


def ledgers_only(desk: Desk) -> Outcome:
    """Check the ledgers, for which nobody needs to be asked."""
    return desk.call("connectors", "check", "ledgers")


def put(desk: Desk, name: str, *rows: list[str], sheet: str = "台账") -> None:
    """Put one ledger into the folder, as the only one."""
    empty(desk)
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(row)
    book.save(desk.folder / "ledgers" / name)


def empty(desk: Desk) -> None:
    """Take all ledgers out."""
    for file in (desk.folder / "ledgers").iterdir():
        file.unlink()


def test_a_ledger_that_is_no_workbook_is_named(quiet: Desk) -> None:
    """A text file called .xlsx is a clerk's business, by file."""
    empty(quiet)
    (quiet.folder / "ledgers" / "水务局.xlsx").write_text("序号,企业名称\n1,某某公司\n", encoding="utf-8")
    assert_named(ledgers_only(quiet), 1, "not-a-workbook", file="水务局.xlsx")


def test_a_protected_ledger_is_named(quiet: Desk) -> None:
    """A password-protected ledger is told apart from a broken one."""
    empty(quiet)
    (quiet.folder / "ledgers" / "教育局.xlsx").write_bytes(PROTECTED)
    assert_named(ledgers_only(quiet), 1, "ledger-protected", file="教育局.xlsx")


def test_an_old_workbook_that_is_cut_off_is_not_called_protected(quiet: Desk) -> None:
    """The container of old workbooks alone does not make a ledger protected."""
    empty(quiet)
    (quiet.folder / "ledgers" / "教育局.xls").write_bytes(OLE)
    assert_named(ledgers_only(quiet), 1, "not-a-workbook", file="教育局.xls")


def test_a_ledger_without_a_recognisable_header_is_named(quiet: Desk) -> None:
    """Headings nobody has declared are a layout nobody has declared, by file and sheet."""
    put(quiet, "农牧局.xlsx", ["甲", "乙", "丙"], ["1", "2", "3"], ["4", "5", "6"], sheet="一月")
    assert_named(ledgers_only(quiet), 5, "no-header", file="农牧局.xlsx", sheet="一月")


def test_two_columns_for_one_field_are_named(quiet: Desk) -> None:
    """Two headings that mean the same field are named with file, sheet, header row and field."""
    headings = [*HEADINGS, "单位名称"]
    put(quiet, "林草局.xlsx", ["行政许可台账"], headings, [*ROW, "另一家公司"])
    error = assert_named(
        ledgers_only(quiet), 5, "two-columns", file="林草局.xlsx", sheet="台账", row=2, field="行政相对人名称"
    )
    assert "企业名称" in str(error["sentence"])
    assert "单位名称" in str(error["sentence"])


def test_one_heading_twice_is_named(quiet: Desk) -> None:
    """The same heading in two columns is named with file, sheet, row and field."""
    put(quiet, "水务局.xlsx", [*HEADINGS, "企业名称"], [*ROW, "另一家公司"])
    assert_named(ledgers_only(quiet), 5, "heading-twice", file="水务局.xlsx", sheet="台账", row=1, field="企业名称")


def test_a_missing_ledger_folder_is_named(quiet: Desk) -> None:
    """The folder that a connector names has to be there."""
    quiet.change("connectors/ledgers.yaml", "folder: ledgers", "folder: books")
    error = assert_named(ledgers_only(quiet), 2, "no-ledger-folder")
    assert str(error["place"]["file"]).endswith("books")


@pytest.mark.parametrize(
    ("file", "old", "new", "key", "near"),
    [
        ("connectors/approval.yaml", "connections: 8", "conections: 8", "conections", "connections"),
        ("connectors/approval.yaml", "  secret: ", "  secrt: ", "secrt", "secret"),
        ("connectors/ledgers.yaml", "folder: ledgers", "foldr: ledgers", "foldr", "folder"),
        ("bots/disclosure.yaml", "ledgers: ledgers", "ledgrs: ledgers", "ledgrs", "ledgers"),
        ("bots/disclosure.yaml", "ambiguous: hold", "ambigous: hold", "ambigous", "ambiguous"),
        ("mappings/approval.yaml", "codes: {", "cods: {", "cods", "codes"),
        ("mappings/ledger.yaml", "partial: true", "partail: true", "partail", "partial"),
        ("mappings/credit.profile.yaml", "  forbidden:", "  forbiden:", "forbiden", "forbidden"),
        ("yinxin.toml", "as_of =", "asof =", "asof", "as_of"),
    ],
)
def test_an_unknown_key_is_named_with_file_line_and_the_nearest_known_one(
    quiet: Desk, file: str, old: str, new: str, key: str, near: str
) -> None:
    """A mistyped key stops the run before anybody is asked, whichever file it stands in."""
    line = quiet.change(file, old, new)
    error = assert_named(quiet.call("run", "disclosure"), 2, "unknown-key", file=file, line=line)
    assert key in str(error["sentence"])
    assert f"“{near}”" in str(error["todo"])


def test_a_key_given_twice_is_named(quiet: Desk) -> None:
    """YAML would silently keep the second."""
    line = quiet.change("connectors/credit.yaml", "connections: 4", "connections: 4\nconnections: 16")
    assert_named(quiet.call("run", "disclosure"), 2, "not-yaml", file="connectors/credit.yaml", line=line + 1)


def test_broken_yaml_and_toml_are_named_with_their_line(quiet: Desk) -> None:
    """A file that cannot be parsed is named with the line the parser stopped at."""
    line = quiet.change("bots/disclosure.yaml", "feed: credit", "feed: [credit")
    error = assert_named(quiet.call("run", "disclosure"), 2, "not-yaml", file="bots/disclosure.yaml")
    assert int(error["place"]["line"]) >= line
    quiet.change("bots/disclosure.yaml", "feed: [credit", "feed: credit")
    line = quiet.change("yinxin.toml", "as_of = ", "as_of == ")
    assert_named(quiet.call("run", "disclosure"), 2, "not-toml", file="yinxin.toml", line=line)


def test_a_mapping_with_an_unknown_field_is_named(quiet: Desk) -> None:
    """The field, the nearest known one, file and line; by the run and by the check alike."""
    line = quiet.change("mappings/bureau.yaml", "  document_number:", "  document_nomber:")
    for words in (("run", "disclosure"), ("mappings", "check")):
        error = assert_named(quiet.call(*words), 2, "unknown-field", file="mappings/bureau.yaml", line=line)
        assert "document_nomber" in str(error["sentence"])
        assert "“document_number”" in str(error["todo"])


def test_a_mapping_with_an_unknown_transform_is_named(quiet: Desk) -> None:
    """The transform, the nearest known one, file and line."""
    line = quiet.change("mappings/approval.yaml", "[epoch_ms]", "[epoch_mss]")
    error = assert_named(quiet.call("run", "disclosure"), 2, "unknown-transform", file="mappings/approval.yaml")
    assert error["place"]["line"] == line
    assert "epoch_mss" in str(error["sentence"])
    assert "“epoch_ms”" in str(error["todo"])


def test_a_mandatory_field_without_a_rule_is_named(quiet: Desk) -> None:
    """A mapping that leaves out what the standard demands is refused before anything is read."""
    quiet.change("mappings/bureau.yaml", "  decision_date: 批准日期\n", "")
    error = assert_named(quiet.call("run", "disclosure"), 2, "unmapped-field", file="mappings/bureau.yaml")
    assert "decision_date" in str(error["sentence"])


def test_a_value_that_does_not_fit_is_named(quiet: Desk) -> None:
    """A number of connections that is no number is named with file and line."""
    line = quiet.change("connectors/credit.yaml", "connections: 4", "connections: many")
    assert_named(quiet.call("run", "disclosure"), 2, "bad-value", file="connectors/credit.yaml", line=line)


def test_an_unknown_host_is_named(quiet: Desk) -> None:
    """An address that no line of the settings gives is named where it is used."""
    line = quiet.change("connectors/credit.yaml", "{sandbox}", "{platform}")
    error = assert_named(quiet.call("run", "disclosure"), 2, "unknown-host", file="connectors/credit.yaml", line=line)
    assert "platform" in str(error["sentence"])


def test_an_unknown_bot_is_named_with_a_suggestion(quiet: Desk) -> None:
    """A mistyped bot gets the nearest one."""
    error = assert_named(quiet.call("run", "disclosur"), 2, "not-declared", file="bots/disclosur.yaml")
    assert "“disclosure”" in str(error["todo"])


def test_an_unknown_connector_is_named_with_a_suggestion(quiet: Desk) -> None:
    """A mistyped connector gets the nearest one, on the command line and in a bot."""
    error = assert_named(quiet.call("connectors", "check", "approvl"), 2, "not-declared")
    assert "“approval”" in str(error["todo"])
    quiet.change("bots/disclosure.yaml", "feed: credit", "feed: kredit")
    error = assert_named(quiet.call("run", "disclosure"), 2, "not-declared", file="connectors/kredit.yaml")
    assert "“credit”" in str(error["todo"])


def test_a_connector_used_for_what_it_is_not_is_named(quiet: Desk) -> None:
    """A source named as the feed lacks a profile."""
    quiet.change("bots/disclosure.yaml", "feed: credit", "feed: bureau")
    assert_named(quiet.call("run", "disclosure"), 2, "missing-key", file="connectors/bureau.yaml", field="profile")


def test_a_ledger_connector_used_as_a_source_is_named(quiet: Desk) -> None:
    """A folder of ledgers cannot be signed in to."""
    quiet.change("bots/disclosure.yaml", "[approval, bureau]", "[approval, ledgers]")
    outcome = quiet.call("run", "disclosure")
    assert outcome.code == 2
    assert outcome.error["place"]["file"] == "connectors/ledgers.yaml"


def secret_file(desk: Desk) -> Path:
    """The workspace's secrets."""
    return desk.folder / ".yinxin" / "secrets.toml"


def test_a_missing_secret_is_named(quiet: Desk) -> None:
    """The secret's name, the variable and the file that may hold it; never a value."""
    quiet.change(".yinxin/secrets.toml", "credit_password", "other_password")
    outcome = quiet.call("connectors", "check", "credit")
    assert outcome.code in {2, 4}
    outcome = quiet.call("doctor")
    found = [check for check in outcome.result["checks"] if "credit_password" in check["found"] + check["name"]]
    assert found
    assert found[0]["health"] == "failing"
    assert "YINXIN_SECRET_CREDIT_PASSWORD" in found[0]["todo"]


def test_secrets_that_others_can_read_are_refused(quiet: Desk) -> None:
    """The file's mode is checked before a secret is taken from it."""
    secret_file(quiet).chmod(0o644)
    outcome = quiet.call("doctor")
    assert outcome.code == 2
    said = [check["found"] for check in outcome.result["checks"] if check["health"] == "failing"]
    assert any("Others on this machine" in sentence for sentence in said)


def test_broken_secrets_are_named(quiet: Desk) -> None:
    """A secrets file that is no TOML is named, and none of its text is repeated."""
    secret_file(quiet).write_text('approval_password = "hidden-word\n', encoding="utf-8")
    outcome = quiet.call("doctor")
    assert outcome.code == 2
    assert "hidden-word" not in outcome.out + outcome.err + quiet.log()
    assert any("secrets.toml" in check["name"] + check["found"] for check in outcome.result["checks"])
    assert any("not readable TOML" in check["found"] for check in outcome.result["checks"])


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("run", "disclosure", "--since", "2024-02-30"), "not-a-day"),
        (("run", "disclosure", "--as-of", "yesterday"), "not-a-day"),
        (("run", "disclosure", "--since", "2024-08-02", "--until", "2024-08-01"), "empty-window"),
        (("run", "disclosure", "--sinc", "2024-08-02"), "usage"),
        (("run",), "usage"),
        (("report", "disclosure-20200101-000000"), "unknown-run"),
        (("report",), "no-run"),
        (("init", "other", "--from", "nowhere"), "unknown-origin"),
    ],
)
def test_a_wrong_word_on_the_command_line_is_named(quiet: Desk, words: tuple[str, ...], reason: str) -> None:
    """What was typed wrongly is the caller's to correct, in one envelope."""
    error = quiet.call(*words)
    assert error.code == 2
    assert error.error["code"] in {reason, "no-report"}
    assert error.error["todo"]


def test_no_workspace_is_named(tmp_path: Path) -> None:
    """Outside a workspace a command says where it looked and how to make one."""
    outcome = call("status", "-w", str(tmp_path), "--json")
    assert_named(outcome, 2, "no-workspace", file=str(tmp_path.resolve()))


def test_errors_read_well_for_people(quiet: Desk) -> None:
    """Without --json the same error is a panel on stderr with what, where, what to do and who; stdout stays empty."""
    line = quiet.change("connectors/credit.yaml", "connections: 4", "conections: 4")
    outcome = call("run", "disclosure", "-w", str(quiet.folder))
    assert outcome.code == 2
    assert outcome.out == ""
    for words in ("unknown-key", "exit code 2", "connectors/credit.yaml", str(line), "“connections”", "hoever runs"):
        assert words in outcome.err
