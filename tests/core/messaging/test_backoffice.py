"""The list of messages among the reports."""

import pytest
from django.urls import reverse

from comptoir.messaging.models import Message
from tests.core.messaging.conftest import EMAIL

pytestmark = pytest.mark.django_db


def test_staff_see_the_messages_of_their_shop_and_send_one_again(placed, till, people, post):
    order = placed()
    assert len(post()) == 1
    message = Message.objects.get()
    nina = people("view_message", "change_message", at=[till.nantes])
    page = nina.get(reverse("messages:index")).content.decode()
    assert order.number in page and "order placed" in page and EMAIL not in page

    again = reverse("messages:again", args=[message.pk])
    assert nina.post(again, follow=True).status_code == 200
    assert len(post()) == 2

    lena = people("view_message", "change_message", at=[till.lyon], name="lena")
    assert order.number not in lena.get(reverse("messages:index")).content.decode()
    assert lena.post(again).status_code == 404


def test_who_may_only_look_cannot_send_again(placed, till, people, post):
    placed()
    post()
    clerk = people("view_message", at=[till.nantes])
    assert "Send again</button>" not in clerk.get(reverse("messages:index")).content.decode()
    clerk.post(reverse("messages:again", args=[Message.objects.get().pk]))
    assert len(post()) == 1
