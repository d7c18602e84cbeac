"""The receivers that ship with the toolkit: written, read back, and never otherwise than it was."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import polars as pl
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mappings.apply import ORIGIN, ROW_KEY, Mapped, apply
from mappings.choices import canonical as as_kinds
from mappings.choices import entries
from mappings.editions import STATUS_CODES, VALID, VOID
from mappings.mapping import FieldRule
from mappings.normalise import Unfit
from mappings.profiles import Profile
from mappings.standards import LICENCE, PENALTY
from mappings.standards.penalty import PENALTY_KINDS
from mappings.transforms import build
from tests.mappings.rows import CREDIT, FOLDER, canonical, credit, record, records
from tests.mappings.test_penalties import KINDS, frame
from tests.mappings.test_penalties import record as penalty
from words.errors import UsageError

FILES = sorted((FOLDER / "receivers").glob("*.profile.yaml"))
LIGHT = settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])


def shipped(file: Path) -> Profile:
    """Return a profile of the toolkit."""
    return Profile.parse(file.read_text("utf-8"), str(file), file.name.removesuffix(".profile.yaml"))


SHIPPED = [shipped(file) for file in FILES]
BY_NAME = {profile.name: profile for profile in SHIPPED}
LICENCES = [credit(), *(profile for profile in SHIPPED if profile.standard is LICENCE)]
CODE = {"authority_code": "111501000115123436", "source_unit_code": "111501000115123436"}
PERSON = {"uscc": "", "legal_representative": "", "id_type": "身份证"}
UNIT = {"source_unit_name": "呼和浩特市行政审批和政务服务局"}


def configured(profile: Profile, **constants: str) -> Profile:
    """Return a profile as a bureau completes it, so that its rows can be collected."""
    rules = {
        name: FieldRule(constant=value)
        for name, value in (CODE | UNIT | constants).items()
        if name in profile.silent and name not in profile.declared.unstated
    }
    unstated = profile.declared.unstated | rules
    return Profile(profile.name, profile.declared.model_copy(update={"unstated": unstated}), "mappings/p.yaml", "a: b")


def raw(rows: pl.DataFrame) -> pl.DataFrame:
    """Return a receiver's rows as a connector hands them over."""
    numbers = pl.Series([str(number) for number in range(rows.height)], dtype=pl.String)
    return rows.with_columns(numbers.alias(ORIGIN), numbers.alias(ROW_KEY))


def collected(profile: Profile, rows: pl.DataFrame, **constants: str) -> Mapped:
    """Return what a bureau's own collecting makes of rows of this edition."""
    return apply(configured(profile, **constants).collecting(), raw(rows))


@st.composite
def penalties(draw: st.DrawFn) -> dict[str, str]:
    """Arbitrary penalties: their kinds, amounts, days and parties."""
    kinds = draw(st.lists(st.sampled_from([*PENALTY_KINDS[:-2], "其他-通报批评"]), min_size=1, max_size=4))
    person = {"uscc": "", "legal_representative": "", "id_type": "身份证", "id_number": "11010519491231002X"}
    party = draw(st.sampled_from([{}, {"counterpart_type": "自然人"} | person]))
    day = draw(st.dates(date(2000, 1, 1), date(2090, 12, 31)))
    fine = f"{draw(st.integers(1, 10**9)) / 1_000_000:.6f}".rstrip("0").rstrip(".")
    kind = as_kinds(KINDS, ";".join(kinds))
    return penalty(
        penalty_kind=kind, fine=fine, decision_date=f"{day}", remarks=draw(st.sampled_from(["", "甲"])), **party
    )


@pytest.mark.parametrize("profile", SHIPPED, ids=lambda profile: profile.name)
@given(data=st.data())
@LIGHT
def test_what_a_receiver_can_carry_comes_back_as_it_was(profile: Profile, data: st.DataObject) -> None:
    """Canonical → receiver → canonical: the same in every column, null without one; and so once more, both ways."""
    of_one = records() if profile.standard is LICENCE else penalties()
    made = data.draw(st.lists(of_one, min_size=1, max_size=3))
    given_ = canonical(*made) if profile.standard is LICENCE else frame(*made)
    shown = profile.as_shown(given_)
    for name in profile.standard.names:
        if name in profile.silent:
            assert shown[name].null_count() == shown.height, name
        elif name not in profile.blurred:
            assert shown[name].to_list() == given_[name].to_list(), name
    assert profile.encode(shown).equals(profile.encode(given_))
    assert profile.as_shown(shown).equals(shown)


@pytest.mark.parametrize("profile", SHIPPED, ids=lambda profile: profile.name)
def test_rows_are_read_by_the_receivers_own_field_codes_as_well(profile: Profile) -> None:
    """Interfaces and exchange tables have the edition's codes where templates have headings: XK_XZJG, not XK_XKJG."""
    made = canonical(record()) if profile.standard is LICENCE else frame(penalty())
    coded = profile.encode(made).rename(dict(zip(profile.headers, profile.codes, strict=True)))
    assert profile.only_stated(apply(profile.reading(), raw(coded)).records).equals(profile.as_shown(made))
    if profile.declared.edition == "2016" and profile.name != "licence-pinyin":
        assert {"XK_XZJG", "CF_XZJG"} & set(profile.codes)


