"""The named transforms of mapping files, each by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import transforms
from mappings.normalise import Unfit, calendar_date
from tests.mappings.rows import days, patient

Step = str | dict[str, str]


@pytest.mark.parametrize(
    ("step", "shown", "result"),
    [
        ("epoch_ms", "1710432000000", "2024-03-15"),
        ("epoch_ms", "1710431999999", "2024-03-14"),
        ("range_start", "2024-03-15至2027-03-14", "2024-03-15"),
        ("range_end", "2024-03-15至2027-03-14", "2027-03-14"),
        ("range_start", "2024.3.15～2027.3.14", "2024.3.15"),
        ("range_end", "2024.3.15 - 2027.3.14", "2027.3.14"),
        ("range_end", "2024年3月15日到2027年3月14日", "2027年3月14日"),
        ("range_end", "2024-03-15——长期", "长期"),
        ("range_start", "2024-03-15", "2024-03-15"),
        ("range_start", "2024-03-15至长期", "2024-03-15"),
        ("range_start", " 长期有效 ", ""),
        ("range_end", "2024-03-15", "2024-03-15"),
        ("yuan_to_wan", "3000", "0.3"),
        ("yuan_to_wan", "1,234,567.89", "123.456789"),
        ("yuan_to_wan", "０", "0"),
        ("yuan_to_wan", "10000000", "1000"),
        ("fold", "　ＡＢ１２（）", "AB12()"),
        ({"before": "行政许可"}, "青城市水务局行政许可台账", "青城市水务局"),
        ({"before": "行政许可"}, "青城市水务局台账", ""),
        ({"after": "："}, "文号：青审1号", "青审1号"),
        ({"after": "："}, "青审1号", ""),
        ({"find": r"\d+号"}, "青审12号、13号", "12号"),
        ({"find": r"第(\d+)号"}, "青审第12号", "12"),
        ({"find": r"第(\d+)号"}, "青审", ""),
        ({"prefix": "呼"}, "审12号", "呼审12号"),
        ({"prefix": "呼"}, "", ""),
    ],
)
def test_each_transform_does_what_its_name_says(step: Step, shown: str, result: str) -> None:
    """One raw text, one result, per named transform."""
    assert transforms.build(step)(shown) == result


@pytest.mark.parametrize(
    ("step", "shown", "failing"),
    [
        ("epoch_ms", "昨天", "unreadable-date"),
        ("epoch_ms", "9" * 30, "unreadable-date"),
        ("yuan_to_wan", "三千", "unreadable-amount"),
    ],
)
def test_a_transform_refuses_by_name(step: Step, shown: str, failing: str) -> None:
    """What a transform cannot read is a finding, never a guess."""
    with pytest.raises(Unfit) as refused:
        transforms.build(step)(shown)
    assert refused.value.rule == failing


@given(milliseconds=st.integers(631152000000, 3786912000000))
@patient
def test_milliseconds_are_the_day_in_china(milliseconds: int) -> None:
    """A server's UTC midnight is not the day that the system shows."""
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    shown = transforms.build("epoch_ms")(str(milliseconds))
    assert 0 <= (date.fromisoformat(shown) - moment.date()).days <= 1
    if moment.year > 1991:  # the last summer time in China
        assert shown == calendar_date(moment.isoformat().replace("+00:00", "Z"))


@given(fen=st.integers(0, 10**13))
@patient
def test_amounts_are_exact(fen: int) -> None:
    """元 become 万元 without a rounded digit."""
    yuan = Decimal(fen) / 100
    assert Decimal(transforms.build("yuan_to_wan")(f"{yuan:,}")) * 10000 == yuan


@given(first=days, last=days, mark=st.sampled_from(["至", "到", "~", "～", "—", "——", " - ", " 至 "]))
@patient
def test_a_range_has_its_two_ends(first: str, last: str, mark: str) -> None:
    """Whatever stands between two days divides them, and no hyphen inside a day does."""
    shown = f"{first}{mark}{last}"
    assert (transforms.build("range_start")(shown), transforms.build("range_end")(shown)) == (first, last)


@pytest.mark.parametrize("step", ["nonsense", "before", {"epoch_ms": ""}, {"before": "a", "after": "b"}])
def test_an_unknown_transform_is_no_transform(step: Step) -> None:
    """A name that is not there, an argument too many or too few."""
    with pytest.raises(LookupError):
        transforms.build(step)


def test_all_names_are_listed() -> None:
    """What a did-you-mean can offer."""
    assert set(transforms.NAMES) == {*transforms.PLAIN, *transforms.WITH_ARGUMENT}
