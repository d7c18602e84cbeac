"""What is declared of a form is checked before anything is opened."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.portal.entering import lint_form
from connectors.portal.entries import _safe
from tests.connectors.portal_forms.office import FIELDS, PROFILE, declared
from words.errors import UsageError


@given(number=st.text(min_size=1))
def test_every_number_can_stand_in_a_name(number: str) -> None:
    """And is read from it as it was."""
    if number.isprintable():
        assert unquote(_safe(number)) == number
        assert "-" not in _safe(number)


def test_a_form_names_only_columns_of_the_profile() -> None:
    """A field that the profile does not have is told before anything is opened."""
    form = declared("http://x", {"fields": {**FIELDS, "备注": "remark"}}).form
    assert form
    with pytest.raises(UsageError, match="“remark”"):
        lint_form(form, PROFILE, "connectors/office.yaml")


def test_a_reason_needs_its_button() -> None:
    """A dialog that takes a reason has to be confirmed."""
    with pytest.raises(UsageError, match="which button"):
        declared("http://x", {"remove": {"button": "撤销", "reason": "原因", "done": "成功"}})