@given(kinds=st.lists(st.sampled_from(PENALTY_KINDS[:-2]), min_size=1, max_size=4))
@LIGHT
def test_two_texts_of_one_code_are_read_as_both(kinds: list[str]) -> None:
    """The receiver's entry names both penalties; which of the two it was is not invented."""
    made = frame(penalty(penalty_kind=as_kinds(KINDS, ";".join(kinds))))
    shown = BY_NAME["penalty-english"].as_shown(made)["penalty_kind"][0]
    pairs = [{"没收违法所得", "没收非法财物"}, {"暂扣或者吊销许可证", "暂扣或者吊销执照"}]
    assert set(entries(KINDS, shown)) == set(kinds).union(*(pair for pair in pairs if pair & set(kinds)))


@pytest.mark.parametrize(("first", "second"), list(product(LICENCES, LICENCES)), ids=lambda profile: profile.name)
def test_what_is_void_is_never_valid_through_any_pair_of_editions(first: Profile, second: Profile) -> None:
    """Status 1 is revoked in one edition and valid in another; every status is itself again after both."""
    made = canonical(record(status=VALID), record(status=VOID))
    through = second.as_shown(first.as_shown(made))
    assert through["status"].to_list() == [VALID, VOID]


@pytest.mark.parametrize("profile", LICENCES, ids=lambda profile: profile.name)
def test_every_code_of_an_edition_is_read_by_its_own_meaning(profile: Profile) -> None:
    """撤销, 异议 and 其他 of 2016 are all 无效; no code of any edition that means void is read as valid."""
    rows = profile.encode(canonical(record()))
    header = next(h for c, h in zip(profile.columns, profile.headers, strict=True) if c.field == "status")
    for code, meaning in STATUS_CODES[profile.declared.edition].items():
        shown = apply(profile.reading(), raw(rows.with_columns(pl.lit(code).alias(header)))).records
        assert shown["status"].to_list() == [meaning], code


@pytest.mark.parametrize(
    ("edition", "code", "meaning"),
    [
        *((edition, code, meaning) for edition, codes in STATUS_CODES.items() for code, meaning in codes.items()),
        ("2018", "有效", "有效"),
    ],
)
def test_a_mapping_reads_the_codes_of_an_edition_by_its_name(edition: str, code: str, meaning: str) -> None:
    """Certificates of Hubei have codes of their own; a text stays."""
    assert build({"status": edition})(code) == meaning


def test_a_code_of_another_edition_is_told_and_not_guessed() -> None:
    """3 is nothing in 2018, and there is no edition of 2017."""
    with pytest.raises(Unfit) as unfit:
        build({"status": "2018"})("3")
    assert unfit.value.rule == "code-not-in-table"
    with pytest.raises(LookupError):
        build({"status": "2017"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (('edition: "2018"\n', ""), "missing-key"),
        (('edition: "2018"', 'edition: "2016"'), "status-of-another-edition"),
        (('{有效: "1", 无效: "2"}', '{有效: "0", 无效: "1"}'), "status-of-another-edition"),
        (('{有效: "1", 无效: "2"}', '{有效: "1", 无效: "1"}'), "code-twice"),
        (("{field: remarks, length: 512}", "{header: 备注}"), "bad-value"),
        (("{field: remarks, length: 512}", '{field: remarks, constant: ""}'), "bad-value"),
        (("{field: remarks, length: 512}", "{field: remarks, when: {id_tipe: 身份证}}"), "unknown-field"),
        (("{field: remarks, length: 512}", "{field: remarks}\nunstated: {remarks: 备注}"), "field-twice"),
        (("{field: remarks, length: 512}", "{field: remarks}\nunstated: {remark: 备注}"), "unknown-field"),
    ],
)
def test_a_profile_that_could_publish_a_revoked_licence_as_valid_is_refused(change: tuple[str, str], code: str) -> None:
    """No edition, codes that mean otherwise in the edition, codes that cannot be read back."""
    with pytest.raises(UsageError) as error:
        Profile.parse(CREDIT.replace(*change), "mappings/p.profile.yaml", "p")
    assert error.value.code == code
    assert error.value.place.file == "mappings/p.profile.yaml"


@pytest.mark.parametrize(
    ("changes", "kind", "rule"),
    [
        ({}, "法人及非法人组织", ""),
        ({"uscc": "92150102MA0P56783P"}, "个体工商户", ""),
        ({"uscc": "N1150121MF01234518"}, "法人及非法人组织", ""),
        (
            {"uscc": "", "legal_representative": "", "id_type": "身份证", "id_number": "440524188001010014"},
            "自然人",
            "",
        ),
        ({"uscc": "91150100MA0N12340C"}, "", "type-unknown"),
        ({"uscc": ""}, "", "mandatory"),
        ({**PERSON, "id_number": "110105491231002"}, "", "type-unknown"),
    ],
)
def test_the_type_that_2016_does_not_state_is_inferred_or_held(changes: dict[str, str], kind: str, rule: str) -> None:
    """92 is 个体工商户, another valid code an organization, an identity number alone a person; else a person looks."""
    profile = BY_NAME["licence-2016-new"]
    mapped = collected(profile, profile.encode(canonical(record(**changes))))
    assert mapped.records["counterpart_type"].to_list() == ([kind] if kind else [])
    assert {each.rule for each in mapped.findings if each.field == "counterpart_type"} == ({rule} if rule else set())


