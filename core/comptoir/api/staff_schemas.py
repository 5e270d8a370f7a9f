"""The shapes of the staff's side of stock."""

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import ConfigDict

from comptoir.stock.pieces import MOST_PIECES

Pieces = Annotated[int, Field(strict=True, ge=1, le=MOST_PIECES, examples=[12])]
Counted = Annotated[int, Field(strict=True, ge=0, le=MOST_PIECES, examples=[12])]
Change = Annotated[int, Field(strict=True, ge=-MOST_PIECES, le=MOST_PIECES, examples=[-1])]
Code = Annotated[str, Field(min_length=1, max_length=64, description="SKU or GTIN", examples=["MARIN-M"])]
Place = Annotated[str, Field(max_length=60, description="code of a location", examples=["nantes"])]
Document = Annotated[
    str, Field(max_length=120, description="of the paper it is about", examples=["BL 2026-118"])
]


class Asked(Schema):
    """What is sent; a field that is not known is refused, since it was meant to do something."""

    model_config = ConfigDict(extra="forbid")


class ReceivedLine(Asked):
    code: Code
    quantity: Pieces


class Receipt(Asked):
    location: Place
    lines: list[ReceivedLine] = Field(min_length=1, max_length=500)
    document: Document = ""


class CountedLine(Asked):
    code: Code
    counted: Counted


class CountSheet(Asked):
    location: Place
    lines: list[CountedLine] = Field(min_length=1, max_length=500)
    document: Document = ""


class Adjustment(Asked):
    location: Place
    code: Code
    quantity: Change = Field(description="pieces that were found again; negative if they are gone")
    reason: str = Field(min_length=1, max_length=240, examples=["stolen"])
    document: Document = ""


class SetApart(Asked):
    location: Place
    code: Code
    quantity: Pieces
    reason: str = Field("", max_length=240, examples=["torn seam"])


class Sending(Asked):
    source: Place
    destination: Place
    lines: list[ReceivedLine] = Field(min_length=1, max_length=500)
    document: Document = ""


class Arrival(Asked):
    lines: list[CountedLine] = Field(
        [], max_length=500, description="what came; a line that is not here came as it was sent"
    )


class ReasonShown(Schema):
    code: str = Field(examples=["held"])
    quantity: int
    sentence: str = Field(examples=["2 held in baskets"])


class LevelShown(Schema):
    sku: str
    title: str
    on_hand: int
    free: int
    reasons: list[ReasonShown]


class LevelPage(Schema):
    location: str
    as_of: datetime | None
    items: list[LevelShown]
    next: str | None


class MovementShown(Schema):
    id: int
    sku: str
    reason: str = Field(examples=["count"])
    quantity: int
    unsellable: int
    note: str
    document: str
    by: str | None
    moved_at: datetime


class MovementPage(Schema):
    location: str
    items: list[MovementShown]
    next: str | None


class TransferLineShown(Schema):
    sku: str
    sent: int
    received: int | None


class TransferShown(Schema):
    id: int
    reference: str
    source: str
    destination: str
    document: str
    sent_at: datetime
    received_at: datetime | None
    lines: list[TransferLineShown]


class TransferList(Schema):
    items: list[TransferShown]
