"""A form of 28 fields to enter one record into: the stand-in for the receiver's single-record page.

The sandbox's platform takes filled templates only, so the entry of a plain script has no page there.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LABELS = tuple(f"字段{number:02d}" for number in range(1, 29))
BUTTON, SAVED = "提交", "已保存"
_ROWS = "".join(
    f'<p><label for="f{place}">{label}</label><input id="f{place}" name="f{place}"></p>'
    for place, label in enumerate(LABELS)
)
_PAGE = (
    '<!doctype html><meta charset="utf-8"><title>单条录入</title>{said}'
    f'<form method="post" action="/">{_ROWS}<button>{BUTTON}</button></form>'
)


class _Desk(BaseHTTPRequestHandler):
    """Shows the empty form, and after an entry the same with a word that it was saved."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._show("")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self._show(f'<p role="status">{SAVED}</p>')

    def _show(self, said: str) -> None:
        page = _PAGE.format(said=said).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def desk() -> Iterator[str]:
    """Serve the form from a thread of this process; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Desk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
