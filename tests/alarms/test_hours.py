"""Quiet hours and the times of digests, also over midnight."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.channels import ChannelDeclared, Hours

minutes = st.integers(0, 24 * 60 - 1)


def at(minute: int) -> time:
    """The time of day after so many minutes."""
    return time(minute // 60 % 24, minute % 60)


@given(minutes, st.integers(1, 24 * 60 - 1), minutes)
def test_hours_hold_as_long_as_they_last(begin: int, length: int, moment: int) -> None:
    """A minute lies in them when it comes less than their length after their beginning, over midnight or not."""
    text = f"{at(begin):%H:%M}-{at(begin + length):%H:%M}"
    assert Hours.parse(text).hold(at(moment)) == ((moment - begin) % (24 * 60) < length)


@given(minutes, minutes)
def test_hours_and_the_rest_of_the_day_are_the_day(begin: int, end: int) -> None:
    """Every minute lies either in the hours from one time to another or in those back."""
    if begin != end:
        there, back = Hours(at(begin), at(end)), Hours(at(end), at(begin))
        assert all(there.hold(at(each)) != back.hold(at(each)) for each in range(24 * 60))


@given(minutes, st.integers(0, 1 << 32).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_a_digest_was_due_within_the_last_day(clock: int, moment: datetime) -> None:
    """The last time it was due lies less than a day back, at its time of day."""
    declared = ChannelDeclared(name="x", kind="dry", digest=f"{at(clock):%H:%M}")
    due = declared.digest_due(moment)
    assert due is not None
    assert timedelta() <= moment - due < timedelta(days=1)
    assert due.time() == at(clock)


@pytest.mark.parametrize("text", ["", "21:00", "21:00-", "21-7", "25:00-07:00", "21:00-21:00", "21:00–07:30"])
def test_what_is_no_stretch_of_a_day_is_refused(text: str) -> None:
    """Whoever mistypes quiet hours is not woken up to learn it."""
    with pytest.raises(ValueError, match=r"HH:MM|none"):
        Hours.parse(text)
