"""What chats answer: whether they took a message, in words that never quote the address it was sent to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

_SHORTEST_SECRET = 6  # letters; shorter pieces of an address are words


@contextmanager
def listening() -> Iterator[list[Response]]:
    """Keep what is answered inside: some chats refuse with HTTP 200, which apprise takes for a yes.

    One thread at a time may listen.
    """
    from requests import Session

    answers: list[Response] = []
    plain = Session.send

    def send(self: Session, request: PreparedRequest, **kwargs: Any) -> Response:  # noqa: ANN401
        answers.append(plain(self, request, **kwargs))
        return answers[-1]

    Session.send = send  # type: ignore[method-assign]
    try:
        yield answers
    finally:
        Session.send = plain  # type: ignore[method-assign]


class Answered(NamedTuple):
    """What came back, in words that quote nothing of the address; ``refuses`` if it means no below an HTTP 200."""

    said: str
    refuses: bool

    @classmethod
    def of(cls, answers: Sequence[Response], address: str) -> Answered:
        """Read the last answer, if there was one; WeCom and DingTalk say with a number whether they took a message."""
        if not answers:
            return cls("", refuses=False)
        told = _json(answers[-1])
        code = told.get("errcode") if isinstance(told, dict) else None
        if not isinstance(code, int) or not code:
            return cls(f"HTTP {answers[-1].status_code}", refuses=False)
        reason = str(told.get("errmsg", ""))
        said = ("HTTP 200", f"errcode {code}", "" if _quotes(reason, address) else reason)
        return cls(", ".join(filter(None, said)), refuses=True)


def _json(answer: Response) -> Any:  # noqa: ANN401 - anything JSON
    try:
        return answer.json()
    except ValueError:
        return None


def _quotes(text: str, address: str) -> bool:
    """Whether a text quotes a piece of an address that may be a secret."""
    pieces = "".join(letter if letter.isalnum() else " " for letter in f"{address} {unquote(address)}").split()
    return any(piece in text for piece in pieces if len(piece) >= _SHORTEST_SECRET)
