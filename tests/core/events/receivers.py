"""Receivers of webhooks that really listen, on this machine: good ones, slow ones and liars."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """What came in, and how it behaves: ``behave`` can be changed while it listens."""

    port: int = 0
    behave: Behaviour | None = None
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _body in self.got]


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up on a liar is no trouble."""


@contextmanager
def listening(behave: Behaviour | None = None, *, port: int = 0) -> Iterator[Receiver]:
    """A receiver that listens on a port of its own (or on one it had before), until the end of the block."""
    receiver = Receiver(behave=behave)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            (receiver.behave or answers(204))(self)

        def log_message(self, *words: object) -> None:
            """Tests are quiet."""

    server = _Server(("127.0.0.1", port), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def answers(status: int, text: bytes = b"", after_s: float = 0.0, **headers: str) -> Behaviour:
    """Answers properly, perhaps late."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        time.sleep(after_s)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    return behave


def says(*pieces: bytes, every_s: float = 0.0) -> Behaviour:
    """Writes bytes that need not be HTTP, with a pause between."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        for piece in pieces:
            request.wfile.write(piece)
            request.wfile.flush()
            time.sleep(every_s)

    return behave


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    """Closes without a word."""


def talks_without_end(request: BaseHTTPRequestHandler) -> None:
    """Says 200, and then a body that never ends."""
    request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        request.wfile.write(b"la " * 10_000)
