"""Every COMPTOIR_* setting, once: name, type, default, unit, meaning. ``docs/settings.md`` is made from this table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Setting:
    """One knob of the shop."""

    name: str
    type: type
    default: Any
    meaning: str
    unit: str = ""


SETTINGS = (
    Setting(
        "COMPTOIR_PLUGINS",
        list,
        [],
        "Channel plugins that run, in this order. Installed never means enabled.",
    ),
    Setting(
        "COMPTOIR_HOME", str, ".comptoir", "Folder of the shop's own data: embedded database, media, logs."
    ),
    Setting("COMPTOIR_SHOP_NAME", str, "Comptoir", "Name of the shop in descriptors, feeds and messages."),
    Setting(
        "COMPTOIR_BASE_URL",
        str,
        "http://127.0.0.1:8000",
        "Public address that links in documents start with.",
    ),
    Setting("COMPTOIR_HOOK_BUDGET_MS", int, 200, "Longest a request-time hook may take in one plugin.", "ms"),
    Setting(
        "COMPTOIR_BREAKER_FAILURES", int, 5, "Failures or overruns in a row that switch a plugin's hook off."
    ),
    Setting(
        "COMPTOIR_BREAKER_PAUSE_S",
        int,
        60,
        "How long a switched-off hook stays off before it is tried again.",
        "s",
    ),
    Setting("COMPTOIR_TRACE_HOOKS", bool, False, "Log every hook call with its plugin and duration."),
    Setting(
        "COMPTOIR_PAGE_SIZE", int, 24, "Items in one page of an API list when the caller names none.", "items"
    ),
    Setting("COMPTOIR_PAGE_SIZE_MAX", int, 100, "Most items one page of an API list can have.", "items"),
    Setting("COMPTOIR_CACHE_S", int, 30, "How long a shared cache may keep a public API answer.", "s"),
    Setting(
        "COMPTOIR_IDEMPOTENCY_HOURS",
        int,
        24,
        "How long the answer to a write is kept for whoever sends the same Idempotency-Key again.",
        "h",
    ),
    Setting("COMPTOIR_BASKET_PIECES_MAX", int, 999, "Most pieces of one variant in a basket.", "pieces"),
    Setting("COMPTOIR_BASKET_LINES_MAX", int, 100, "Most different variants in a basket.", "lines"),
    Setting(
        "COMPTOIR_HANDOVER_MINUTES", int, 15, "How long the code that hands a basket over is good.", "minutes"
    ),
    Setting(
        "COMPTOIR_RATE_BASKETS",
        str,
        "120/min",
        "How many baskets one address may open; programs with a key of the channel as many as they like.",
    ),
    Setting("COMPTOIR_RATE_VOUCHERS", str, "20/min", "How many voucher codes one address may try."),
    Setting("COMPTOIR_RATE_ORDERS", str, "60/min", "How many order links one address may try."),
    Setting("COMPTOIR_RATE_REVIEWS", str, "10/hour", "How many reviews one address may write."),
    Setting("COMPTOIR_RATE_CODES", str, "10/min", "How many handover codes one address may try."),
    Setting(
        "COMPTOIR_UPLOAD_MAX_MB", int, 20, "Largest picture or catalogue file that can be uploaded.", "MB"
    ),
    Setting(
        "COMPTOIR_STRICT_READINESS",
        bool,
        False,
        "Keep products without a barcode off tills, and without a picture off social channels, instead of warning.",
    ),
    Setting(
        "COMPTOIR_PREVIEW_DAYS", int, 7, "How long a signed link to a preview of drafts is good.", "days"
    ),
    Setting(
        "COMPTOIR_ROUTING_RULES",
        list,
        ["parcels", "promise", "cost", "distance"],
        "What decides from where an order is served, the weightiest first.",
    ),
    Setting(
        "COMPTOIR_ROUTING_ATTEMPTS",
        int,
        3,
        "How often pieces that a shop cannot give are looked for elsewhere before their money goes back.",
    ),
    Setting(
        "COMPTOIR_SLOT_HOLD_MINUTES", int, 20, "How long a collection slot is held for a checkout.", "min"
    ),
    Setting(
        "COMPTOIR_PAYMENT_MINUTES",
        int,
        30,
        "How long a customer may take to pay before a checkout ends.",
        "min",
    ),
    Setting(
        "COMPTOIR_UNPAID_DAYS",
        int,
        7,
        "How long an order waits for its bank transfer before it is cancelled.",
        "days",
    ),
    Setting(
        "COMPTOIR_LEGAL_NOTICE",
        str,
        "",
        "Legal form, registration and VAT number of the shop, printed on invoices and receipts.",
    ),
    Setting(
        "COMPTOIR_PAPER_FONT",
        str,
        "",
        "TrueType file for invoices, for names that western European letters cannot write. Empty: Helvetica.",
    ),
    Setting(
        "COMPTOIR_REBUILD_BATCH",
        int,
        200,
        "Products whose documents are built in one transaction.",
        "products",
    ),
    Setting(
        "COMPTOIR_WEBHOOK_ALLOW_PRIVATE",
        bool,
        False,
        "Let webhooks go to private addresses and to http://; for development and tests only.",
    ),
    Setting("COMPTOIR_WEBHOOK_LOG_DAYS", int, 30, "How long the log of webhook calls is kept.", "days"),
    Setting(
        "COMPTOIR_BANK_IBAN",
        str,
        "",
        "The shop's account. Bank transfers are offered where there is one.",
    ),
    Setting("COMPTOIR_BANK_BIC", str, "", "The BIC of the shop's bank, if customers abroad need it."),
    Setting("COMPTOIR_BANK_HOLDER", str, "", "Whose account it is, if not the shop's name."),
    Setting(
        "COMPTOIR_CAPTURE_FROM",
        str,
        "placing",
        "When money that was authorised is taken: `placing` the order, or the first `handover` of its goods.",
    ),
    Setting(
        "COMPTOIR_PAYMENT_HOURS",
        int,
        24,
        "How long a customer may take to pay at a provider before the payment is given up.",
        "h",
    ),
    Setting("COMPTOIR_EMAIL_TRANSPORT", str, "django", "What sends e-mails: `django`, or a plugin's."),
    Setting(
        "COMPTOIR_SMS_TRANSPORT",
        str,
        "",
        "What sends SMS: a plugin's, or `console` for development. Empty: SMS stand as failed in the list of messages.",
    ),
)


class Settings:
    """Reads a declared table: ``conf.PAGE_SIZE`` is ``COMPTOIR_PAGE_SIZE``, with the declared default.

    A plugin declares its own in its ``conf.py``, all starting with ``COMPTOIR_<PLUGIN>_``:

        SETTINGS = (Setting("COMPTOIR_KIOSK_IDLE_S", int, 90, "How long a kiosk waits before it starts again.", "s"),)
        conf = Settings(SETTINGS, prefix="COMPTOIR_KIOSK_")
    """

    def __init__(self, declared: Iterable[Setting], *, prefix: str = "COMPTOIR_") -> None:
        self._declared = {setting.name: setting for setting in declared}
        self._prefix = prefix

    def __getattr__(self, short_name: str) -> Any:
        setting = self._declared.get(f"{self._prefix}{short_name}")
        if setting is None:
            raise AttributeError(f"{self._prefix}{short_name} is not a declared setting.")
        return value_of(setting)


conf = Settings(SETTINGS)


def value_of(setting: Setting) -> Any:
    """What a setting is on this site: its value, or the declared default."""
    return getattr(django_settings, setting.name, setting.default)


def check_settings(of_plugins: Iterable[Setting] = ()) -> None:
    """Stop at start when a setting is misspelt or of the wrong type, and name it.

    Errors: ``ImproperlyConfigured``.
    """
    declared = {setting.name: setting for setting in (*SETTINGS, *of_plugins)}
    for name in dir(django_settings):
        if name.startswith("COMPTOIR_") and name not in declared:
            raise ImproperlyConfigured(f"{name} is not a setting of Comptoir; docs/settings.md lists them.")
    for setting in declared.values():
        value = value_of(setting)
        if setting.type is str:
            value = str(value)
        if not isinstance(value, setting.type):
            raise ImproperlyConfigured(f"{setting.name} must be of type {setting.type.__name__}.")
