"""What customers change about themselves: their name and language, their consents, their addresses."""

from collections.abc import Mapping

from django.db import transaction

from comptoir.base import clock
from comptoir.base.errors import NotFound
from comptoir.customers.address.models import Country, UserAddress
from comptoir.customers.models import Consent, User
from comptoir.customers.queries import consents_of

#: How an address is written everywhere in the shop, and where Oscar's row has it.
COLUMNS = {
    "name": "last_name",
    "street": "line1",
    "street2": "line2",
    "postcode": "postcode",
    "city": "line4",
}


def change_profile(*, user: User, first_name: str, last_name: str, locale: str) -> None:
    """Let a customer say how they are called, and in which language they are written to."""
    user.first_name, user.last_name, user.locale = first_name, last_name, locale
    user.save(update_fields=["first_name", "last_name", "locale"])


@transaction.atomic
def prove_phone(*, user: User, phone: str) -> None:
    """Keep the number that somebody has just proven to have. Numbers change hands: whoever had it before loses it."""
    User.objects.filter(phone=phone).exclude(pk=user.pk).update(phone=None)
    user.phone = phone
    user.save(update_fields=["phone"])


@transaction.atomic
def record_consents(*, user: User, given: Mapping[str, bool], channel: str) -> None:
    """Write down what a customer allows and what not, as far as it is news. Shapes: ``given`` by purpose."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = consents_of(user)
    fresh = [purpose for purpose, is_given in given.items() if before.get(purpose, False) != is_given]
    Consent.objects.bulk_create(
        Consent(user=user, purpose=purpose, is_given=given[purpose], channel=channel, said_at=clock.now())
        for purpose in fresh
    )


@transaction.atomic
def save_address(*, user: User, address: Mapping[str, str]) -> UserAddress:
    """Keep an address for the next order; the same one again is kept once. The first is the one that is proposed."""
    country, _is_new = Country.objects.get_or_create(
        iso_3166_1_a2=address["country"],
        defaults={
            "name": address["country"],
            "printable_name": address["country"],
            "is_shipping_country": True,
        },
    )
    row = UserAddress(
        user=user, country=country, **{column: address.get(name, "") for name, column in COLUMNS.items()}
    )
    known = UserAddress.objects.filter(user=user, hash=row.generate_hash()).first()
    if known:
        return known
    row.is_default_for_shipping = not UserAddress.objects.filter(user=user).exists()
    row.save()
    return row


def forget_address(*, user: User, address_id: int) -> None:
    """Take an address of a customer away. Errors: ``NotFound``, also for somebody else's."""
    count, _rows = UserAddress.objects.filter(user=user, pk=address_id).delete()
    if not count:
        raise NotFound()
