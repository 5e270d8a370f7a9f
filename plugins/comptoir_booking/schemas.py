"""The shapes of the API, for the OpenAPI page."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema

from comptoir.api.schemas import Money

Text = Field("", max_length=120)


class Person(Schema):
    code: str = Field(examples=["anna"])
    name: str
    location: str
    minutes: int = Field(description="how long they take for it")


class ServiceOut(Schema):
    """Title, price and pictures are those of the product with this SKU; ``locations`` are where somebody does it."""

    sku: str
    handle: str | None
    title: str
    price: Money
    price_for: str = Field(description="`visit`: all who come together; `person`: each of them")
    locations: list[str]
    minutes: int
    is_class: bool = Field(description="booked at set times: see sessions")
    party_min: int
    party_max: int
    people: list[Person]
    policy: dict[str, int | str | None]


class Place(Schema):
    code: str = Field(examples=["saint-denis"])
    name: str
    city: str
    time_zone: str = Field(examples=["Indian/Reunion"])


class ServiceList(Schema):
    items: list[ServiceOut]
    locations: list[Place]


class Day(Schema):
    date: date
    state: str = Field(description="open, few, full or closed")
    first: datetime | None
    starts: int


class Days(Schema):
    time_zone: str
    as_of: datetime
    days: list[Day]


class Start(Schema):
    start: datetime
    people: list[str] = Field(description="codes of those who could do all of it then")


class Starts(Schema):
    time_zone: str
    as_of: datetime
    starts: list[Start]


class Wanted(Schema):
    """Where, by whom, for how many."""

    location: str = Field(max_length=40, examples=["saint-denis"])
    person: str = Field("", max_length=40, description="code of who does all of it; empty: anybody")
    people: str = Field(
        "any", max_length=10, description="`any`, the `same` or `different` people for several services"
    )
    together: list[str] = Field(
        [],
        max_length=5,
        description="what is done at the same time beside it, such as for a friend: SKUs with commas between, then "
        "`@` and the code of a person if somebody is wanted, as in `CUT,DRY@anna`; repeat for several",
    )
    party: int = Field(1, description="how many people come to it together")


class VisitWanted(Wanted):
    """The same in an address."""

    service: list[str] = Field(
        ..., description="SKU of a service; repeat for several, in the order they are done"
    )


class VisitAsked(Wanted):
    """Services one after the other, and what is done beside them."""

    services: list[str] = Field(min_length=1, max_length=6, examples=[["COUPE-FEMME"]])
    start: datetime


class NewHold(VisitAsked):
    """With the token of a ``basket``, the hold lives with it: a line for each service."""

    basket: str = Field("", max_length=120)


class NewBooking(VisitAsked):
    """``override`` may have hours, notice and steps: for who stands at the desk."""

    name: str = Text
    phone: str = Field("", max_length=40)
    note: str = Field("", max_length=500)
    override: list[str] = Field([], max_length=3)


class Move(Schema):
    start: datetime
    person: str = Field("", max_length=40)
    override: list[str] = Field([], max_length=3)


class Held(Schema):
    """``hold`` is a secret: who has it may extend and release the hold. Empty in a basket: the hold lives with its lines."""

    hold: str
    expires_at: datetime | None
    services: list[dict[str, Any]]


class BookingShown(Schema):
    visit: UUID
    sku: str
    state: str
    start: datetime
    end: datetime
    wall_start: str
    people: list[str]
    party: int
    name: str
    phone: str
    note: str
    sequence: int
    order: str


class BookingList(Schema):
    items: list[BookingShown]


class MoveTermsShown(Schema):
    is_possible: bool
    why_not: str
    until: datetime
    moves_left: int


class CancelTermsShown(Schema):
    """Sums are null for what was not bought in an order."""

    is_possible: bool
    why_not: str
    free_until: datetime
    paid: Money | None
    fee: Money | None = Field(description="what is kept of it if it is cancelled now")
    refund: Money | None = Field(description="what goes back if it is cancelled now")


class OwnBooking(Schema):
    sku: str
    title: str
    state: str
    start: datetime
    end: datetime
    time_zone: str
    people: list[str]


class OwnVisit(Schema):
    """What a customer sees by the link of a visit, and what can be done with it now."""

    visit: UUID
    sequence: int
    order: str
    location: str
    bookings: list[OwnBooking]
    move: MoveTermsShown
    cancel: CancelTermsShown


class OwnMove(Schema):
    """A ``start``, or the id of another ``session`` of the class."""

    start: datetime | None = None
    session: UUID | None = None
    person: str = Field("", max_length=40)


class OwnCancel(Schema):
    """``fee`` is what the customer was shown; another one by now is refused (`booking_fee_changed`)."""

    fee: Money | None = None


class NewSeries(NewHold):
    """The same time on the wall, every so many weeks; ``only_whole``: all of it or nothing."""

    every_weeks: int = Field(description="1 to 8")
    times: int = Field(description="2 to 12")
    only_whole: bool = False


class NewSeriesByStaff(NewBooking):
    """As ``NewSeries``, for who stands at the desk."""

    every_weeks: int = Field(description="1 to 8")
    times: int = Field(description="2 to 12")
    only_whole: bool = False


class MissedShown(Schema):
    start: datetime
    alternatives: list[datetime]


class SeriesShown(Schema):
    """``missed`` are the starts that were not free, each with the nearest others."""

    starts: list[datetime]
    missed: list[MissedShown]


class NewWait(Schema):
    """For a place of a class its `session`; else where, what and on which days somebody would come."""

    session: UUID | None = Field(
        None, description="id of the class; the rest of what is wanted is left out then"
    )
    location: str = Field("", max_length=40, examples=["saint-denis"])
    service: str = Field("", max_length=64, examples=["COUPE-FEMME"])
    person: str = Field("", max_length=40)
    first: date | None = None
    last: date | None = None
    name: str = Field(min_length=1, max_length=120)
    email: str = Field("", max_length=254)
    phone: str = Field("", max_length=40)


class Waiting(Schema):
    """``token`` opens the entry: keep it secret."""

    token: str
    state: str = Field(description="waiting, offered, taken or ended")
    service: str
    session: UUID | None = Field(description="the class whose place is waited for")
    offered_until: datetime | None
    start: datetime | None = Field(description="the time that is offered")


class TakeOffer(Schema):
    basket: str = Field(max_length=120)


class Explained(Schema):
    is_free: bool
    rules: list[str]
    roles: list[dict[str, Any]]
