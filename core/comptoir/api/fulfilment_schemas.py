"""The shapes of delivery and of the work on parcels."""

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Field, Schema

from comptoir.api.schemas import Money
from comptoir.api.staff_schemas import Asked, Pieces

Scanned = Annotated[
    str, Field(min_length=1, max_length=64, description="SKU or GTIN", examples=["4006381333931"])
]
CollectionCode = Annotated[str, Field(min_length=1, max_length=20, examples=["7GH-2QM"])]


class PromiseShown(Schema):
    sentence: str = Field(examples=["today from 17:00"])
    zone: str = Field(examples=["Europe/Paris"])
    from_on: date
    until_on: date
    from_at: datetime | None = Field(description="for a collection, in the zone of the shop")


class ReasonWhy(Schema):
    code: str = Field(examples=["zone_not_served"])
    sentence: str


class OptionShown(Schema):
    key: str = Field(description="what is chosen by it", examples=["retrait:nantes"])
    kind: str = Field(examples=["collection"])
    name: str
    location: str | None = Field(description="code of the shop of a collection")
    location_name: str | None
    distance_km: float | None
    is_available: bool
    price: Money | None
    full_price: Money | None = Field(description="before offers on the delivery")
    promise: PromiseShown | None
    parcels: int | None = Field(description="in how many parcels it comes")
    needs_slot: bool
    carrier: str
    reasons: list[ReasonWhy] = Field(description="why it cannot be had; empty if it can")


class OptionList(Schema):
    items: list[OptionShown]


class SlotShown(Schema):
    starts_at: datetime
    ends_at: datetime
    free: int = Field(description="orders")


class SlotList(Schema):
    location: str
    zone: str
    items: list[SlotShown]


class PointShown(Schema):
    code: str
    name: str
    street: str
    postcode: str
    city: str
    country: str
    latitude: float | None
    longitude: float | None
    distance_km: float | None
    hours: str


class PointList(Schema):
    carrier: str
    items: list[PointShown]


class Here(Asked):
    code: CollectionCode
    where: str = Field("", max_length=120, examples=["bay 2, blue car"])


class HereShown(Schema):
    number: str
    here_at: datetime


class Pick(Asked):
    scanned: Scanned
    quantity: Pieces = 1


class Pack(Asked):
    is_partial: bool = Field(False, description="what is not picked becomes a parcel of its own")


class HandOver(Asked):
    tracking: str = Field("", max_length=80, examples=["6A12345678901"])


class Collect(Asked):
    code: CollectionCode


class Reject(Asked):
    sku: str = Field(max_length=128)
    quantity: Pieces = 1
    reason: str = Field(description="`missing`, `damaged` or `too_busy`", examples=["missing"])


class Cancel(Asked):
    note: str = Field("", max_length=240)


class SlotTime(Schema):
    starts_at: datetime
    ends_at: datetime


class ParcelLineShown(Schema):
    sku: str
    gtin: str
    title: str
    quantity: int
    picked: int
    rejected: int


class ParcelShown(Schema):
    number: str
    order: str
    customer: str
    kind: str
    state: str = Field(examples=["waiting"])
    state_name: str = Field(examples=["to prepare"])
    location: str
    destination: str | None
    due_at: datetime
    is_late: bool
    kept_back_until: datetime | None = Field(
        None, description="nobody begins before: the customer has still to pay for goods that come with it"
    )
    slot: SlotTime | None
    here_at: datetime | None
    here_note: str
    carrier: str
    tracking: str
    recipient: dict[str, Any]
    expires_at: datetime | None
    lines: list[ParcelLineShown]
    opened: list[str] = Field([], description="parcels that this step has opened")


class ParcelPage(Schema):
    location: str
    items: list[ParcelShown]
    next: str | None
