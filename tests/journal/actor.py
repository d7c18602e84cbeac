"""Another process at the same journal: ``python -m tests.journal.actor VERB FOLDER URL [WORDS]``.

Each says ``ready`` when it stands at the line, begins when it is sent a line, and prints what came of it.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from sqlalchemy import event

from journal import IllegalTransition, Journal, Prepared

ITEMS = [Prepared(f"r{n}", "f1", {"name": str(n)}) for n in range(200)]


def prepare(journal: Journal, run: str) -> str:
    """Prepare the same records as everybody else."""
    return " ".join(str(delivery.id) for delivery in journal.prepare(run, "credit", ITEMS))


def send(journal: Journal, run: str) -> str:
    """Prepare the same records as everybody else, and send them if nobody has."""
    ids = [delivery.id for delivery in journal.prepare(run, "credit", ITEMS)]
    try:
        journal.sent(ids, "a" * 64)
    except IllegalTransition:
        return "refused"
    return "sent"


def append(journal: Journal, run: str) -> str:
    """Append many events, a few in each transaction."""
    for number in range(40):
        journal.remember_quarantine(run, [{"origin": str(number)}])
    return "appended"


def die(journal: Journal, run: str) -> str:
    """Prepare records, and be killed when all is written and nothing is committed."""
    event.listen(journal._engine, "commit", lambda _connection: os.kill(os.getpid(), signal.SIGKILL))
    return prepare(journal, run)


def work(journal: Journal, run: str) -> str:
    """Deliver record after record until somebody kills the process, and tell of each as soon as it is durable."""
    for number in range(100_000):
        ids = [delivery.id for delivery in journal.prepare(run, "credit", [Prepared(f"w{number}", "f1", {})])]
        journal.sent(ids, "a" * 64)
        print("sent", ids[0], flush=True)  # noqa: T201
        journal.accepted(ids, "B1")
        journal.confirmed(ids)
    return "done"


def hold(journal: Journal, name: str) -> str:
    """Hold a lease until somebody kills the process."""
    with journal.holding([name], "actor"):
        print("held", flush=True)  # noqa: T201
        sys.stdin.readline()
    return "left"


def opened(folder: Path, url: str) -> str:
    """Open a journal that is not there yet."""
    with Journal.open(folder, url) as journal:
        return journal.begin_run("disclosure", "", "", "")


def main() -> None:
    """Do what the command line says."""
    verb, folder, url, *words = sys.argv[1:]
    if verb == "open":
        _wait()
        print(opened(Path(folder), url))  # noqa: T201
        return
    with Journal.open(Path(folder), url) as journal:
        _wait()
        verbs = {"prepare": prepare, "send": send, "append": append, "die": die, "work": work, "hold": hold}
        print(verbs[verb](journal, words[0]))  # noqa: T201


def _wait() -> None:
    print("ready", flush=True)  # noqa: T201
    sys.stdin.readline()


if __name__ == "__main__":
    main()
