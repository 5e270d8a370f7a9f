"""Settings of Stripe. Its secrets are none of them: settings are shown in lists, secrets are not."""

import os
from dataclasses import dataclass, field

from comptoir.conf import Setting, Settings

SETTINGS = (
    Setting(
        "COMPTOIR_STRIPE_API", str, "", "Where Stripe's API is, if not at Stripe's own address; for tests."
    ),
    Setting("COMPTOIR_STRIPE_TIMEOUT_S", int, 20, "How long an answer of Stripe may take.", "s"),
)
conf = Settings(SETTINGS, prefix="COMPTOIR_STRIPE_")


@dataclass(frozen=True)
class Secrets:
    """The keys of the shop's account, from the environment."""

    secret_key: str = field(repr=False)
    publishable_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)

    @property
    def are_there(self) -> bool:
        return all([self.secret_key, self.publishable_key, self.webhook_secret])


def secrets() -> Secrets:
    """What the environment says now; nothing of it is kept or logged."""
    names = ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", "STRIPE_WEBHOOK_SECRET")
    return Secrets(*(os.environ.get(name, "") for name in names))
