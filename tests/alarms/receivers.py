"""People to be told: a receiver of webhooks on a port of its own, and a workspace that has nothing but channels."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from bots.workspace import Workspace


@dataclass
class Receiver:
    """What was received, and how the next message is answered."""

    port: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: str = "{}"
    pause: float = 0

    @property
    def address(self) -> str:
        """Its address as apprise writes it."""
        return f"json://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """Receive webhooks."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(receiver.pause)
            receiver.messages.append({**json.loads(body), "path": self.path})
            self.send_response(receiver.status)
            self.end_headers()
            self.wfile.write(receiver.answer.format(path=self.path).encode())

        def log_message(self, *_words: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


def workspace_with(folder: Path, *channels: str, settings: str = "") -> Workspace:
    """Lay out a workspace with channels; each is the lines of its table."""
    folder.mkdir(exist_ok=True)
    tables = [f"[[channels]]\n{lines}\n" for lines in channels]
    text = "\n".join(['title = "市审批局"', "disk = 0", 'as_of = "2024-08-13"', settings, *tables])
    (folder / "yinxin.toml").write_text(text, encoding="utf-8")
    return Workspace(folder)


def dry(workspace: Workspace, name: str = "dry") -> list[dict[str, Any]]:
    """What a dry channel was told."""
    file = workspace.state / f"told-{name}.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
