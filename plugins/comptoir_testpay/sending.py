"""Notices of the gateway: signed, and sent over HTTP to the shop, by the worker."""

import hashlib
import hmac
import json
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.crypto import constant_time_compare
from django_tasks import task

from comptoir.base import clock
from comptoir.channels.queries import channel_context
from comptoir.conf import conf as core_conf
from comptoir.payments.notices import receive_notice
from comptoir.payments.providers import NoticeForged, NoticeStale
from comptoir_testpay.conf import conf
from comptoir_testpay.models import Message, Sale

logger = logging.getLogger("comptoir_testpay")

SIGNATURE = "X-Testpay-Signature"
TIMEOUT_S, OLDEST_S = 5, 300

#: Straight to the shop on this machine, whatever proxy the machine uses for the rest of the world.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def compose(sale: Sale, *, due_at: datetime, times: int = 1) -> Message:
    """Write a notice down that says: something happened to this sale. What happened is read when it is sent."""
    return Message.objects.create(sale=sale, body="", due_at=due_at, times=times)


def send_later(message: Message) -> None:
    """Let the worker send a notice when it is due; without a worker that can wait, ``send_due`` does it."""
    if message.due_at <= clock.now():
        send.enqueue(str(message.pk))
    elif send.get_backend().supports_defer:
        send.using(run_after=message.due_at).enqueue(str(message.pk))


def send_due() -> int:
    """Send every notice that is due and was not sent; returns how many."""
    due = list(Message.objects.filter(sent_at=None, due_at__lte=clock.now()))
    for message in due:
        deliver(message)
    return len(due)


@task()
def send(message_id: str) -> None:
    message = Message.objects.select_related("sale").filter(pk=message_id, sent_at=None).first()
    if message:
        deliver(message)


def deliver(message: Message) -> None:
    """Send a notice as often as its customer wished. Where no server answers, the shop takes it in from here.

    What it says is kept before it is sent: whoever dies in between says the same again, not something newer.
    """
    if not message.body:
        message.body = _body(message)
        message.save(update_fields=["body"])
    for _time in range(message.times):
        message.answer = _post(message.sale, message.body.encode())
    message.sent_at = clock.now()
    message.save(update_fields=["sent_at", "answer"])


def _body(message: Message) -> str:
    from_books = message.sale.deeds.filter(at__lte=clock.now())
    facts = [
        {"kind": one.kind, "amount": str(one.amount), "currency": message.sale.currency, "reference": str(one.pk),
         "key": one.key, "reason": "declined" if one.kind == "failed" else ""}
        for one in from_books
    ]  # fmt: skip
    return json.dumps({"id": str(message.pk), "payment": message.sale.payment, "facts": facts})


def _post(sale: Sale, body: bytes) -> str:
    headers = {"Content-Type": "application/json", SIGNATURE: signature(body)}
    address = sale.notice_url.replace(core_conf.BASE_URL, conf.SERVER or core_conf.BASE_URL, 1)
    call = urllib.request.Request(address, body, headers, method="POST")  # noqa: S310 (an address of our own shop)
    try:
        with _opener.open(call, timeout=TIMEOUT_S) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as refusal:
        logger.warning("the shop refused a notice of the test gateway: %s", refusal.code)
        return str(refusal.code)
    except (urllib.error.URLError, OSError):
        return _hand_over(sale, headers, body)


def _hand_over(sale: Sale, headers: Mapping[str, str], body: bytes) -> str:
    """There is no server to call, as in a shell or a test: the shop's own service takes the same message."""
    context = channel_context(sale.channel)
    if context is None:
        return "no channel"
    receive_notice(channel=context, provider="testpay", headers=headers, body=body)
    return "handed over"


def signature(body: bytes) -> str:
    """``<seconds>.<HMAC-SHA256 of seconds, a point and the body>``."""
    seconds = str(int(clock.now().timestamp()))
    return f"{seconds}.{_mac(seconds, body)}"


def check_signature(said: str, body: bytes) -> None:
    """Errors: ``NoticeForged``; ``NoticeStale`` for one that was signed more than five minutes ago."""
    seconds, _point, mac = said.partition(".")
    if not seconds.isdigit() or not constant_time_compare(mac, _mac(seconds, body)):
        raise NoticeForged(field="signature")
    if abs(clock.now().timestamp() - int(seconds)) > OLDEST_S:
        raise NoticeStale(field="signature")


def _mac(seconds: str, body: bytes) -> str:
    key = hashlib.sha256(b"comptoir_testpay" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
