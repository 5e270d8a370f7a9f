"""Calls an address that somebody typed in, without ever reaching the shop's own network.

The name is resolved once, every address it has is checked, and the connection goes to a checked one: a name that
changes its mind in between (DNS rebinding) gains nothing. Redirects are not followed, proxies not used. One deadline
covers resolving, connecting, sending and reading; a receiver that sends a byte now and then does not stretch it.
"""

import http.client
import io
import ipaddress
import socket
import ssl
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.encoding import iri_to_uri
from django.utils.translation import gettext_lazy as _

from comptoir.base import clock
from comptoir.conf import conf

TIMEOUT_S = 10.0
MOST_READ = 64 * 1024
KEPT_OF_ANSWER = 1024
PORTS = {"http": 80, "https": 443}


class NotAllowed(Exception):
    """The address leads, or may lead, into the shop's own network."""


class Problem(TextChoices):
    """Why there is no answer; nothing the receiver could have written is in it."""

    NOT_ALLOWED = "not_allowed", _("The address is not allowed: it leads into a private network.")
    TIMEOUT = "timeout", _("There was no answer in time.")
    UNKNOWN_NAME = "unknown_name", _("The name of the server is not known.")
    CERTIFICATE = "certificate", _("The certificate was not accepted.")
    CONNECTION_REFUSED = "connection_refused", _("The connection was refused.")
    CONNECTION_BROKEN = "connection_broken", _("The connection broke.")
    NOT_HTTP = "not_http", _("The answer was not HTTP.")
    SECRET_LOST = "secret_lost", _("The secret cannot be made any more: make a new one.")
    FAILED = "failed", _("The message could not be sent.")


@dataclass(frozen=True)
class Answer:
    """What came back: a status, or a problem that kept it from coming. ``retry_after_s`` is what the receiver asks for."""

    status: int | None = None
    text: str = ""
    problem: Problem | None = None
    retry_after_s: float | None = None
    duration_ms: int = 0

    @property
    def is_accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


#: A file that is fetched is read up to this.
MOST_FETCHED = 5 * 1024 * 1024


@dataclass(frozen=True)
class Fetched:
    """A file somewhere else, or why there is none. At most ``MOST_FETCHED`` bytes of it."""

    status: int | None = None
    body: bytes = field(default=b"", repr=False)
    etag: str = ""
    problem: Problem | None = None


def check_address(url: str) -> None:
    """Refuse an address that could never be called, as early as possible.

    Errors: ``ValidationError`` with a sentence for the form.
    """
    try:
        parts = _split(url)
        _check_if_literal(parts.hostname or "")
    except NotAllowed as error:
        raise ValidationError(error.args[0]) from error


def post(url: str, *, headers: dict[str, str], body: bytes) -> Answer:
    """Send a message and wait at most ``TIMEOUT_S`` seconds for the answer; what goes wrong is part of the answer."""
    started = time.monotonic()
    try:
        found = _post(_split(url), headers, body, deadline=started + TIMEOUT_S)
    except NotAllowed:
        found = {"problem": Problem.NOT_ALLOWED}
    except Exception as error:  # whatever a receiver sends must not stop the sender
        found = {"problem": _problem(error)}
    return Answer(**found, duration_ms=round((time.monotonic() - started) * 1000))


def fetch(
    url: str, *, etag: str = "", method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None
) -> Fetched:  # fmt: skip
    """Read a file at an address that somebody typed in, or what a server answers there; what goes wrong is part of the answer.

    Redirects are not followed: a file that moved away has to be typed in anew. With ``etag`` the answer may be 304.
    """
    deadline = time.monotonic() + TIMEOUT_S
    sent = {**(headers or {}), **({"If-None-Match": etag} if etag else {})}
    try:
        return _fetch(_split(url), method, sent, body, deadline=deadline)
    except NotAllowed:
        return Fetched(problem=Problem.NOT_ALLOWED)
    except Exception as error:  # whatever a server sends must not stop the reader
        return Fetched(problem=_problem(error))


def _fetch(
    parts: SplitResult, method: str, headers: dict[str, str], body: bytes | None, *, deadline: float
) -> Fetched:
    connection = _Connection(parts, deadline)
    try:
        connection.request(method, _target(parts), body, {**headers, "Connection": "close"})
        response = connection.getresponse()
        return Fetched(response.status, response.read(MOST_FETCHED), response.headers.get("ETag", ""))
    finally:
        connection.hang_up()


