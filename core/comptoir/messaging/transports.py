"""How a message leaves the shop. Transports come by the hook; ours are Django's e-mail, and a console that plays SMS."""

import smtplib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.mail import EmailMultiAlternatives

from comptoir import hookspecs, plugins
from comptoir.conf import conf


class NotReached(Exception):
    """The message did not go out now; the same one is tried again later."""


class NotAccepted(Exception):
    """The address will never take it; it is not tried again."""


class NoTransport(Exception):
    """The transport that the settings name is not there."""


@dataclass(frozen=True)
class File:
    """What is attached to an e-mail, such as an entry for the calendar."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """A message ready to go. ``reference`` is the same at each try, so that a receiver can tell a second copy.

    ``files`` are attached to an e-mail; an SMS has none.
    """

    reference: str
    to: str
    text: str = field(repr=False)
    subject: str = ""
    html: str = field(default="", repr=False)
    files: Sequence[File] = ()


class Transport:
    """Sends messages of one ``medium`` (``"email"`` or ``"sms"``). ``code`` is what the settings call it."""

    code = ""
    medium = ""

    def send(self, letter: Letter) -> None:
        """Send it, in less than 20 seconds. Called outside transactions, by several workers at once.

        Errors: ``NotReached`` to be asked again, ``NotAccepted`` for good. Whatever else is raised counts as the first.
        """
        raise NotImplementedError


class DjangoEmail(Transport):
    """By ``EMAIL_BACKEND``."""

    code = "django"
    medium = "email"

    def send(self, letter: Letter) -> None:
        # RFC 3834: no out-of-office answers to what a machine wrote.
        headers = {"Message-ID": f"<{letter.reference}>", "Auto-Submitted": "auto-generated"}
        mail = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to], headers=headers)
        mail.attach_alternative(letter.html, "text/html")
        for one in letter.files:
            mail.attach(one.name, one.content, one.media_type)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _said in error.recipients.values()]
            raise (NotAccepted if all(code >= 500 for code in codes) else NotReached) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotReached from error


class ConsoleSms(Transport):
    """Writes to the console what would go to a phone; for development and the demo."""

    code = "console"
    medium = "sms"

    def send(self, letter: Letter) -> None:
        sys.stdout.write(f"--- SMS to {letter.to} ---\n{letter.text}\n")
        sys.stdout.flush()


def transports() -> dict[tuple[str, str], Transport]:
    """Every transport of the core and the running plugins, by medium and code.

    Errors: ``ImproperlyConfigured`` naming the plugin.
    """
    answers = plugins.collect(hookspecs.register_message_transports, accept=_accept).values()
    return {(one.medium, one.code): one for answer in answers for one in answer}


def transport_for(medium: str) -> Transport:
    """The one that the settings name. Errors: ``NoTransport``."""
    code = {"email": conf.EMAIL_TRANSPORT, "sms": conf.SMS_TRANSPORT}[medium]
    try:
        return transports()[medium, code]
    except KeyError:
        raise NoTransport from None


def _accept(answer: Any) -> list[Transport]:
    for one in (found := list(answer)):
        if not isinstance(one, Transport) or not one.code or one.medium not in ("email", "sms"):
            raise TypeError(f"{one!r} is not a Transport with a code and a medium")
    return found
