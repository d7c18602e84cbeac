"""One trial: a story is played, the command line is killed again and again, and the platform's truth is looked at."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from journal import UNDER_WAY, Journal, State
from sandbox.faults import Fault
from sandbox.model import City
from tests.crash.judge import Brought, Key, Verdict, brought, judge
from tests.crash.lane import SCALE, Ended, Lane, command
from tests.crash.points import OUTSIDE
from tests.crash.stories import WEATHER, Mishap, Scene, Story
from tests.crash.victim import Death
from tests.end_to_end.town import Town, city_of

_ROUNDS = 12
_PAUSE = 0.5
_NEVER = 10_000
_MOVING = (*UNDER_WAY, State.PREPARED, State.DIFFERS)


@dataclass(frozen=True, slots=True)
class Blow:
    """A kill: at a point, when it is passed for the ``nth`` time, or from outside after so many seconds."""

    point: str
    nth: int = 1
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What is tried.

    Attributes:
        weather: what else the platform does wrong.
        scene: the scene in which the weather turns.
        doubles: whether the platform stores doubles.
        blows: each is aimed at every command after the one before it fell, until it falls.
        database: address of the journal's database, empty for a file.
    """

    story: Story
    weather: str = "fair"
    scene: int = 0
    doubles: bool = False
    blows: tuple[Blow, ...] = ()
    seed: int = 1
    database: str = ""


