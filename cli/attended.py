"""``python -m cli.attended``: the command line as a child that ends in order when whoever started it is gone."""

from __future__ import annotations

import os
import signal
import threading


def outlive_nobody() -> None:
    """End in order when the process that attends this one is gone: nobody writes to its input, which ends then."""
    while os.read(0, 1024):
        pass
    signal.raise_signal(signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=outlive_nobody, name="attended", daemon=True).start()
    from cli.main import main

    main()
