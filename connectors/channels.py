"""Channels: telling people by chat, mail or webhook, through apprise; or into a file, for whoever tries it out.

An address is a secret as a whole, because a chat's webhook is its own password: it is never logged, printed or part of
an error, and neither is what apprise and its HTTP library would log of it.
"""

from __future__ import annotations

import json
import logging
import threading
import warnings
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import quote

from connectors.chats import Answered, listening
from words.errors import Place, SystemFailure, UsageError
from words.languages import gettext as _

#: What stands for the secret in an address.
BLANK = "{secret}"
_TALKATIVE = ("apprise", "urllib3")
_one = threading.Lock()


@dataclass(frozen=True, slots=True)
class Message:
    """What is told: ``kind`` is apprise's own word, which colours a card where a chat shows one."""

    title: str
    body: str
    kind: Literal["info", "success", "warning", "failure"] = "info"


class Channel(Protocol):
    """A way to tell people."""

    def send(self, message: Message) -> str:
        """Tell, and return what came back.

        Raises:
            SystemFailure: nobody took it.
            UsageError: the address is none.
        """


def address_of(url: str | None, secret: str) -> str:
    """Return the address: the secret itself, or an address with the secret in its place."""
    return url.replace(BLANK, quote(secret, safe="")) if url else secret


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """A channel that apprise knows a way to."""

    name: str
    address: str = field(repr=False)

    def send(self, message: Message) -> str:
        """Tell, and return what came back."""
        with _one, listening() as answers:
            went = self._notify(message)
        answer = Answered.of(answers, self.address)
        if not went or answer.refuses:
            raise _unreached(self.name, answer.said or _("it cannot be reached"))
        return answer.said or _("sent; nothing comes back this way")

    def _notify(self, message: Message) -> bool:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        import apprise

        told = apprise.Apprise()
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of the plugins' own imports
            known = bool(self.address) and told.add(self.address)
        if not known:
            raise UsageError(
                "channel-address",
                _("The address of the channel “{name}” is none that apprise knows.").format(name=self.name),
                todo=_("Write it as apprise wants it, for example wecombot://KEY or mailtos://USER:PASSWORD@HOST."),
                place=Place(field="channels"),
            )
        try:
            return bool(told.notify(message.body, message.title, apprise.NotifyType(message.kind), "text"))
        except Exception:  # noqa: BLE001 - whatever a plugin stumbles over may quote the address
            return False


@dataclass(frozen=True, slots=True)
class DryChannel:
    """A channel that nobody reads but whoever tries things out: one JSON line a message."""

    name: str
    file: Path

    def send(self, message: Message) -> str:
        """Append the message, and return where."""
        try:
            self._append(message)
        except OSError as error:
            raise _unreached(self.name, error.strerror or str(error)) from error
        return str(self.file)

    def _append(self, message: Message) -> None:
        line = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **asdict(message)}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8", newline="\n") as lines:
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")


def _unreached(name: str, said: str) -> SystemFailure:
    return SystemFailure(
        "channel-unreached",
        _("The channel “{name}” did not take the message: {said}").format(name=name, said=said),
        todo=_("Check its address, its secret and the network, then run “yinxin alarms test {name}”.").format(
            name=name
        ),
        place=Place(system=name),
    )
