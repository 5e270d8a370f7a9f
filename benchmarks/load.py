"""A caller who asks, waits for the answer, and asks again: a process of its own, so that its work is not the server's.

Reads ``{"port", "connections", "requests", "targets": [[path, header lines], …]}``, writes the seconds each answer took.
A target may go on with a body, as text: then it is a POST.
"""

import json
import socket
import sys
import time
from itertools import cycle, islice
from threading import Thread


def main() -> None:
    wish = json.load(sys.stdin)
    share = wish["requests"] // wish["connections"]
    callers = [
        Caller(wish["port"], wish["targets"][number :: wish["connections"]], share, wish["statuses"])
        for number in range(wish["connections"])
    ]
    started = time.perf_counter()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    spent_s = time.perf_counter() - started
    took_s = [second for caller in callers for second in caller.took_s]
    print(
        json.dumps({"spent_s": spent_s, "took_s": took_s, "bytes": sum(caller.bytes for caller in callers)})
    )
    if len(took_s) != share * wish["connections"]:
        raise SystemExit("a caller ended early")


class Caller(Thread):
    """One connection that is kept open; an answer of another status than expected stops it."""

    def __init__(self, port: int, targets: list[list[str]], requests: int, statuses: list[int]) -> None:
        super().__init__()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked = [_request(*target) for target in targets]
        self.requests, self.statuses = requests, statuses
        self.took_s: list[float] = []
        self.bytes = 0

    def run(self) -> None:
        for question in islice(cycle(self.asked), self.requests):
            started = time.perf_counter()
            self.socket.sendall(question)
            self.bytes += self._answer()
            self.took_s.append(time.perf_counter() - started)

    def _answer(self) -> int:
        """Read one answer to its end; returns the length of its body."""
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        head = bytes(received[:end]).lower()
        if int(head[9:12]) not in self.statuses:
            raise RuntimeError(f"unexpected answer {head!r}")
        _, found, rest = head.partition(b"content-length:")
        length = int(rest.partition(b"\r\n")[0]) if found else 0
        while len(received) < end + 4 + length:
            received += self._receive()
        return length

    def _receive(self) -> bytes:
        if not (part := self.socket.recv(65536)):
            raise RuntimeError("the server closed the connection")
        return part


def _request(path: str, headers: str, body: str = "") -> bytes:
    method = "POST" if body else "GET"
    if body:
        headers += f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n"
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{headers}\r\n"
    return (head + body).encode()


if __name__ == "__main__":
    main()
