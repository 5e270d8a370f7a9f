"""The shapes of classes in the API."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema


class SessionShown(Schema):
    id: UUID
    service: str
    start: datetime
    end: datetime
    time_zone: str
    places: int
    left: int
    people: list[str] = Field(description="names of who gives it")
    rooms: list[str] = Field(description="names of its rooms")
    sequence: int = Field(
        description="goes up when it moves, or gets another teacher or room; for `If-Match`"
    )


class SessionList(Schema):
    items: list[SessionShown]


class Seats(Schema):
    """How many places; with the token of a ``basket`` they live with it, as one line."""

    party: int = Field(1, description="1 to 20")
    basket: str = Field("", max_length=120)


class SeatsOfDates(Schema):
    """Places in several dates of one class, which live with the ``basket`` as one line: all of them or none."""

    sessions: list[UUID] = Field(
        description="ids of the dates: 1 to 12 of one class", min_length=1, max_length=12
    )
    party: int = Field(1, description="how many places in each: 1 to 20")
    basket: str = Field(min_length=1, max_length=120, description="token of the basket")


class NewSession(Schema):
    location: str = Field(max_length=40)
    service: str = Field(max_length=64)
    start: datetime
    places: int = Field(description="1 to 500", examples=[8])
    person: str = Field("", max_length=40, description="code of who gives it; empty: the first that is free")
    room: str | None = Field(
        "",
        max_length=40,
        description="code of its room; empty: one that the class needs, if any, large enough and free; null: none",
    )
    override: list[str] = Field([], max_length=3)


class SessionChange(Schema):
    """What is left out stays as it is."""

    start: datetime | None = Field(
        None, description="when it is instead: everybody’s places go with it, and they are told"
    )
    places: int | None = Field(None, description="1 to 500, never fewer than are taken", examples=[12])
    person: str = Field("", max_length=40, description="code of who gives it instead", examples=["bela"])
    room: str | None = Field("", max_length=40, description="code of its other room; null: none")
    override: list[str] = Field([], max_length=3)
    reason: str = Field("", max_length=120, description="why a rule is put aside")
