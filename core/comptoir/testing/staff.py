"""Staff at their screens."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import translation

from comptoir.channels.models import Location
from comptoir.customers.models import User


@pytest.fixture
def people(db) -> Iterator[Callable[..., Client]]:
    """Staff at their screens, in English: ``people("add_movement", at=[nantes])`` is logged in with these rights."""

    def person(*rights: str, at: list[Location] | None = None, name: str = "nina") -> Client:
        user = User.objects.create_user(
            f"{name}@aubelaine.example", "a-long-password", is_staff=True, first_name=name.title()
        )
        user.locations.set(at or [])
        group = Group.objects.create(name=name)
        group.permissions.set(Permission.objects.filter(codename__in=["access_admin", *rights]))
        user.groups.add(group)
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = "en"
        client.user = user
        return client

    with translation.override("en"):
        yield person
