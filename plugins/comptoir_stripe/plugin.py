"""Hooks of Stripe: a means of payment."""

from comptoir.payments.providers import Provider
from comptoir.plugins import hookimpl
from comptoir_stripe.provider import Stripe


@hookimpl
def register_payment_providers() -> list[Provider]:
    return [Stripe()]
