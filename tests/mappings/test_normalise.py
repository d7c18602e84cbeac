"""The one canonical text of each kind of value."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.normalise import LONG_TERM, Unfit, blank, calendar_date, fold, normalise, plain_text
from mappings.standards import Kind
from tests.mappings.rows import days, document_numbers, messy, names, patient, usccs

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
PADDING = st.text(" \u3000\t\n\xa0\u200b\ufeff\u202a\u202c\x07", max_size=3)
UNREADABLE = {Kind.DATE, Kind.MOMENT, Kind.EVENTS, Kind.AMOUNT}
YEAR_BRACKETS = ["()", "[]", "【】", "〔〕", "〖〗", "﹝﹞", "（）", "［］", "{}", "<>", "《》", "〈〉"]


@pytest.mark.parametrize("kind", list(Kind))
@given(text=messy)
@patient
def test_every_normaliser_is_idempotent(kind: Kind, text: str) -> None:
    """What is canonical once is canonical for ever, whatever was typed."""
    try:
        value = normalise(kind, text)
    except Unfit:
        return
    assert normalise(kind, value) == value


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in UNREADABLE])
@given(text=messy)
@patient
def test_only_what_has_a_day_or_an_amount_can_be_unreadable(kind: Kind, text: str) -> None:
    """Every other text has a canonical form; whether it is right is for the checks to say."""
    assert isinstance(normalise(kind, text), str)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TEXT])
@given(text=messy)
@patient
def test_no_canonical_value_holds_what_nobody_sees(kind: Kind, text: str) -> None:
    """Control characters, zero-width characters and outer blanks make two equal values differ."""
    try:
        value = normalise(kind, text)
    except Unfit:
        return
    assert value == value.strip()
    assert not set(value) & set("\x00\x07\x1c\x1f\t\r\n\u200b\ufeff\u202a")


@given(day=st.dates(date(1990, 1, 1), date(2098, 12, 31)), before=PADDING, after=PADDING)
@patient
def test_every_written_form_of_a_day_is_the_same_day(day: date, before: str, after: str) -> None:
    """Width, separators, leading noughts, times, serials and blanks never change a day."""
    y, m, d = day.year, day.month, day.day
    written = [
        f"{y}年{m}月{d}日",
        f"{y} 年 {m:02} 月 {d:02} 日",
        f"{y}年{m}月{d}",
        *(f"{y}{mark}{m}{mark}{d}" for mark in "-/.,，：:．／"),
        f"{y}{m:02}{d:02}",
        f"{y}{m:02}{d:02}.0",
        f"{day}T00:00:00.000+08:00",
        f"{day}T00:00:00+0800",
        f"{day - timedelta(days=1)}T16:00:00.000Z",
        f"{day - timedelta(days=1)}T20:30:00-03:30",
        f"{day} 00:00:00.0",
        f"{day} 23:59:59",
        f"{y}/{m}/{d} 9:05",
        f"{y}年{m}月{d}日10:30",
        str((day - date(1899, 12, 30)).days),
        f"{(day - date(1899, 12, 30)).days}.0",
        f"{(day - date(1899, 12, 30)).days}.395833",
    ]
    if y >= 2000:
        written += [f"{y - 2000:02}.{m}.{d}", f"{y - 2000:02}-{m:02}-{d:02}", f"{y - 2000:02}年{m}月{d}日"]
    for text in written:
        assert calendar_date(before + text + after) == day.isoformat(), text
        assert calendar_date(text.translate(WIDE)) == day.isoformat(), text


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024年3月5日", "2024-03-05"),
        ("2024.03.05", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("24.3.5", "2024-03-05"),
        ("2024-03-05T00:00:00.000+08:00", "2024-03-05"),
        ("2024-03-05 00:00:00.0", "2024-03-05"),
        ("45366", "2024-03-15"),
        ("45366.0", "2024-03-15"),
        ("２０２４．０３．０５", "2024-03-05"),
        ("2024-02-29", "2024-02-29"),
        ("2024-03-04T15:59:59Z", "2024-03-04"),
        ("2024-03-04T16:00:00Z", "2024-03-05"),
    ],
)
def test_bureaus_dates_are_read(written: str, day: str) -> None:
    """The forms that bureau systems are known to write."""
    assert calendar_date(written) == day


@pytest.mark.parametrize(
    "written",
    [
        *("长期", "长期有效", "永久", "永久有效", "无固定期限", "长 期", " 长期\n"),
        *("9999/12/31", "9999-12-31", "99991231", "9999年12月31日", "9999-12-31 00:00:00", "9999-12-31T16:00:00Z"),
        *("2099/12/31", "2099-12-31", "2099-12-30", "2099-12-30T16:00:00.000Z", "73049", "73050"),
    ],
)
def test_long_term_is_one_day(written: str) -> None:
    """Every word and every far day for 长期 is 2099-12-31."""
    assert calendar_date(written) == LONG_TERM


@pytest.mark.parametrize(
    "written",
    [
        "2024-02-30",
        "2023年2月29日",
        "20241301",
        "2024-13-01",
        "2024/0/5",
        "0000-00-00",
        "0001-01-01T00:00:00",
        "1899-1-1",
    ],
)
def test_an_impossible_day_is_refused_by_name(written: str) -> None:
    """A day that no calendar has, and a database's way of writing nothing, are not a day."""
    with pytest.raises(Unfit) as refused:
        calendar_date(written)
    assert refused.value.rule == "impossible-date"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "2024",
        "2024.03",
        "2024年3月",
        "24:03:05",
        "昨天",
        "²²²²²²²²",
        "²²²²²",
        "00000",
        "2024-03-05-06",
        "03/05/2024x",
        "1" * 9,
    ],
)
def test_what_names_no_day_is_unreadable(written: str) -> None:
    """A month, a time of day, odd digits and words are refused instead of guessed."""
    with pytest.raises(Unfit) as refused:
        calendar_date(written)
    assert refused.value.rule == "unreadable-date"


