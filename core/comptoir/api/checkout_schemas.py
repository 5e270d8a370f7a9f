"""The shapes of a checkout, for the OpenAPI page."""

from typing import Any

from ninja import Field, Schema

from comptoir.api.schemas import Money


class NewCheckout(Schema):
    basket: str = Field(
        max_length=80, description="the token of a basket, or `mine`", examples=["s3cret-Zk0rRkQ2T1hF"]
    )


class ContactIn(Schema):
    name: str = Field("", max_length=200, examples=["Camille Martin"])
    email: str = Field("", max_length=254, examples=["camille@example.org"])
    phone: str = Field("", max_length=40, examples=["+33 6 12 34 56 78"])


class AddressIn(Schema):
    name: str = Field("", max_length=200)
    company: str = Field("", max_length=200)
    street: str = Field(max_length=200, examples=["3 rue Crébillon"])
    street2: str = Field("", max_length=200)
    postcode: str = Field(max_length=16, examples=["44000"])
    city: str = Field(max_length=120, examples=["Nantes"])
    country: str = Field(pattern="^[A-Z]{2}$", examples=["FR"])


class DeliveryIn(Schema):
    """``key`` is that of a delivery option; an address, a relay point or a slot as the option needs it."""

    key: str = Field(max_length=100, examples=["collection:nantes"])
    address: AddressIn | None = None
    point: str = Field("", max_length=80, description="code of a relay point near the address")
    slot: str = Field(
        "", max_length=40, description="beginning of a slot", examples=["2026-11-21T17:00:00+01:00"]
    )


class CheckoutChange(Schema):
    """Only what is said is changed."""

    contact: ContactIn | None = None
    billing: AddressIn | None = None
    delivery: DeliveryIn | None = None
    payment: str | None = Field(None, max_length=40, examples=["shop"])


class PayIn(Schema):
    """``total`` is what the customer saw: another one is refused with what has changed."""

    total: Money
    return_url: str = Field("", max_length=1000, description="where the provider's page leads back to")


class MethodOut(Schema):
    """A means of payment; its ``code`` is what ``payment`` of a change says."""

    code: str = Field(examples=["shop"])
    name: str = Field(examples=["Pay in the shop"])


class PaymentOut(Schema):
    id: str
    provider: str
    state: str
    step: dict[str, Any] = Field(
        description="what the customer does next: `kind` is redirect (to `url`), instructions, script or done"
    )


class PlacedOrder(Schema):
    number: str = Field(examples=["K7QM-3XTD-9RBW"])
    token: str = Field(description="opens the order without a log-in; send it as X-Order-Token")


class CheckoutOut(Schema):
    id: str = Field(description="opens the checkout: keep it secret")
    state: str = Field(description="open, paying, placed or ended", examples=["open"])
    problem: str | None = Field(description="why it ended without an order", examples=[None])
    contact: ContactIn
    billing: dict[str, str]
    delivery: dict[str, Any] | None
    payment_method: str | None = Field(description="code of the one that was chosen")
    payment_methods: list[MethodOut] = Field(
        description="what can be chosen for this delivery; empty once the money was asked for"
    )
    goods: Money | None = Field(description="null once the money was asked for")
    delivery_price: Money
    total: Money
    due_now: Money = Field(
        description="what is paid with the order: less than the total if there is a deposit"
    )
    due_later: Money = Field(description="what is paid when the customer comes")
    payment: PaymentOut | None
    order: PlacedOrder | None
    ends_at: str = Field(description="until when its goods are held")
