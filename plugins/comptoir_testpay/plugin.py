"""Hooks of the test gateway: a means of payment, and the pages where its customers pay."""

from ninja import Router

from comptoir.payments.providers import Provider
from comptoir.plugins import hookimpl
from comptoir_testpay.pages import router
from comptoir_testpay.provider import TestGateway


@hookimpl
def register_payment_providers() -> list[Provider]:
    return [TestGateway()]


@hookimpl
def register_routers() -> list[tuple[str, Router]]:
    return [("testpay", router)]