@given(first=days, second=days)
@patient
def test_two_days_never_become_one(first: str, second: str) -> None:
    """Only equal days are equal."""
    assert (calendar_date(first) == calendar_date(second)) == (first == second)


@given(number=document_numbers, brackets=st.sampled_from(YEAR_BRACKETS), blanks=PADDING, wide=st.booleans())
@patient
def test_document_numbers_in_any_brackets_are_one(number: str, brackets: str, blanks: str, wide: bool) -> None:
    """Width, blanks and the kind of the year's brackets never change a document number."""
    written = number.replace("〔", blanks + brackets[0] + blanks).replace("〕", blanks + brackets[1])
    written = written.translate(WIDE) if wide else written
    assert normalise(Kind.DOCUMENT_NUMBER, blanks + written + blanks) == number


@given(first=document_numbers, second=document_numbers)
@patient
def test_two_document_numbers_never_become_one(first: str, second: str) -> None:
    """Only equal numbers are equal, whatever their brackets."""
    rewritten = normalise(Kind.DOCUMENT_NUMBER, second.replace("〔", "（").replace("〕", "）"))
    assert (normalise(Kind.DOCUMENT_NUMBER, first) == rewritten) == (first == second)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("呼审批许(2024)第012号", "呼审批许〔2024〕第012号"),
        ("呼审批许 ［２０２４］ １２ 号", "呼审批许〔2024〕12号"),
        ("jy1150102001(1)", "JY1150102001(1)"),
        ("呼审﹝2024﹞1号", "呼审〔2024〕1号"),
        ("呼审许(内)〔2024〕1号", "呼审许(内)〔2024〕1号"),
        ("呼审(0224)1号", "呼审〔0224〕1号"),
        ("呼审(12024)1号", "呼审(12024)1号"),
    ],
)
def test_only_a_years_brackets_are_the_standards(written: str, number: str) -> None:
    """GB/T 9704 puts the year, even a mistyped one, into 〔〕; any other bracket stays a half-width bracket."""
    assert normalise(Kind.DOCUMENT_NUMBER, written) == number