@dataclass(slots=True)
class Outcome:
    """What came of a trial: where processes died, what the platform has, and which run did not add up."""

    kills: list[str] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    unbalanced: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled, wrong or unbalanced."""
        return self.verdict.good and not self.unbalanced


class Stage:
    """A city, the workspace in front of it, and the blows that still have to fall."""

    def __init__(self, lane: Lane, trial: Trial, folder: Path) -> None:
        self.lane, self.trial, self.folder = lane, trial, folder
        self.desk = folder / "desk"
        self.outcome = Outcome()
        self.blows = list(trial.blows)
        self.withdrawn: list[Key] = []
        self.city = city_of(trial.seed, SCALE)
        lane.workspace(trial.seed, self.desk)
        for file, old, new in trial.story.settings:
            _change(self.desk / file, old, new)
        if trial.database:
            settings = self.desk / "yinxin.toml"
            settings.write_text(f'database = "{trial.database}"\n{settings.read_text("utf-8")}', encoding="utf-8")
        self.town = self._opened(self.city)

    def play(self) -> Outcome:
        """Play the story to its end, let the weather pass, and look at what there is."""
        for number, scene in enumerate(self.trial.story.scenes):
            time.sleep(scene.wait)
            self._set(scene, number)
            getattr(self, f"_{scene.word}")(scene)
        self._calm()
        self._settle()
        return self.outcome

    def brought(self) -> Brought:
        """What the platform was brought."""
        return brought(self.town.received)

    @contextmanager
    def journal(self) -> Iterator[Journal]:
        """The workspace's journal."""
        with Journal.open(self.desk / ".yinxin", self.trial.database or None) as journal:
            yield journal

    def _opened(self, city: City) -> Town:
        town = self.lane.site.open(city, self.folder / "city")
        self._calm(town)
        return town

    def _calm(self, town: Town | None = None) -> None:
        """Let the weather pass; whether the platform stores doubles is its nature."""
        faults = (town or self.town).faults
        faults.open.clear()
        if self.trial.doubles:
            faults.order(Fault("credit", "accept_duplicates", 0, _NEVER))

    def _set(self, scene: Scene, number: int) -> None:
        if scene.change:
            self.city = scene.change(self.city)
            self.town = self._opened(self.city)
        weather = WEATHER[self.trial.weather] if number == self.trial.scene else ()
        for each in (*scene.mishaps, *weather):
            self.town.faults.order(_fault(each))

    def _run(self, scene: Scene) -> None:
        """Run; whoever finds after a crash that no run had begun gives the command once more."""
        if scene.dies:
            self._give(("run", "disclosure"), Blow(scene.dies))
            return
        for _round in range(_ROUNDS):
            before = self._begun()
            if self._done(self._struck(("run", "disclosure"))):
                return
            if self._begun() > before:
                self._resume()
                return

    def _begun(self) -> int:
        with self.journal() as journal:
            return len(journal.runs(limit=1000))

    def _release(self, _scene: Scene) -> None:
        """Let go what waits; whoever finds some of it still waiting after a crash lets it go once more."""
        for _round in range(_ROUNDS):
            for run in self._held():
                self._struck(("release", run, "--by", "李四"))

    def _withdraw(self, _scene: Scene) -> None:
        """Take a record back; whoever finds it still there after a crash orders it once more."""
        key = self._chosen()
        for _round in range(_ROUNDS):
            if self._ordered(key):
                break
            self._struck(("deliveries", "withdraw", key[0], "--reason", "决定已被撤销"))
        self.withdrawn.append(key)
        self._resume()

    def _rival(self, _scene: Scene) -> None:
        """Somebody else, with a journal of their own, publishes the same records; nobody kills them."""
        other = self.folder / "rival"
        self.lane.workspace(self.trial.seed, other)
        assert command(other, ("run", "disclosure"), Death()).code == 1

    def _held(self) -> list[str]:
        with self.journal() as journal:
            return sorted({each.run_id for each in journal.deliveries(states=[State.HELD])})

    def _chosen(self) -> Key:
        """The record that is withdrawn: one that differs if there is one, else the first by its number."""
        with self.journal() as journal:
            shown = journal.deliveries(states=[State.DIFFERS]) or journal.deliveries(states=[State.CONFIRMED])
        return min((each.payload["行政许可决定文书号"], each.payload["行政相对人名称"]) for each in shown)

    def _ordered(self, key: Key) -> bool:
        with self.journal() as journal:
            return any(each.action == "withdraw" and key[0] in each.payload.values() for each in journal.deliveries())

    def _resume(self) -> None:
        """Resume until there is nothing to resume; a platform that is down is tried again."""
        for _round in range(_ROUNDS):
            with self.journal() as journal:
                left = journal.unfinished_runs()
            if not left or self._done(self._struck(("resume",))):
                return

    def _settle(self) -> None:
        """Resume, then run until nothing more moves; nobody is killed any more."""
        self.blows.clear()
        self._resume()
        for _round in range(_ROUNDS):
            if self._done(self._struck(("run", "disclosure"))) and not self._moving():
                return
            time.sleep(_PAUSE)

    def _moving(self) -> bool:
        """Whether something is on its way that the platform shows, or will show."""
        was = self.brought()
        with self.journal() as journal:
            moving = journal.deliveries(
                states=[State.PREPARED, State.SENT, State.UNKNOWN, State.ACCEPTED, State.DIFFERS]
            )
        return any(not _stays(each.payload, was) for each in moving)

    def _struck(self, words: tuple[str, ...]) -> Ended:
        """Give a command while the next blow is aimed at it."""
        blow = self.blows[0] if self.blows else None
        ended = self._give(words, blow)
        if blow and (ended.killed or blow.after):
            self.blows.pop(0)
        return ended

    def _give(self, words: tuple[str, ...], blow: Blow | None) -> Ended:
        ended = command(self.desk, words, _death(blow), after=blow.after if blow and blow.after else None)
        if ended.killed:
            self.outcome.kills.append(ended.point or OUTSIDE)
        assert "Traceback" not in ended.err, ended.err
        return ended

    def _done(self, ended: Ended) -> bool:
        """Whether a command came to its end and left nothing to be resumed; a run that does not add up is noted."""
        if ended.killed or ended.code not in (0, 1):
            return False
        self.outcome.unbalanced += [ended.out for word in ('"balanced": false',) if word in ended.out]
        return True


def play(lane: Lane, trial: Trial, folder: Path, should: Brought) -> Outcome:
    """Play a trial in a folder of its own, and judge it by what is brought when nothing goes wrong."""
    stage = Stage(lane, trial, folder)
    outcome = stage.play()
    with stage.journal() as journal:
        outcome.verdict = judge(stage.brought(), should, stage.withdrawn, journal)
    return outcome


def rehearse(lane: Lane, story: Story, seed: int, folder: Path) -> Brought:
    """Return what a platform is brought by a story in fair weather, without kills."""
    stage = Stage(lane, Trial(story, seed=seed), folder)
    outcome = stage.play()
    assert outcome.good, outcome
    return stage.brought()


def _death(blow: Blow | None) -> Death:
    return Death([blow.point], blow.nth) if blow and not blow.after else Death()


def _fault(mishap: Mishap) -> Fault:
    return Fault("credit", mishap.fault, mishap.after, mishap.times, mishap.seconds)


def _stays(payload: dict[str, str], was: Brought) -> bool:
    key = (payload.get("行政许可决定文书号", ""), payload.get("行政相对人名称", ""))
    return key in was.hidden or key in was.garbled


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"{old} is not in {file}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