def test_a_row_of_2016_becomes_a_whole_record_of_2018_with_what_the_bureau_configured() -> None:
    """The codes of the authority and of the source come from configuration, nothing is invented, and all is checked."""
    for name in ("licence-2016-new", "licence-2016-old", "licence-pinyin"):
        profile = BY_NAME[name]
        mapped = collected(profile, profile.encode(canonical(record(status=VOID, certificate_number=""))))
        assert mapped.findings == ()
        assert mapped.records.select(LICENCE.names).to_dicts() == [record(status=VOID, certificate_number="")]


def test_a_profile_that_is_not_configured_collects_nothing() -> None:
    """A mandatory field that no row states and no rule gives is an error of the file, not of every row."""
    with pytest.raises(UsageError) as error:
        BY_NAME["licence-2016-new"].collecting()
    assert (error.value.code, "authority_code" in error.value.sentence) == ("unmapped-field", True)
    assert error.value.place.line


@pytest.mark.parametrize(
    ("header", "text", "taken"),
    [
        *(("当前状态", "0", True), ("当前状态", "正常", True), ("当前状态", "", True)),
        *(("当前状态", "1", False), ("当前状态", "2", False), ("当前状态", "3", False), ("处罚类别2", "罚款", False)),
    ],
)
def test_a_penalty_of_2016_that_is_not_in_force_is_not_collected_as_one(header: str, text: str, taken: bool) -> None:
    """A penalty of 2018 has no state; a revoked one, or one with a second kind, waits for a person."""
    profile = BY_NAME["penalty-2016-new"]
    rows = profile.encode(frame(penalty(penalty_kind="警告"))).with_columns(pl.lit(text).alias(header))
    mapped = collected(profile, rows, effective_until="2025-03-15")
    assert [(each.field, each.rule) for each in mapped.findings] == ([] if taken else [(header, "not-taken")])


def test_a_number_of_another_document_is_left_out_and_told() -> None:
    """居民身份证号 takes no number of a passport."""
    person = {"counterpart_type": "自然人", "uscc": "", "legal_representative": ""}
    made = canonical(
        record(**person, id_type="护照号", id_number="G12345678"),
        record(**person, id_type="身份证", id_number="11010519491231002X"),
    )
    profile = BY_NAME["licence-2016-new"]
    written = profile.encode(made)["行政相对人代码_5(居民身份证号)"].to_list()
    assert written == ["", "11010519491231002X"]
    left_out = ["it is left out" in each for each in profile.warnings(made, date(2024, 4, 1))]
    assert left_out == [True, False]


def test_a_text_without_a_code_is_refused_and_a_note_stays_behind_its_code() -> None:
    """A receiver of codes gets no texts."""
    text = CREDIT.replace("choices: [普通, 特许, 认可, 核准, 登记, 其他-]", 'codes: {普通: "01", 其他: "06"}')
    profile = Profile.parse(text, "p", "p")
    made = canonical(*(record(licence_kind=kind) for kind in ("普通", "其他-补办", "特许")))
    assert profile.encode(made)["许可类别"].to_list() == ["01", "06-补办", "特许"]
    assert [bool(each) for each in profile.malformed(made, date(2024, 4, 1))] == [False, False, True]
    assert profile.as_shown(made)["licence_kind"].to_list()[:2] == ["普通", "其他-补办"]


def test_the_code_tables_on_the_page_are_tables_of_the_standard() -> None:
    """Each line of the reference can be copied into a profile, and is read back as it was written."""
    page = (FOLDER.parent / "docs/reference/profiles.md").read_text("utf-8")
    block = page.partition("```yaml\n")[2].partition("```")[0]
    for column in yaml.safe_load(block):
        standard = LICENCE if column["field"] in LICENCE.by_name else PENALTY
        head = {"standard": standard.name, "edition": "2018", "title": "平台", "key": [column["field"]]}
        profile = Profile.parse(yaml.safe_dump(head | {"columns": [column]}), "p", "p")
        notes = {f"{text[:-1]}" for text in standard.by_name[column["field"]].choices if text.endswith("-")}
        texts = [f"{text}-某某" if text in notes else text for text in column["codes"]]
        made = pl.DataFrame({name: texts if name == column["field"] else [""] * len(texts) for name in standard.names})
        shown = profile.as_shown(made)[column["field"]].to_list()
        assert all(text in told for text, told in zip(texts, shown, strict=True))
        assert shown == texts or profile.blurred
