"""Stripe as the shop sees it: payment intents that are captured by hand."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import stripe
from django.utils.translation import gettext_lazy as _

from comptoir.payments.providers import (
    Answer,
    Asked,
    Fact,
    NoticeForged,
    NoticeStale,
    NoticeUnreadable,
    Offer,
    PageScript,
    Provider,
    ProviderRefused,
    ProviderSilent,
    Step,
    Told,
)
from comptoir_stripe.amounts import to_coins
from comptoir_stripe.conf import conf, secrets
from comptoir_stripe.facts import GIVEN, fact_of_failure, facts_of_intent, facts_of_refunds

#: Somebody else is at it with the same key or the same intent: nothing is known yet.
SOON = ("lock_timeout", "idempotency_key_in_use")

TOLERANCE_S = 300


class Stripe(Provider):
    """Cards and wallets by Stripe."""

    code = "stripe"
    name = _("Card or wallet (Stripe)")
    # Stripe's own list for pages with its element: https://docs.stripe.com/security/guide#content-security-policy
    page_script = PageScript(
        script="https://js.stripe.com/v3/",
        module="comptoir_stripe/payment.js",
        hosts=(
            "https://js.stripe.com", "https://*.js.stripe.com", "https://api.stripe.com",
            "https://hooks.stripe.com",
        ),
    )  # fmt: skip

    def is_offered(self, offer: Offer) -> bool:
        return secrets().are_there

    def start(self, asked: Asked) -> Answer:
        intent = _ask(
            lambda api: api.payment_intents.create(
                {
                    "amount": to_coins(asked.amount),
                    "currency": asked.amount.currency.lower(),
                    "capture_method": "manual",
                    "automatic_payment_methods": {"enabled": True},
                    "metadata": {"payment": asked.payment},
                },
                {"idempotency_key": asked.key},
            )
        )
        fields = {"client_secret": intent["client_secret"], "publishable_key": secrets().publishable_key}
        return Answer(intent["id"], facts_of_intent(intent), Step("script", fields=fields))

    def capture(self, asked: Asked) -> Answer:
        """Stripe forgets keys after a day, and then refuses to capture twice: a repetition looks first."""
        if asked.is_repeat and (intent := self._intent(asked))["status"] == "succeeded":
            return Answer(intent["id"], facts_of_intent(intent))
        intent = _ask(
            lambda api: api.payment_intents.capture(
                asked.reference, {"amount_to_capture": to_coins(asked.amount)}, {"idempotency_key": asked.key}
            )
        )
        return Answer(intent["id"], facts_of_intent(intent))

    def refund(self, asked: Asked) -> Answer:
        """Stripe forgets keys after a day, and would refund twice: a repetition looks first."""
        if asked.is_repeat and (done := self._refund_of(asked)):
            return Answer(asked.reference, done)
        refund = _ask(
            lambda api: api.refunds.create(
                {
                    "payment_intent": asked.reference,
                    "amount": to_coins(asked.amount),
                    "metadata": {"command": asked.key},
                },
                {"idempotency_key": asked.key},
            )
        )
        if refund["status"] not in GIVEN:
            raise ProviderRefused(refund.get("failure_reason") or refund["status"])
        return Answer(asked.reference, facts_of_refunds([refund]))

    def void(self, asked: Asked) -> Answer:
        """An intent that was captured in part has let the rest go by itself; there is nothing to cancel then."""
        intent = self._intent(asked)
        if intent["status"] not in ("canceled", "succeeded"):
            options = {"idempotency_key": asked.key}
            expand = {"expand": ["latest_charge"]}
            intent = _ask(lambda api: api.payment_intents.cancel(asked.reference, expand, options))
        return Answer(intent["id"], facts_of_intent(intent), is_over=True)

    def fetch(self, asked: Asked) -> Answer:
        intent = self._intent(asked)
        refunds = _ask(lambda api: list(_refunds(api, asked.reference)))
        facts = [*facts_of_intent(intent), *facts_of_refunds(refunds)]
        return Answer(intent["id"], facts, is_over=intent["status"] == "canceled")

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Told | None:
        _check_signature(headers.get("stripe-signature", ""), body)
        try:
            event = json.loads(body)
            thing, kind = event["data"]["object"], event["type"]
            return _told(event["id"], kind, thing)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise NoticeUnreadable(field="body") from error

    def _refund_of(self, asked: Asked) -> list[Fact]:
        refunds = _ask(lambda api: list(_refunds(api, asked.reference)))
        return [one for one in facts_of_refunds(refunds) if one.key == asked.key and one.kind == "refunded"]

    def _intent(self, asked: Asked) -> Mapping[str, Any]:
        expand = {"expand": ["latest_charge"]}
        return _ask(lambda api: api.payment_intents.retrieve(asked.reference, expand))


def _told(number: str, kind: str, thing: Mapping[str, Any]) -> Told | None:
    """What an event means to us; ``None`` for the many that mean nothing."""
    if kind.startswith("payment_intent."):
        payment = (thing.get("metadata") or {}).get("payment", "")
        is_failure = kind == "payment_intent.payment_failed"
        is_canceled = kind == "payment_intent.canceled"
        facts = fact_of_failure(thing, number) if is_failure else facts_of_intent(thing)
        return Told(number, payment, thing["id"], facts, is_over=is_canceled, is_hint=is_canceled)
    if kind.startswith("refund.") and thing.get("payment_intent"):
        return Told(number, reference=thing["payment_intent"], facts=facts_of_refunds([thing]))
    return None


def _refunds(api: Any, intent: str) -> Any:
    return api.refunds.list({"payment_intent": intent, "limit": 100}).auto_paging_iter()


def _ask(call: Callable[[Any], Any]) -> Any:
    """Call Stripe. A clear no is a refusal; what may or may not have happened is silence, and is asked again.

    Errors: ``ProviderRefused``, ``ProviderSilent``.
    """
    try:
        return _plain(call(_client().v1))
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        if error.code in SOON or error.http_status == 409:
            raise ProviderSilent from error
        raise ProviderRefused(_reason(error)) from error
    except stripe.StripeError as error:
        raise ProviderSilent(type(error).__name__) from error


def _plain(answer: Any) -> Any:
    """The SDK's objects as dictionaries, as webhooks are: one way to read both."""
    return [one.to_dict() for one in answer] if isinstance(answer, list) else answer.to_dict()


def _reason(error: stripe.StripeError) -> str:
    return str(getattr(error.error, "decline_code", None) or error.code or "refused")


def _client() -> stripe.StripeClient:
    return stripe.StripeClient(
        secrets().secret_key,
        base_addresses={"api": conf.API} if conf.API else None,
        http_client=stripe.RequestsClient(timeout=conf.TIMEOUT_S),
        # Our own commands are asked again with the same key; the SDK need not.
        max_network_retries=0,
    )


def _check_signature(header: str, body: bytes) -> None:
    """Errors: ``NoticeStale`` for one that is right and old, else ``NoticeForged``."""
    secret = secrets().webhook_secret
    if not secret:
        raise NoticeForged(field="signature")
    try:
        text = body.decode()
        stripe.WebhookSignature.verify_header(text, header, secret, None)
        stripe.WebhookSignature.verify_header(text, header, secret, TOLERANCE_S)
    except UnicodeDecodeError as error:
        raise NoticeUnreadable(field="body") from error
    except stripe.SignatureVerificationError as error:
        if "tolerance" in str(error).lower():
            raise NoticeStale(field="signature") from error
        raise NoticeForged(field="signature") from error
