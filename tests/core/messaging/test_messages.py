"""What customers are told, in their language, once."""

import logging
import re
import smtplib
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.locmem import EmailBackend

from comptoir.base import clock
from comptoir.channels.models import Channel
from comptoir.checkout.finishing import end_unpaid
from comptoir.checkout.models import Checkout
from comptoir.events.models import Event
from comptoir.events.services import replay_event
from comptoir.fulfilment.codes import collection_code
from comptoir.messaging.kinds import OWN_KINDS, kinds
from comptoir.messaging.models import Message
from comptoir.messaging.sending import LEASE_S, MOST_TRIES, claim_messages, send_messages
from comptoir.messaging.services import MessageOnItsWay, send_again
from comptoir.messaging.transports import NotAccepted
from comptoir.orders.links import follow_link
from comptoir.orders.models import Order
from comptoir.orders.services import cancel_order, edit_order
from comptoir.payments.built_in import transfer_reference
from comptoir.payments.models import Payment
from tests.core.messaging.conftest import EMAIL, Customer
from tests.testdummy import plugin as dummy_plugin

pytestmark = pytest.mark.django_db

MESSAGES = {
    ("placed", "en"): ("Thank you for your order", "We write to you again when it is ready for collection."),
    ("placed", "fr"): ("Merci pour votre commande", "Nous vous écrirons dès qu’elle sera prête"),
    ("ready", "en"): ("is ready for collection", "Your collection code"),
    ("ready", "fr"): ("vous attend", "Votre code de retrait"),
    ("shipped", "en"): ("is on its way", "6A1234"),
    ("shipped", "fr"): ("est en route", "6A1234"),
    ("collected", "en"): ("You have collected your order", "was collected at Nantes"),
    ("collected", "fr"): ("Vous avez retiré votre commande", "a été retirée (Nantes)"),
    ("refunded", "en"): ("We have refunded €12.50", "back to the means of payment you used"),
    ("refunded", "fr"): ("Remboursement de 12,50\xa0€", "revient sur le moyen de paiement"),
    ("cancelled", "en"): ("is cancelled", "You pay nothing for it."),
    ("cancelled", "fr"): ("est annulée", "Vous n’avez rien à payer."),
    ("unpaid", "en"): ("was not paid and is cancelled", "the money goes back to you as soon as it arrives"),
    ("unpaid", "fr"): ("n’a pas été payée", "la somme vous sera rendue dès son arrivée"),
    ("expired", "en"): ("was not collected", "these goods are for sale again"),
    ("expired", "fr"): ("n’a pas été retirée", "ces articles sont remis en vente"),
}
EVENTS = {
    "order_placed", "order_cancelled", "parcel_ready", "parcel_handed_over", "parcel_collected", "parcel_expired",
    "payment_refunded", "checkout_failed",
}  # fmt: skip


def html_of(mail):
    [part] = mail.alternatives
    return part.content


class Balance(HTMLParser):
    """Whether every tag that opens closes."""

    VOID = {"meta", "br", "img"}

    def __init__(self):
        super().__init__()
        self.open, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize(("what", "locale"), MESSAGES)
def test_a_customer_is_told_in_their_language_with_the_link_to_the_order(what, locale, request, post):
    request.getfixturevalue(what)(locale)
    mail = post()[-1]
    subject, sentence = MESSAGES[what, locale]
    order = Order.objects.get()
    assert subject in mail.subject and mail.to == [EMAIL]
    assert order.number in mail.subject
    html = html_of(mail)
    for text in (mail.body, html):
        assert sentence in text
        assert follow_link(order) in text
        assert "Maison Aubelaine" in text
    assert f'<html lang="{locale}"' in html
    checked = Balance()
    checked.feed(html)
    assert checked.open == [] and "img" not in checked.tags and "script" not in checked.tags


@pytest.mark.parametrize("what", sorted({what for what, _locale in MESSAGES}))
def test_the_same_event_delivered_twice_is_told_once(what, request, post):
    request.getfixturevalue(what)()
    sent = len(post())
    for event in Event.objects.filter(type__in=EVENTS):
        replay_event(event)
    assert len(post()) == sent
    assert not Message.objects.filter(state__in=["waiting", "failed"]).exists()


def test_the_mail_of_a_ready_parcel_has_its_code_and_until_when_it_is_kept(ready, post):
    parcel = ready()
    mail = post()[-1]
    assert collection_code(parcel) in mail.body and collection_code(parcel) in html_of(mail)
    assert re.search(r"We keep it for you until \w+day \d+ March\.", mail.body)


