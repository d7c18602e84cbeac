"""``/metrics`` and ``/healthz``: what an outside watcher asks of a process that stays, answered from the journal.

Nothing is counted in the process: every number is read when it is asked for, so that any process tells the same. No
label holds anything but names of declared files and words of fixed lists.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar
from wsgiref.simple_server import WSGIRequestHandler, make_server

from loguru import logger
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from cli.measured import Measured
from words.errors import UsageError
from words.languages import gettext as _

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from bots.workspace import Workspace

#: What a process says of itself; ``ok`` false means that it is ill.
Health = Callable[[], Mapping[str, object]]

HOST = "127.0.0.1"
_SLOW = 10  # seconds that a client may take for its request


@contextmanager
def serving(workspace: Workspace, port: int, health: Health, *, host: str = HOST) -> Iterator[str]:
    """Serve ``/metrics`` and ``/healthz`` from a thread for as long as the block runs.

    Args:
        workspace: whose journal, calendar and disk are told of.
        port: where to listen; 0 takes a free one.
        health: called at each ``/healthz``; that is answered 503 if it says ``ok: False`` or raises, else 200, with
            what it says as JSON.
        host: the address to listen at; by default nobody but this machine can ask.

    Yields:
        The address, such as ``http://127.0.0.1:9101``.

    Raises:
        UsageError: the port cannot be listened at.
    """
    app = _application(workspace, health)
    kind = _Six if ":" in host else ThreadingWSGIServer
    try:
        server = make_server(host, port, app, server_class=kind, handler_class=_Quiet)
    except (OSError, OverflowError) as error:
        raise UsageError(
            "port-taken",
            _("Nothing can listen at {host}, port {port}: {reason}").format(host=host, port=port, reason=error),
            todo=_("Name another port, or stop what listens there."),
        ) from None
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Quiet(WSGIRequestHandler):
    timeout: ClassVar[float] = _SLOW

    def log_message(self, format: str, *args: Any) -> None:  # noqa: ANN401 - the library's names
        """A scrape every few seconds is nothing to tell."""


class _Six(ThreadingWSGIServer):
    import socket

    address_family = socket.AF_INET6


def _application(workspace: Workspace, health: Health) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured(workspace))
    metrics = make_wsgi_app(registry)

    def answer(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path == "/metrics":
            scraped: Iterable[bytes] = metrics(environ, start)
            return scraped
        if path == "/healthz" and method in {"GET", "HEAD"}:
            told = _told(health)
            return _json(start, "200 OK" if told["ok"] else "503 Service Unavailable", told)
        known = path == "/healthz"
        return _json(start, "405 Method Not Allowed" if known else "404 Not Found", {"ok": False})

    return answer


def _told(health: Health) -> dict[str, object]:
    try:
        return {"ok": True, **health()}
    except Exception as error:  # noqa: BLE001 - whatever it is, the process is ill
        logger.opt(exception=error).bind(action="healthz").warning("{}", type(error).__name__)
        return {"ok": False, "error": getattr(error, "code", type(error).__name__)}


def _json(start: StartResponse, status: str, told: Mapping[str, object]) -> list[bytes]:
    body = json.dumps(told, ensure_ascii=False, default=str).encode()
    headers = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))]
    start(status, [*headers, ("Cache-Control", "no-store")])
    return [body]
