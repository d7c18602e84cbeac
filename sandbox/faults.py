"""The misbehaviour one may order from a pretend portal, and the page that takes the orders."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

#: What can be ordered; a handler that asks for a new name needs no more than its line here.
FAULTS: dict[str, str] = {
    "expire_session": "the login that asks is ended at this data request: the login page comes with HTTP 200",
    "expire_token": "the tokens of the login are forgotten: code 401 in JSON (approval only)",
    "login_page": "the login page comes with HTTP 200 although the session lives",
    "hang": "the request is never answered",
    "error_500": "the request is answered with HTTP 500",
    "renamed_header": "the document number's column has another name (approval, bureau)",
    "renamed_template_column": "one header of the upload template has another name (credit)",
    "short_page": "the list gives one row fewer than it should",
}
SYSTEMS = ("approval", "bureau", "credit")


@dataclass(slots=True)
class Fault:
    """One order: let ``after`` askings pass, then strike ``times`` times."""

    system: str
    fault: str
    after: int = 0
    times: int = 1


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
        self.open.append(fault)

    def take(self, system: str, fault: str) -> bool:
        """Tell whether this fault strikes now; every asking counts."""
        if not self.open:
            return False
        asked = [each for each in self.open if each.system == system and each.fault == fault]
        strikes = [self._strikes(each) for each in asked]
        return any(strikes)

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
