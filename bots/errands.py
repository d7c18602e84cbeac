"""What a person orders at the feed: taking a record back, or sending once more what was refused.

An errand travels the way of every delivery: the intent first, then the hand-over, then reading back. One that is
interrupted is finished by the bot's next run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass

import polars as pl

from bots import delivering
from bots.asking import Shown, ask, look
from bots.gating import rules_of, why_adverse, why_restored
from bots.operator import operator
from bots.watching import Watch
from bots.workspace import Workspace
from connectors.base import Feed
from connectors.browser import Browsers
from journal import Action, Delivery, Journal, Prepared, State
from mappings.normalise import document_number
from reconciliation.report import Counts
from words.errors import BusinessError, Place, UsageError, YinxinError
from words.languages import gettext as _
from words.tracing import about

#: What may be sent once more; everything else is either on its way, or shown, or has a newer form.
_ENDED = (State.REJECTED, State.DISCARDED, State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Ran:
    """What an errand leaves: its run, its deliveries as they now stand, and the error that stopped it, if one did."""

    run_id: str
    deliveries: tuple[Delivery, ...]
    trouble: YinxinError | None


@dataclass(frozen=True, slots=True)
class Errand:
    """An errand at the feed of a bot."""

    workspace: Workspace
    journal: Journal
    bot: str
    watch: Watch

    async def withdraw(self, number: str, reason: str) -> Ran:
        """Take back the one record that the feed shows under a document number.

        Raises:
            BusinessError: it shows none, or several.
            UsageError: the feed takes nothing back.
        """

        async def intents(feed: Feed, shown: Shown) -> list[Prepared]:
            row = _only(feed, shown, document_number(number))
            back = feed.withdrawal(pl.DataFrame([row]), reason)
            if back is None:
                raise takes_nothing_back(feed)
            payload, after = back
            rules = rules_of([feed.profile.reading().version])
            return [
                Prepared(
                    row["record_id"], after, payload, Action.WITHDRAW, row["fingerprint"], rules, operator(), reason
                )
            ]

        return await self._run(intents)

    async def retry(self, ids: Collection[int]) -> Ran:
        """Send once more what was refused, taken out or withdrawn, with the values it had.

        Raises:
            UsageError: one of them is not there, or stands where nothing can be sent once more.
        """
        chosen = chosen_of(self.journal, ids)
        for each in chosen:
            if each.state not in _ENDED:
                raise _not_to_retry(each)

        async def intents(feed: Feed, _shown: Shown) -> list[Prepared]:
            return [self._once_more(each, why_restored(self.journal, feed)) for each in chosen]

        return await self._run(intents)

    def _once_more(self, delivery: Delivery, held: str) -> Prepared:
        """Return the same intent anew; an adverse record waits for a second person this time too."""
        forms = self.journal.record(delivery.record_id)
        values = next((form.values for form in forms if form.fingerprint == delivery.fingerprint), {})
        return Prepared(
            delivery.record_id,
            delivery.fingerprint,
            delivery.payload,
            delivery.action,
            delivery.replaces,
            delivery.rules,
            by=operator(),
            held=held or why_adverse(self.workspace.bot(self.bot).release, values),
        )

    async def _keep_pictures(self, run_id: str, feed: Feed) -> None:
        for piece in await feed.evidence():
            about = f"{feed.title} {piece.about}"
            self.journal.keep_evidence(run_id, piece.kind, about, piece.content, piece.suffix)

    async def _run(self, intents: Callable[[Feed, Shown], Awaitable[Sequence[Prepared]]]) -> Ran:
        declared = self.workspace.bot(self.bot)
        if declared.in_shadow:
            raise _in_shadow(self.bot)
        browsers = Browsers()
        feed = self.workspace.feed(declared.feed, browsers)
        today = self.workspace.today.isoformat()
        self.journal.stop_crashed(self.bot)
        run_id = self.journal.begin_run(self.bot, today, today, today)
        try:
            with about(self.bot, run_id):
                shown = await look(feed, self.journal)
                await ask(self.journal, run_id, feed, shown)
                await feed.check()
                prepared = self.journal.prepare(run_id, feed.name, await intents(feed, shown))
                ids = {each.id for each in prepared}
                courier = delivering.Courier(self.journal, run_id, feed, self.watch, declared.visible_within)
                trouble = await courier.deliver(ids)
                await courier.confirm()
                await self._keep_pictures(run_id, feed)
        except YinxinError as error:
            self.journal.finish_run(run_id, "stopped", {}, {"error": error.code})
            raise
        finally:
            await feed.close()
            await browsers.close()
        mine = tuple(each for each in self.journal.deliveries(feed.name) if each.id in ids)
        self.journal.finish_run(run_id, "stopped" if trouble else "done", _counts(mine).as_dict(), {})
        return Ran(run_id, mine, trouble)


def chosen_of(journal: Journal, ids: Collection[int]) -> list[Delivery]:
    """Return the deliveries with these numbers.

    Raises:
        UsageError: one of them is not there.
    """
    found = [each for each in journal.deliveries() if each.id in ids]
    if missing := set(ids) - {each.id for each in found}:
        raise UsageError(
            "unknown-delivery",
            _("There is no delivery {numbers}.").format(numbers=", ".join(map(str, sorted(missing)))),
            todo=_("“yinxin deliveries list” shows their numbers."),
        )
    return found


def _counts(deliveries: Sequence[Delivery]) -> Counts:
    names = [delivering.OUTCOMES.get(each.state, "unknown") for each in deliveries if each.state != State.HELD]
    counts = Counts(collected=len(deliveries), mapped=len(deliveries), due=len(names))
    counts.held = len(deliveries) - len(names)
    for name in names:
        setattr(counts, name, getattr(counts, name) + 1)
    return counts


def _only(feed: Feed, shown: Shown, number: str) -> dict[str, str]:
    rows = [row for rows in shown.rows.values() for row in rows if row["document_number"] == number]
    if len(rows) == 1:
        return rows[0]
    sentence = (
        _("The feed shows {count} records with the document number {number}; which one is meant cannot be told.")
        if rows
        else _("The feed shows no record with the document number {number}.")
    )
    raise BusinessError(
        "not-one-match",
        sentence.format(count=len(rows), number=number),
        todo=_("Look at the feed's own list; what cannot be told apart has to be taken back there by hand."),
        place=Place(system=feed.title),
    )


def _in_shadow(bot: str) -> UsageError:
    return UsageError(
        "in-shadow",
        _("The bot “{bot}” runs in the shadow; it sends nothing.").format(bot=bot),
        todo=_("Do it at the feed by hand, or take “shadow” out of the bot's file."),
        place=Place(file=f"bots/{bot}.yaml", field="shadow"),
    )


def takes_nothing_back(feed: Feed) -> UsageError:
    """Return the error for a feed whose connector does not say how a record is taken back."""
    return UsageError(
        "no-withdrawal",
        _("The feed's connector does not say how a record is taken back."),
        todo=_("Declare “withdraw” or “invalidate” in the connector's file, or ask the feed's operator."),
        place=Place(system=feed.title, file=f"connectors/{feed.name}.yaml"),
    )


def _not_to_retry(delivery: Delivery) -> UsageError:
    return UsageError(
        "nothing-to-retry",
        _("Delivery {id} is {state}; only what was rejected, discarded or withdrawn can be sent once more.").format(
            id=delivery.id, state=_(delivery.state.value)
        ),
        todo=_("What is on its way is finished by “yinxin resume”; what is held waits for “yinxin release”."),
    )
