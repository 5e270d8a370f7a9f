"""Where payment providers send their notices."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Path, Router, Schema

from comptoir.api.schemas import Problem
from comptoir.base.errors import ComptoirError, NotFound
from comptoir.channels.queries import channel_context
from comptoir.payments.notices import receive_notice

router = Router()

#: More than any provider writes about one payment.
LARGEST_NOTICE = 256 * 1024


class NoticeTooLarge(ComptoirError):
    """A notice is longer than anything a provider would write."""

    code = "notice_too_large"
    status = 413
    sentence = _("This notice is too long.")


class NoticeAnswer(Schema):
    state: str


@router.post(
    "/payments/notices/{provider}",
    response={200: NoticeAnswer, 400: Problem, 404: Problem, 409: Problem, 413: Problem},
    operation_id="payment_notice",
    summary="A payment provider tells what became of a payment",
    auth=None,
    openapi_extra={
        "requestBody": {"description": "as the provider writes and signs it", "content": {"*/*": {}}}
    },
)
def payment_notice(
    request: HttpRequest, channel: Path[str], provider: Path[str]
) -> dict[str, str] | HttpResponse:
    """For providers only: signed as each of them signs. No key of the channel is needed; the answer comes at once."""
    context = channel_context(channel)
    if context is None:
        raise NotFound()
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > LARGEST_NOTICE:
        raise NoticeTooLarge(field="body")
    notice = receive_notice(channel=context, provider=provider, headers=request.headers, body=request.body)
    return {"state": notice.state if notice else "ignored"}