def test_a_parcel_that_was_fetched_meanwhile_is_not_announced_any_more(collected, post):
    collected()
    [mail] = post()
    assert "collected" in mail.subject
    assert Message.objects.get(kind="parcel_ready").state == "dropped"


def test_who_did_not_fetch_a_parcel_is_told_once_and_not_also_of_a_cancelled_order(expired, post):
    expired()
    [mail] = post()
    assert "was not collected" in mail.subject and "1 × " in mail.body
    assert Order.objects.get().state == "cancelled"


def test_each_time_that_pieces_are_cancelled_is_told_with_those_pieces(placed, post):
    order = placed()
    line = order.lines.get()
    order.lines.update(quantity=3)
    for pieces in (1, 2):
        cancel_order(order_id=order.pk, lines={line.pk: pieces}, goods_are_back=True)
    _placed, part, rest = post()
    assert part.subject.startswith("A part of your order") and "1 × Marin" in part.body
    assert rest.subject.startswith("Your order") and "2 × Marin" in rest.body


@pytest.mark.parametrize(
    ("problem", "locale", "words"),
    [
        ("unpaid", "en", "Your payment did not come"),
        ("unpaid", "fr", "Votre paiement ne nous est pas parvenu"),
        ("out_of_stock", "en", "Your order could not be placed"),
        ("out_of_stock", "fr", "Votre commande n’a pas pu être enregistrée"),
    ],
)
def test_who_went_to_pay_in_vain_is_told_why(problem, locale, words, till, web, post):
    Channel.objects.filter(code="web").update(extensions=["testpay"])
    web.headers["Accept-Language"] = locale
    path = web.begin("MARIN-S")
    web.pay(path, web.choose(path, payment="testpay")["total"])
    with clock.moved_to(clock.now() + timedelta(hours=3)):
        assert end_unpaid() == 1
        Checkout.objects.update(problem=problem)
        [mail] = post()

    assert (mail.subject, mail.to) == (words, [EMAIL])
    checked = Balance()
    checked.feed(html_of(mail))
    assert checked.open == [] and words in html_of(mail)


def test_an_order_by_bank_transfer_says_how_to_pay(placed, post, settings):
    settings.COMPTOIR_BANK_IBAN = "FR7630006000011234567890189"
    placed("fr", payment="transfer")
    [mail] = post()
    assert "attend votre paiement" in mail.subject
    for text in (mail.body, html_of(mail)):
        assert "FR76 3000 6000 0112 3456 7890 189" in text
        assert transfer_reference(str(Payment.objects.get().uuid)) in text


def test_nothing_a_customer_typed_becomes_html_and_a_plain_text_is_not_escaped(placed, post):
    contact = {"name": '<b onload=x>L\'Hôte & "Fils"</b>', "email": EMAIL}
    order = placed(contact=contact)
    order.lines.update(title="<script>alert(1)</script>")
    [mail] = post()
    html = html_of(mail)
    assert "<b onload" not in html and "<script>" not in html
    assert "&lt;script&gt;" in html and "L&#x27;Hôte &amp; &quot;Fils&quot;" in html
    assert 'L\'Hôte & "Fils"' in mail.body


def test_who_left_no_address_is_not_written_to(ready, post):
    ready(email="")
    assert post() == []
    assert not Message.objects.exists()


def test_rows_and_logs_have_neither_text_nor_address(placed, post, moody, caplog):
    caplog.set_level(logging.DEBUG)
    moody(RuntimeError(f"could not send to {EMAIL}"))
    placed()
    post()
    [row] = Message.objects.values()
    assert EMAIL not in str(row) and "Martin" not in str(row)
    assert EMAIL not in caplog.text and "was not sent: RuntimeError" in caplog.text


# --- once, and in the end --------------------------------------------------------------------------------------------


def test_a_failing_transport_is_tried_again_after_a_while(placed, shop, moody):
    service = moody("fails", "fails", "sends")
    placed()
    shop.settle()
    start = clock.now()
    assert send_messages() == 1
    assert send_messages() == 0  # not at once
    for minutes in (2, 5):
        with clock.moved_to(start + timedelta(minutes=minutes)):
            send_messages()
    [letter] = service.sent
    message = Message.objects.get()
    assert (message.state, message.tries, letter.to) == ("sent", 3, EMAIL)


