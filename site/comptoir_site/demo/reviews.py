"""Lets the customers of the demo buy in the shops, carry it out, and say what they think of it."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Max, Q
from django.utils.timezone import localtime

from comptoir.base import clock
from comptoir.baskets.merging import merge_baskets
from comptoir.baskets.rows import Code, Key
from comptoir.baskets.services import open_basket
from comptoir.catalogue.models import Product
from comptoir.channels.models import Channel, Location
from comptoir.channels.queries import ChannelContext, channel_context
from comptoir.checkout.delivery import Wish
from comptoir.checkout.finishing import issue_paper_when_paid, pay
from comptoir.checkout.following import bring_along
from comptoir.checkout.receiving import receive_money
from comptoir.checkout.services import Change, begin_checkout, change_checkout
from comptoir.customers.models import User
from comptoir.events.models import Delivery, Event
from comptoir.orders.models import Order
from comptoir.payments.built_in import PayInShop
from comptoir.reviews.models import Review
from comptoir.reviews.queries import author_of_line
from comptoir.reviews.services import decide_reviews, write_review
from comptoir.stock.models import Level
from comptoir_site.demo.opinions import BUYERS, WAITING, Buyer

#: How long customers wear something before they speak of it, and until somebody of the house has read it.
WORN, READ_WITHIN = timedelta(days=3), timedelta(hours=20)


def let_customers_speak(*, staff: User) -> None:
    """Sell at the counter in the weeks before today, as the till does, and keep what the customers say of it; once.

    Nobody gets a letter about purchases of the past: of all that is told of them, only the products are looked at again.
    """
    store = channel_context("store")
    if store is None or Review.objects.exists():
        return
    last = Event.objects.aggregate(last=Max("pk", default=0))["last"]
    for buyer in BUYERS:
        bought_at = clock.now() - timedelta(days=buyer.days_ago)
        with clock.moved_to(bought_at):
            order = _buy(buyer, store, staff)
        with clock.moved_to(bought_at + WORN):
            said = _speak(buyer, order)
        with clock.moved_to(bought_at + WORN + READ_WITHIN):
            _read(said, buyer, staff)
    Delivery.objects.filter(event__gt=last).exclude(event__type="product_changed").delete()


def _buy(buyer: Buyer, store: ChannelContext, staff: User) -> Order:
    """One piece of each, paid at the counter and carried out; the order is an account's, or a guest's."""
    shop = Location.objects.get(code=buyer.shop)
    lines = [(Code(sku=_in_stock(one.handle, shop)), 1) for one in buyer.opinions]
    _view, token = open_basket(channel=store, location=shop, lines=lines)
    checkout = begin_checkout(key=_key(buyer, store, token), locale=buyer.locale).checkout
    uuid = str(checkout.uuid)
    contact = {"name": buyer.name, "email": buyer.email}
    said = Change(contact=contact, wish=Wish(f"emporte:{shop.code}"), provider=PayInShop.code)
    total = change_checkout(channel=store, uuid=uuid, change=said).total
    paid, payment = pay(channel=store, uuid=uuid, total=total, key=uuid)
    assert payment is not None
    assert paid.order is not None
    today = localtime(clock.now()).date()
    receive_money(payment=payment, amount=total, received_on=today, key=uuid, actor=staff)
    issue_paper_when_paid(order_id=paid.order.pk)
    return bring_along(order_id=paid.order.pk)


def _key(buyer: Buyer, store: ChannelContext, token: str) -> Key:
    """What opens the basket: who shows their account at the till has it in there."""
    if not buyer.email:
        return Key(store, token)
    user = User.objects.create_user(buyer.email, first_name=buyer.name)
    merge_baskets(channel=store, token=token, user=user)
    return Key(store, owner_id=user.pk)


def _in_stock(handle: str, shop: Location) -> str:
    """The SKU of a product of which the shop has most."""
    its = Q(variant__handle=handle) | Q(variant__parent__handle=handle)
    levels = Level.objects.filter(its, location=shop)
    return levels.order_by("-on_hand", "variant__sku").values_list("variant__sku", flat=True)[0]


def _speak(buyer: Buyer, order: Order) -> list[Review]:
    """What the buyer says of each line, in the web shop."""
    authors = [author_of_line(line) for line in order.lines.select_related("variant", "order").order_by("pk")]
    handles = Product.objects.in_bulk([one.product_id for one in authors])
    by_handle = {handles[one.product_id].handle: one for one in authors}
    web = Channel.objects.get(code="web")
    return [
        write_review(
            author=by_handle[one.handle], channel_id=web.pk, locale=buyer.locale, rating=one.rating, title=one.title,
            text=one.text, name=buyer.name,
        )
        for one in buyer.opinions
    ]  # fmt: skip


def _read(said: Sequence[Review], buyer: Buyer, staff: User) -> None:
    """What somebody of the house has read is shown, or is not; the newest still wait."""
    for review, one in zip(said, buyer.opinions, strict=True):
        if one.state != WAITING:
            decide_reviews(ids=[review.pk], state=one.state, actor=staff, refusal=one.refusal)