@given(code=usccs(), hyphens=st.integers(1, 17), blanks=PADDING, wide=st.booleans(), small=st.booleans())
@patient
def test_a_credit_code_is_repaired(code: str, hyphens: int, blanks: str, wide: bool, small: bool) -> None:
    """Blanks, hyphens, zero-width characters, width and small letters never change a credit code."""
    written = f"{code[:hyphens]}-{blanks}{code[hyphens:]}"
    written = written.lower() if small else written
    written = written.translate(WIDE) if wide else written
    assert normalise(Kind.USCC, blanks + written) == code


@given(first=usccs(), second=usccs())
@patient
def test_two_credit_codes_never_become_one(first: str, second: str) -> None:
    """Letters that only look alike are never exchanged."""
    assert (normalise(Kind.USCC, first) == normalise(Kind.USCC, second.lower())) == (first == second)


@pytest.mark.parametrize("letter", "IOZS")
def test_look_alikes_are_never_put_right_silently(letter: str) -> None:
    """I→1, O→0, Z→2 and S→5 are for a person to decide."""
    assert normalise(Kind.USCC, f"9115010{letter}MA0N12340B") == f"9115010{letter}MA0N12340B"


@given(name=names, blanks=PADDING, wide=st.booleans())
@patient
def test_a_name_with_brackets_is_one_name(name: str, blanks: str, wide: bool) -> None:
    """Full-width and half-width brackets, and blanks anywhere in a Chinese name, are the same name."""
    written = blanks.join(name)
    assert normalise(Kind.NAME, written.translate(WIDE) if wide else written) == name


@given(first=names, second=names)
@patient
def test_two_names_never_become_one(first: str, second: str) -> None:
    """Only equal names are equal."""
    assert (normalise(Kind.NAME, first) == normalise(Kind.NAME, second)) == (first == second)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("买买提 ・ 吐尔逊", "买买提·吐尔逊"),
        ("某某（北京）有限公司", "某某(北京)有限公司"),
        ("张　三", "张三"),
        ("ABC　 Trading (China) Co Ltd", "ABC Trading(China)Co Ltd"),
        ("Ｂ２Ｂ 科技", "B2B科技"),
    ],
)
def test_names_keep_their_dot_and_their_latin_blanks(written: str, name: str) -> None:
    """One middle dot, one blank between two Latin words, none elsewhere."""
    assert normalise(Kind.NAME, written) == name


@pytest.mark.parametrize(
    "written",
    [
        *("", " ", "　", "/", "／", "\\", "-", "－", "--", "—", "——", "空", "无", "暂无", "未提供", "未知", "未填写"),
        *("none", "None", "NULL", "null", "NaN", " 无 ", "暂 无", "\u200b", "无\n", "\x07", " " * 60),
    ],
)
def test_every_way_of_writing_nothing_is_nothing(written: str) -> None:
    """A filler is never a value, in no kind of field."""
    assert blank(written)
    assert {normalise(kind, written) for kind in Kind} == {""}


@pytest.mark.parametrize("written", ["无锡某某公司", "空港", "0", "无。", "nullable"])
def test_a_value_that_begins_like_nothing_is_a_value(written: str) -> None:
    """Only the whole cell can say nothing."""
    assert not blank(written)


def test_running_text_keeps_its_punctuation() -> None:
    """Chinese punctuation and lines belong to a text; its digits and letters are half-width."""
    assert plain_text(" 准予（热食类）：\r\n１２３　ＡＢ\x0b。\x00 ") == "准予（热食类）：\n123 AB。"


@given(text=messy)
@patient
def test_folding_leaves_nothing_to_fold(text: str) -> None:
    """Folding twice is folding once."""
    assert fold(fold(text)) == fold(text)
