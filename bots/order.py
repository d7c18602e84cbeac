"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do: the decision dates it covers, the day it believes it is, and whether it may send."""

    bot: str
    since: date
    until: date
    as_of: date
    dry_run: bool = False
