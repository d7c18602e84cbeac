"""What a workspace declares of its channels: who is told what, and when nobody is."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field, model_validator

from connectors.channels import BLANK
from words.declared import Declared
from words.languages import gettext as _

Telling = Literal["failed", "degraded", "recovered", "digest"]
#: Schemes in which the key is the password, so that it must be named and not written down.
_KEYED = ("wecombot", "dingtalk", "feishu", "lark")


class Hours(NamedTuple):
    """A stretch of every day; one that ends before it begins lasts over midnight."""

    begin: time
    end: time

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read ``21:00-07:30``.

        Raises:
            ValueError: it is no stretch of a day.
        """
        begin, _dash, end = (part.strip() for part in text.partition("-"))
        hours = cls(_clock(begin), _clock(end))
        if hours.begin == hours.end:
            raise ValueError(_("hours that begin when they end are none"))
        return hours

    def hold(self, at: time) -> bool:
        """Whether a time of day lies in it; its end does not."""
        if self.begin < self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


def _clock(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
    except ValueError:
        raise ValueError(_("write a time of day as HH:MM")) from None


def _hours(text: str) -> str:
    Hours.parse(text)
    return text


def _time(text: str) -> str:
    _clock(text)
    return text


class ChannelDeclared(Declared):
    """A channel.

    Attributes:
        name: what it is called.
        kind: apprise, or dry: a file below the workspace's state.
        url: its address as apprise writes it, with ``{secret}`` in the place of a secret.
        secret: the secret in the address or, without ``url``, the one that is the address.
        tells: what it is told.
        quiet: hours of the day in which it is told nothing; all of it comes afterwards.
        urgent: what failed is told in quiet hours too.
        again_after: hours after which what still lasts is told again.
        digest: the time of day of the daily digest; there is none without it.
    """

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    kind: Literal["apprise", "dry"] = "apprise"
    url: str | None = None
    secret: str | None = None
    tells: tuple[Telling, ...] = ("failed", "degraded", "recovered", "digest")
    quiet: Annotated[str, AfterValidator(_hours)] | None = None
    urgent: bool = False
    again_after: float = Field(default=24, gt=0)
    digest: Annotated[str, AfterValidator(_time)] | None = None

    @model_validator(mode="after")
    def _addressed(self) -> ChannelDeclared:
        if self.kind == "dry":
            return self
        url = self.url or BLANK
        if (BLANK in url) != (self.secret is not None):
            raise ValueError(_("it needs an address, and a secret exactly where the address has {secret}"))
        if BLANK not in url and (url.partition(":")[0].lower() in _KEYED or _has_password(url)):
            raise ValueError(_("its address holds a secret: name it with “secret”, and write {secret} in its place"))
        return self

    def is_quiet(self, at: datetime) -> bool:
        """Whether nobody is told at this local time."""
        return self.quiet is not None and Hours.parse(self.quiet).hold(at.time())

    def digest_due(self, at: datetime) -> datetime | None:
        """Return when, up to this local time, a digest was due last; None if none ever is."""
        if self.digest is None or "digest" not in self.tells:
            return None
        due = datetime.combine(at.date(), _clock(self.digest), at.tzinfo)
        return due if due <= at else due - timedelta(days=1)


def _has_password(url: str) -> bool:
    user, at, _host = url.partition("://")[2].partition("/")[0].rpartition("@")
    return bool(at) and ":" in user


def named_once(channels: tuple[ChannelDeclared, ...]) -> tuple[ChannelDeclared, ...]:
    """Return the channels.

    Raises:
        ValueError: two bear one name.
    """
    if len({each.name for each in channels}) < len(channels):
        raise ValueError(_("two channels have the same name"))
    return channels
