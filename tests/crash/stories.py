"""What is played while processes are killed: commands in their order, and what the platform does wrong meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from sandbox.model import City, Decision

Word = Literal["run", "release", "withdraw", "rival"]

BOT = "bots/disclosure.yaml"
#: Rows that the platform would refuse are sent, so that it refuses some; what it shows otherwise is corrected.
SEND_ALL = ((BOT, "malformed: hold ", "malformed: deliver "),)
CORRECT = ((BOT, "differs_from_feed: hold ", "differs_from_feed: deliver "),)
FOUR_EYES = ((BOT, "feed: credit", "release: {above: 3}\nfeed: credit"),)


@dataclass(frozen=True, slots=True)
class Mishap:
    """A fault of the platform, as ``/faults`` takes it; ``after`` lets askings pass."""

    fault: str
    times: int = 1
    seconds: float = 3
    after: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """One command.

    Attributes:
        mishaps: what is ordered before it.
        change: what the department changes before it.
        dies: where the process dies even if the trial does not ask for it.
        wait: seconds that pass before it.
    """

    word: Word
    mishaps: tuple[Mishap, ...] = ()
    change: Callable[[City], City] | None = None
    dies: str = ""
    wait: float = 0


@dataclass(frozen=True, slots=True)
class Story:
    """Scenes, the settings they are played under, and the arrows that only this story is sure to pass."""

    name: str
    scenes: tuple[Scene, ...]
    settings: tuple[tuple[str, str, str], ...] = ()
    arrows: tuple[str, ...] = ()


def amended(city: City) -> City:
    """Return the city after its departments amended the content of every decision in the approval platform."""
    return replace(city, decisions=tuple(map(_amended, city.decisions)))


def _amended(decision: Decision) -> Decision:
    if decision.department.system != "approval":
        return decision
    content = f"{decision.values['XK_NR']}（变更）"
    return replace(decision, item=f"{decision.item}（变更）", values=decision.values | {"XK_NR": content})


def calm(story: Story) -> Story:
    """Return what a story comes to when nothing goes wrong and nothing is withdrawn; several come to the same."""
    scenes = tuple(Scene(each.word, change=each.change) for each in story.scenes if each.word != "withdraw")
    return Story("calm", scenes, story.settings)


#: Until then everything shows that a mishap lets show late.
_LONGER = 4.0
_UNHEARD = Mishap("commit_then_500")
_GARBLED = Mishap("truncate_field")
#: The platform took the file, forgot it, and did not answer: only its own list of records can tell.
_FORGOTTEN = (Mishap("lost_receipt"), _UNHEARD)
_NEVER_ARRIVED = (Mishap("drop_before_commit"),)

STORIES = (
    Story(
        "plain",
        (Scene("run"),),
        SEND_ALL,
        ("born-prepared", "prepared-sent", "sent-accepted", "sent-rejected", "accepted-confirmed", "hand-over"),
    ),
    Story("released", (Scene("run"), Scene("release"), Scene("run")), FOUR_EYES, ("born-held", "held-prepared")),
    Story("overtaken while held", (Scene("run"), Scene("rival"), Scene("run")), FOUR_EYES, ("held-discarded",)),
    Story(
        "overtaken while prepared",
        (Scene("run", dies="born-prepared:committed"), Scene("rival"), Scene("run")),
        (),
        ("prepared-discarded",),
    ),
    Story("unheard", (Scene("run", (_UNHEARD,)),), SEND_ALL, ("sent-unknown", "unknown-accepted", "unknown-rejected")),
    Story("never arrived", (Scene("run", _NEVER_ARRIVED),), (), ("unknown-prepared",)),
    Story("forgotten", (Scene("run", _FORGOTTEN),), (), ("unknown-confirmed",)),
    Story("forgotten and garbled", (Scene("run", (*_FORGOTTEN, _GARBLED)),), (), ("unknown-differs",)),
    Story("garbled", (Scene("run", (_GARBLED,)),), (), ("accepted-differs",)),
    Story("corrected", (Scene("run"), Scene("run", (), amended)), CORRECT, ("confirmed-superseded",)),
    Story(
        "corrected and shown late",
        (Scene("run"), Scene("run", (Mishap("older_value", times=9),), amended), Scene("run", wait=_LONGER)),
        CORRECT,
        ("differs-confirmed",),
    ),
    Story(
        "garbled and corrected",
        (Scene("run", (_GARBLED,)), Scene("run", (), amended)),
        CORRECT,
        ("differs-superseded",),
    ),
    Story("withdrawn", (Scene("run"), Scene("withdraw")), (), ("confirmed-withdrawn",)),
    Story("garbled and withdrawn", (Scene("run", (_GARBLED,)), Scene("withdraw")), (), ("differs-withdrawn",)),
)

#: Whatever else the platform may do wrong meanwhile; a duplicate is refused wherever ``doubles`` is not asked for.
WEATHER: dict[str, tuple[Mishap, ...]] = {
    "fair": (),
    "500 after commit": (_UNHEARD,),
    "cut before commit": _NEVER_ARRIVED,
    "cut after commit": (Mishap("drop_after_commit"),),
    "hangs before commit": (Mishap("hang_before_commit"),),
    "hangs after commit": (Mishap("hang_after_commit"),),
    "imports late": (Mishap("slow_import", seconds=1.5),),
    "imports half": (Mishap("half_batch"),),
    "loses the receipt": (Mishap("lost_receipt"),),
    "shows late": (Mishap("late_record", times=2),),
    "shows never": (Mishap("hidden_record"),),
    "session ends": (Mishap("expire_session"), Mishap("expire_session", after=3)),
    "429": (Mishap("too_many_requests", times=3),),
    "shortens a field": (_GARBLED,),
    "older value": (Mishap("older_value", times=3),),
}


def can_be_asked(story: Story, weather: str) -> bool:
    """Tell whether a platform that stores doubles can still be asked what it has.

    One that forgets a file, and hides for longer than it takes to settle what the file brought, cannot.
    """
    played = [each for scene in story.scenes for each in scene.mishaps]
    faults = {each.fault for each in (*played, *WEATHER[weather])}
    return not ("lost_receipt" in faults and faults & {"late_record", "hidden_record", "slow_import"})
