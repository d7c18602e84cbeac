"""The stories that are planted: each lays events around a deadline and knows how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from sandbox.commitment_scenes import Ending, Scene, next_run
from sandbox.commitments import REJECTED, UPHELD, Event

Told: TypeAlias = tuple[tuple[Event, ...], Ending]
Story: TypeAlias = Callable[[Scene], Told]


def untouched(scene: Scene) -> Told:
    """Nothing happens, and it is pushed."""
    return (), scene.pushed()


def fulfilled(scene: Scene) -> Told:
    """Uploaded and confirmed before the deadline."""
    return (scene.upload(scene.early(6)), scene.confirmation(scene.early(3))), scene.spared("fulfilled")


def confirmed_late(scene: Scene) -> Told:
    """Confirmed after the deadline and before the push."""
    days = scene.rng.randint(2, 6)
    events = scene.upload(scene.late(days - 1)), scene.confirmation(scene.late(days))
    return events, scene.spared("fulfilled")


def confirmed_that_morning(scene: Scene) -> Told:
    """Confirmed twenty minutes before the push."""
    return (scene.upload(scene.late(6)), scene.confirmation(scene.push, "08:40")), scene.spared("fulfilled")


def confirmed_just_after(scene: Scene) -> Told:
    """Uploaded and confirmed minutes after the push."""
    confirmed = scene.confirmation(scene.push, "09:20")
    return (scene.upload(scene.push, "09:10"), confirmed), scene.pushed(confirmed)


def unconfirmed(scene: Scene) -> Told:
    """Uploaded, and nobody ever confirms."""
    return (scene.upload(scene.late(scene.rng.randint(1, 5))),), scene.held("unconfirmed")


def extended_on_the_last_day(scene: Scene) -> Told:
    """Extended in the last hours, then fulfilled within the new deadline."""
    return _extended_and_met(scene, 0)


def extended_late(scene: Scene) -> Told:
    """Extended between the deadline and the push, then fulfilled within the new deadline."""
    return _extended_and_met(scene, scene.rng.randint(2, 6))


def _extended_and_met(scene: Scene, days: int) -> Told:
    extension, further = scene.extension(scene.late(days))
    events, ending = fulfilled(further)
    return (extension, *events), ending


def extended_overdue(scene: Scene) -> Told:
    """Extended, and not met by the new deadline either."""
    extension, further = scene.extension(scene.early(scene.rng.randint(1, 4)))
    return (extension,), further.pushed()


def disputed_rejected(scene: Scene) -> Told:
    """Disputed before the push; the dispute ends without success after the push day, and then it is pushed."""
    ruling = scene.happens("ruling", scene.late(scene.rng.randint(9, 12)), REJECTED)
    run = next_run(ruling.at)
    return _disputed(scene, ruling), replace(scene.held("disputed", run), push=run, why="")


def disputed_upheld(scene: Scene) -> Told:
    """Disputed before the push, and rightly."""
    ruling = scene.happens("ruling", scene.late(scene.rng.randint(9, 12)), UPHELD)
    return _disputed(scene, ruling), replace(scene.held("disputed", next_run(ruling.at)), why="upheld")


def _disputed(scene: Scene, ruling: Event) -> tuple[Event, ...]:
    filed = scene.happens("dispute", scene.late(scene.rng.randint(1, 5)), "承诺材料已按期提交纸质件")
    return filed, ruling


def cancelled(scene: Scene) -> Told:
    """Cancelled before the push."""
    gone = scene.happens("cancellation", scene.late(scene.rng.randint(1, 5)), "建设单位申请注销施工许可，承诺终止")
    return (gone,), scene.spared("cancelled")


def fulfilled_after_push(scene: Scene) -> Told:
    """Pushed, then met."""
    confirmed = scene.confirmation(scene.late(scene.rng.randint(11, 15)))
    return (scene.upload(scene.late(10)), confirmed), scene.pushed(confirmed)


def partly_after_push(scene: Scene) -> Told:
    """Pushed, then met in part."""
    confirmed = scene.confirmation(scene.late(scene.rng.randint(11, 15)), partly=True)
    return (scene.upload(scene.late(10)), confirmed), scene.pushed(confirmed)


def uploaded_after_push(scene: Scene) -> Told:
    """Pushed, then uploaded, and nobody confirms."""
    return (scene.upload(scene.late(scene.rng.randint(9, 12))),), scene.pushed()


def wrong_department(scene: Scene) -> Told:
    """Uploaded, and confirmed by a department that never accepted it."""
    events = scene.upload(scene.early(4)), scene.confirmation(scene.late(2), wrong=True)
    return events, scene.held("other_unit")


def two_confirmations(scene: Scene) -> Told:
    """Confirmed in time, and once more after the push day."""
    once, again = scene.confirmation(scene.early(3)), scene.confirmation(scene.late(8))
    return (scene.upload(scene.early(6)), once, again), scene.spared("fulfilled")
