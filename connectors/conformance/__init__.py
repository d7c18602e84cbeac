"""The conformance suite: what every connector has to hold, for whoever writes one.

In the tests of a connector::

    from connectors.conformance import SourceConformance

    class TestOurs(SourceConformance):
        @pytest.fixture
        def system(self):
            return OurSystem()  # shows rows, can be connected to, can get into trouble

It needs pytest, and nothing of this project's own tests.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("connectors.conformance.feeds", "connectors.conformance.sources")

from connectors.conformance.feeds import FeedConformance, FeedSystem, FeedTrouble  # noqa: E402
from connectors.conformance.sources import SourceConformance, SourceSystem, SourceTrouble  # noqa: E402

__all__ = ["FeedConformance", "FeedSystem", "FeedTrouble", "SourceConformance", "SourceSystem", "SourceTrouble"]
