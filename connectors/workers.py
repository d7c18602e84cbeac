"""A few workers side by side, as many as a system is owed requests at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


async def side_by_side(work: Callable[[Item], Awaitable[Made]], items: Iterable[Item], workers: int) -> list[Made]:
    """Return what ``work`` makes of each item, in their order.

    Workers that fetch one item after another cost the connection pool far less than all items waiting at its door.
    """
    waiting = enumerate(items)
    made: dict[int, Made] = {}

    async def worker() -> None:
        for number, item in waiting:
            made[number] = await work(item)

    async with asyncio.TaskGroup() as group:
        for _number in range(workers):
            group.create_task(worker())
    return [made[number] for number in sorted(made)]