def test_what_cannot_be_sent_for_a_day_stands_as_failed_and_can_be_sent_again(placed, shop, moody):
    service = moody("fails")
    placed()
    shop.settle()
    start = clock.now()
    for hours in range(3 * MOST_TRIES):
        with clock.moved_to(start + timedelta(hours=hours * 4)):
            send_messages()
    message = Message.objects.get()
    assert (message.state, message.problem, message.tries) == ("failed", "not_reached", MOST_TRIES)

    service.moods = ["sends"]
    send_again(message=message)
    send_messages()
    assert len(service.sent) == 1


def test_an_address_that_is_refused_is_not_tried_again(placed, shop, moody):
    moody(NotAccepted())
    placed()
    shop.settle()
    send_messages()
    message = Message.objects.get()
    assert (message.state, message.problem, message.tries) == ("failed", "not_accepted", 1)


@pytest.mark.parametrize(("code", "state"), [(550, "failed"), (451, "waiting")])
def test_a_mail_server_refuses_an_address_for_good_or_for_now(code, state, placed, shop, monkeypatch):
    def refuse(self, mails):
        raise smtplib.SMTPRecipientsRefused({EMAIL: (code, b"no")})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    placed()
    shop.settle()
    send_messages()
    assert Message.objects.get().state == state


def test_a_worker_that_was_killed_leaves_its_message_to_the_next_with_the_same_reference(
    placed, shop, mailoutbox
):
    placed()
    shop.settle()
    claim_messages(10)  # and dies
    assert send_messages() == 0
    with pytest.raises(MessageOnItsWay):
        send_again(message=Message.objects.get())
    with clock.moved_to(clock.now() + timedelta(seconds=LEASE_S + 1)):
        assert send_messages() == 1
    [mail] = mailoutbox
    assert re.fullmatch(r"<\d+\.[0-9a-f]{16}@[\w.]+>", mail.extra_headers["Message-ID"])


def test_a_corrected_address_gets_the_message_that_waits_and_gets_it_once(placed, shop, post):
    order = placed()
    shop.settle()
    edit_order(order_id=order.pk, email="new@example.org")
    replay_event(Event.objects.get(type="order_placed"))
    assert [mail.to for mail in post()] == [["new@example.org"]]


def test_a_broken_template_is_no_loss(placed, shop, post, settings, tmp_path, caplog):
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "order_placed.html").write_text("{% broken %}")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    placed()
    assert post() == []
    assert Message.objects.get().problem == "not_written"
    (folder / "order_placed.html").unlink()
    with clock.moved_to(clock.now() + timedelta(minutes=2)):
        assert len(post()) == 1


def test_a_theme_replaces_a_template_by_its_path(placed, post, settings, tmp_path):
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "order_placed.fr.html").write_text("<p>Chouette, {{ order.name }} !</p>")
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    placed("fr")
    [mail] = post()
    assert html_of(mail) == "<p>Chouette, Camille Martin !</p>"


# --- SMS -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def offered(till, people):
    """A draft whose link was asked for three times."""

    def draft(locale="en"):
        nina = Customer("staff", people("draft_order", at=[till.nantes]))
        contact = {"name": "Camille Martin", "email": EMAIL, "phone": "0612345678"}
        said = {"channel": "web", "lines": [{"sku": "MARIN-S", "quantity": 2}], "contact": contact}
        drafted = nina.post("orders/drafts", {**said, "locale": locale})
        for _ in range(3):
            nina.post(f"orders/drafts/{drafted['id']}/link")
        return drafted

    return draft


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "your order is ready to be paid"), ("fr", "prête à être réglée")]
)
def test_a_draft_sends_its_link_by_sms_once(locale, words, offered, post, capsys):
    drafted = offered(locale)
    assert post() == []
    said = capsys.readouterr().out
    assert said.count("SMS to 0612345678") == 1
    assert words in said and drafted["link"] in said


def test_register_message_kinds(plug):
    plug("dummy", dummy_plugin)
    assert kinds()["dummy_news"].medium == "email"
    plug("clumsy", register_message_kinds=lambda: [OWN_KINDS["order_placed"]])
    with pytest.raises(ImproperlyConfigured, match="clumsy"):
        kinds()


def test_register_message_transports(offered, post, plug, settings):
    dummy_plugin.flown.clear()
    plug("dummy", dummy_plugin)
    settings.COMPTOIR_SMS_TRANSPORT = "pigeon"
    offered()
    post()
    [letter] = dummy_plugin.flown
    assert letter.to == "0612345678" and "\n" not in letter.text


def test_without_a_transport_for_sms_the_message_stands_as_failed(offered, post, settings):
    settings.COMPTOIR_SMS_TRANSPORT = ""
    offered()
    post()
    message = Message.objects.get(medium="sms")
    assert (message.state, message.problem) == ("failed", "no_transport")