def _target(parts: SplitResult) -> str:
    return iri_to_uri((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _post(parts: SplitResult, headers: dict[str, str], body: bytes, *, deadline: float) -> dict[str, Any]:
    connection = _Connection(parts, deadline)
    try:
        connection.request("POST", _target(parts), body, {**headers, "Connection": "close"})
        response = connection.getresponse()
        text = _beginning(response)
        wish = response.headers.get("Retry-After", "")
        return {"status": response.status, "text": text, "retry_after_s": _seconds(wish)}
    finally:
        connection.hang_up()


def _beginning(response: http.client.HTTPResponse) -> str:
    """The first words of the answer. The status is known by now: a body that breaks off or never ends changes nothing."""
    read = b""
    try:
        while len(read) < MOST_READ and (piece := response.read1(MOST_READ - len(read))):
            read += piece
    except (OSError, http.client.HTTPException, ValueError):
        pass
    return read[:KEPT_OF_ANSWER].decode("utf-8", "replace").replace("\x00", "\ufffd")


# --- where it may go -------------------------------------------------------------------------------------------------


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises when it is no number)
        parts.hostname and parts.hostname.encode("idna")
    except ValueError as error:
        raise NotAllowed(_("This is not an address that can be called.")) from error
    if not parts.hostname or any(mark in url for mark in "\r\n\t "):
        raise NotAllowed(_("This is not an address that can be called."))
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(_("Leave name and password out of the address: messages are signed."))
    if parts.scheme != "https" and not (conf.WEBHOOK_ALLOW_PRIVATE and parts.scheme == "http"):
        raise NotAllowed(_("The address has to start with https://"))
    return parts


def _check_if_literal(host: str) -> None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if host.lower().rstrip(".").endswith(("localhost", ".local", ".internal")):
            _refuse_unless_private_is_fine()
        return
    _check(address)


def _check(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Only addresses of the open internet; an IPv4 address dressed as IPv6 is looked at undressed."""
    if isinstance(address, ipaddress.IPv6Address):
        if inside := address.ipv4_mapped or address.sixtofour:
            return _check(inside)
        if address.is_site_local:
            return _refuse_unless_private_is_fine()
    # is_reserved covers ::/8, and with it 64:ff9b::/96, behind which NAT64 hides any IPv4 address.
    if not address.is_global or address.is_multicast or address.is_reserved:
        _refuse_unless_private_is_fine()
    return None


def _refuse_unless_private_is_fine() -> None:
    if not conf.WEBHOOK_ALLOW_PRIVATE:
        raise NotAllowed(_("Addresses of private networks and of this machine are not called."))


def _resolve(host: str, port: int) -> list[str]:
    """Every address of a name, all of them allowed; one that is not spoils the name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for address in addresses:
        _check(ipaddress.ip_address(address.partition("%")[0]))
    return addresses


# --- the connection --------------------------------------------------------------------------------------------------


class _Connection(http.client.HTTPConnection):
    """A connection to a checked address; the certificate is checked against the name."""

    def __init__(self, parts: SplitResult, deadline: float) -> None:
        super().__init__(parts.hostname or "", parts.port or PORTS[parts.scheme])
        self.deadline, self.is_encrypted = deadline, parts.scheme == "https"
        self.default_port = PORTS[parts.scheme]  # else the Host header would name it
        self.plain: socket.socket | None = None

    def connect(self) -> None:
        self.plain = self._reach(_resolve(self.host, self.port))
        if self.is_encrypted:
            self.plain.settimeout(_left(self.deadline))
            self.plain = _trust().wrap_socket(self.plain, server_hostname=self.host)
        self.sock: Any = _Deadline(self.plain, self.deadline)

    def hang_up(self) -> None:
        if self.plain:
            self.plain.close()

    def _reach(self, addresses: list[str]) -> socket.socket:
        trouble: OSError | None = None
        for address in addresses[:4]:
            try:
                return socket.create_connection((address, self.port), timeout=_left(self.deadline))
            except OSError as error:
                trouble = error
        raise trouble or OSError("no address")


class _Deadline:
    """A socket whose every step waits only as long as the deadline leaves."""

    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self.plain, self.deadline = plain, deadline

    def sendall(self, content: bytes) -> None:
        self.plain.settimeout(_left(self.deadline))
        self.plain.sendall(content)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self.plain, self.deadline))

    def close(self) -> None:
        """http.client lets go before the body is read; ``hang_up`` closes."""


class _Reader(io.RawIOBase):
    def __init__(self, plain: socket.socket, deadline: float) -> None:
        self.plain, self.deadline = plain, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.plain.settimeout(_left(self.deadline))
        return self.plain.recv_into(buffer)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _left(deadline: float) -> float:
    if (left := deadline - time.monotonic()) <= 0:
        raise TimeoutError
    return left


# --- words -----------------------------------------------------------------------------------------------------------


def _seconds(wish: str) -> float | None:
    """``Retry-After`` is a number of seconds or a date."""
    if wish.isdigit() and wish.isascii():
        return float(wish[:9])
    try:
        return max(0.0, (parsedate_to_datetime(wish) - clock.now()).total_seconds())
    except (TypeError, ValueError):
        return None


def _problem(error: Exception) -> Problem:
    kinds: list[tuple[type[Exception], Problem]] = [
        (TimeoutError, Problem.TIMEOUT),
        (socket.gaierror, Problem.UNKNOWN_NAME),
        (ssl.SSLCertVerificationError, Problem.CERTIFICATE),
        (ConnectionRefusedError, Problem.CONNECTION_REFUSED),
        (http.client.RemoteDisconnected, Problem.CONNECTION_BROKEN),
        (http.client.HTTPException, Problem.NOT_HTTP),
        (OSError, Problem.CONNECTION_BROKEN),
    ]
    return next((problem for kind, problem in kinds if isinstance(error, kind)), Problem.FAILED)
