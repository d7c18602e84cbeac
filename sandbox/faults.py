"""The misbehaviour one may order from a pretend portal, and the page that takes the orders."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

#: What can be ordered; a handler that asks for a new name needs no more than its line here.
FAULTS: dict[str, str] = {
    "expire_session": "the login that asks is ended at this data request: the login page comes with HTTP 200",
    "expire_token": "the tokens of the login are forgotten: code 401 in JSON (approval, construction)",
    "login_page": "the login page comes with HTTP 200 although the session lives",
    "hang": "the request is never answered",
    "error_500": "the request is answered with HTTP 500",
    "renamed_header": "the column of the document number, or of the deadline, has another name (not credit)",
    "older_state": "a detail is answered as it was some seconds of the city's clock before (construction)",
    "renamed_template_column": "one header of the upload template has another name (credit)",
    "short_page": "the list gives one row fewer than it should",
    "too_many_requests": "the data request is answered with HTTP 429 and Retry-After: 1",
    "drop_before_commit": "the connection is cut before a file or a withdrawal was taken (credit)",
    "drop_after_commit": "the connection is cut after a file or a withdrawal was taken (credit)",
    "hang_before_commit": "a file or a withdrawal is not taken, and never answered (credit)",
    "hang_after_commit": "a file or a withdrawal is taken, and never answered (credit)",
    "commit_then_500": "a file or a withdrawal is taken, and answered with HTTP 500 (credit)",
    "slow_import": "the next import begins only after some seconds (credit)",
    "half_batch": "the next import breaks off after half of the rows, rounded up; they stay (credit)",
    "lost_receipt": "the next import runs, but nobody knows its batch afterwards (credit)",
    "accept_duplicates": "the next import stores again what is stored already, the same file too (credit)",
    "truncate_field": "the first row that the next import stores loses the second half of its content (credit)",
    "late_record": "what the next import stores shows only after some seconds (credit)",
    "hidden_record": "the first row that the next import stores never shows (credit)",
    "older_value": "what the next correction corrects shows its earlier values for some seconds (credit)",
}
SYSTEMS = ("approval", "bureau", "construction", "credit", "hall", "archive", "penalties")


@dataclass(slots=True)
class Fault:
    """One order: let ``after`` askings pass, then strike ``times`` times; ``seconds`` is how long a delay is."""

    system: str
    fault: str
    after: int = 0
    times: int = 1
    seconds: float = 3


class Faults:
    """The orders that are still open."""

    def __init__(self) -> None:
        self.open: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Take one order.

        Raises:
            ValueError: the system or the fault is unknown, or a number is out of range.
        """
        if fault.system not in SYSTEMS or fault.fault not in FAULTS:
            raise ValueError(f"unknown system or fault: {fault.system} {fault.fault}")
        if fault.after < 0 or fault.times < 1:
            raise ValueError("after must be 0 or more, times 1 or more")
        if fault.seconds <= 0:
            raise ValueError("seconds must be more than 0")
        self.open.append(fault)

    def take(self, system: str, fault: str) -> bool:
        """Tell whether this fault strikes now; every asking counts."""
        return bool(self.seconds(system, fault))

    def seconds(self, system: str, fault: str) -> float:
        """Tell how long a fault that strikes now lasts, 0 if none does; every asking counts."""
        if not self.open:
            return 0
        asked = [each for each in self.open if each.system == system and each.fault == fault]
        return max([each.seconds for each in asked if self._strikes(each)], default=0)

    def _strikes(self, fault: Fault) -> bool:
        if fault.after:
            fault.after -= 1
            return False
        fault.times -= 1
        if not fault.times:
            self.open.remove(fault)
        return True

    async def page(self, request: Request) -> Response:
        """The address that lists, takes and clears orders."""
        if request.method == "DELETE":
            self.open.clear()
        elif request.method == "POST":
            try:
                self.order(Fault(**await request.json()))
            except (TypeError, ValueError) as problem:
                return JSONResponse({"error": str(problem)}, 400)
        return JSONResponse({"faults": [asdict(each) for each in self.open], "known": FAULTS})
