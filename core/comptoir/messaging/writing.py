"""Makes the text of a message: from templates of its kind and language, which a site or theme can replace by their path."""

import re
from typing import Any

from django.template import Context
from django.template.loader import select_template
from django.utils import translation

from comptoir.conf import conf
from comptoir.messaging.kinds import Kind
from comptoir.messaging.transports import Letter


def write_letter(kind: Kind, row: Any, *, to: str, reference: str) -> Letter:
    """The message about a row, in the language of its customer."""
    locale = kind.locale_of(row)
    with translation.override(locale):
        facts = {
            "locale": locale,
            "shop": {"name": conf.SHOP_NAME, "url": conf.BASE_URL, "notice": conf.LEGAL_NOTICE},
            **kind.facts_of(row),
        }
        text = _render(kind, locale, "txt", facts)
        if kind.medium == "sms":
            return Letter(reference, to, _one_line(text))
        subject = _one_line(_render(kind, locale, "subject", facts))
        text = re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"
        html = _render(kind, locale, "html", facts)
        return Letter(reference, to, text, subject, html, kind.files_of(row))


def _render(kind: Kind, locale: str, ends: str, facts: dict[str, Any]) -> str:
    """``messages/<kind>.<locale>.<ends>``, then that of the language, then ``messages/<kind>.<ends>``, in English.

    Only HTML is escaped; a subject and a plain text are no HTML.
    """
    language = locale.partition("-")[0]
    names = [f"{kind.code}.{locale}.{ends}", f"{kind.code}.{language}.{ends}", f"{kind.code}.{ends}"]
    found = select_template([f"messages/{name}" for name in names])
    return found.template.render(Context(facts, autoescape=ends == "html"))


def _one_line(text: str) -> str:
    """No-break spaces stay: they hold an amount and its currency together."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()
