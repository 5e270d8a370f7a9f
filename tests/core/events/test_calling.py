"""Calls to addresses that somebody typed in: they end in time, and never in the shop's own network."""

import ipaddress
import socket
import time

import pytest
from django.core.exceptions import ValidationError

from comptoir.events import calling
from comptoir.events.calling import Answer, NotAllowed, Problem, check_address, post
from tests.core.events.receivers import answers, hangs_up, listening, says, talks_without_end


@pytest.fixture(autouse=True)
def on_this_machine(settings):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = True


def call(url: str) -> Answer:
    return post(url, headers={"webhook-id": "evt_1"}, body=b"{}")


def test_an_answer_comes_with_its_status_and_its_first_words():
    with listening(answers(503, b"x" * 5000, Retry_After="120")) as receiver:
        answer = call(receiver.url + "?shop=1")

    assert (answer.status, answer.text, answer.problem) == (503, "x" * 1024, None)
    assert answer.retry_after_s == 120
    assert not answer.is_accepted
    [(headers, body)] = receiver.got
    assert (headers["webhook-id"], headers["host"], body) == ("evt_1", f"127.0.0.1:{receiver.port}", b"{}")


@pytest.mark.parametrize(
    ("behave", "problem"),
    [
        (hangs_up, Problem.CONNECTION_BROKEN),
        (says(b"SSH-2.0-OpenSSH_9.2\r\n"), Problem.NOT_HTTP),
        (says(b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 500), Problem.NOT_HTTP),
        (says(b"HTTP/1.1 2", b"00 OK\r\n", every_s=0.8), Problem.TIMEOUT),
        (says(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 20, every_s=0.1), Problem.TIMEOUT),
        (says(*[b"H"] * 20, every_s=0.1), Problem.TIMEOUT),
        (answers(200, after_s=2), Problem.TIMEOUT),
    ],
    ids=["hangs up", "another protocol", "endless headers", "half a status", "continues", "drips", "late"],
)
def test_a_liar_is_a_problem_and_never_takes_longer_than_the_deadline(behave, problem, monkeypatch):
    monkeypatch.setattr(calling, "TIMEOUT_S", 0.4)
    began = time.monotonic()
    with listening(behave) as receiver:
        answer = call(receiver.url)
        took_s = time.monotonic() - began

    assert (answer.status, answer.problem) == (None, problem)
    assert took_s < 1.6


def test_a_body_without_end_is_left_after_64_kilobytes():
    with listening(talks_without_end) as receiver:
        answer = call(receiver.url)

    assert answer.is_accepted
    assert len(answer.text) == 1024


def test_a_body_that_drips_is_left_at_the_deadline_and_the_status_counts(monkeypatch):
    monkeypatch.setattr(calling, "TIMEOUT_S", 0.5)
    with listening(says(b"HTTP/1.1 200 OK\r\n\r\n", *[b"."] * 30, every_s=0.1)) as receiver:
        answer = call(receiver.url)

    assert answer.is_accepted
    assert answer.duration_ms < 1600


def test_a_redirect_is_not_followed():
    with listening() as private, listening(answers(302, Location=private.url)) as receiver:
        answer = call(receiver.url)

    assert (answer.status, answer.is_accepted) == (302, False)
    assert private.got == []


def test_a_receiver_that_is_down_and_a_name_nobody_has_are_problems():
    with listening() as receiver:
        pass
    assert call(receiver.url).problem == Problem.CONNECTION_REFUSED
    assert call("http://nobody.invalid/").problem == Problem.UNKNOWN_NAME


def test_an_encrypted_call_to_something_that_is_not_is_a_problem():
    with listening() as receiver:
        assert call(receiver.url.replace("http:", "https:")).problem == Problem.CONNECTION_BROKEN
    assert receiver.got == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.8", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.251", "239.1.1.1", "255.255.255.255", "192.0.2.7", "198.18.0.1", "::", "::1", "fe80::1", "fc00::1",
        "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.8", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:8::",
        "::7f00:1", "2001:db8::1", "2001::1",
    ],
)  # fmt: skip
def test_private_addresses_are_refused(address, settings):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = False
    host = f"[{address}]" if ":" in address else address

    with pytest.raises(NotAllowed):
        calling._check(ipaddress.ip_address(address))
    with pytest.raises(ValidationError):
        check_address(f"https://{host}/")
    assert call(f"https://{host}/").problem == Problem.NOT_ALLOWED


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_not(address, settings):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = False
    calling._check(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/", "ftp://shop.example/", "https://", "https://user:word@shop.example/",
        "https://shop.example:99999/", "https://localhost/", "https://intranet.local/", "https://a..b/",
        "https://shop.example/\r\nX: y", "https://0x7f.1/", "https://2130706433/",
    ],
)  # fmt: skip
def test_addresses_that_cannot_be_are_refused_without_a_call(url, settings):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = False
    if not url.startswith(("https://0x", "https://2130")):  # these two are names until they are resolved
        with pytest.raises(ValidationError):
            check_address(url)
    assert call(url).problem in (Problem.NOT_ALLOWED, Problem.UNKNOWN_NAME)


def test_a_name_with_a_private_address_among_public_ones_is_refused(settings, monkeypatch):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = False
    names(monkeypatch, ["93.184.215.14", "127.0.0.1"])

    assert call("https://shop.example/").problem == Problem.NOT_ALLOWED


def test_a_name_that_changes_its_mind_is_asked_once_and_called_where_it_was_checked(settings, monkeypatch):
    settings.COMPTOIR_WEBHOOK_ALLOW_PRIVATE = False
    asked = names(monkeypatch, ["93.184.215.14"], ["127.0.0.1"])
    called = []

    def create_connection(address, timeout):
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", create_connection)

    assert call("https://shop.example/").problem == Problem.CONNECTION_REFUSED
    assert asked == ["shop.example"]
    assert called == [("93.184.215.14", 443)]


def names(monkeypatch, *answers_in_turn: list[str]) -> list[str]:
    """The network's name service, as an attacker runs it: another answer each time."""
    turns, asked = iter(answers_in_turn), []

    def getaddrinfo(host, port, **kinds):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(turns)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked
