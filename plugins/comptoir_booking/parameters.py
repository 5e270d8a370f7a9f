"""What the parameters of the API mean, once for all addresses that take them."""

from ninja import Header, Path, Query

from comptoir.base.errors import InvalidValue

First = Query(..., description="the first day, at the location")
Services = Query(..., description="SKU of a service; repeat for several, in the order they are done")
OnePerson = Query("", description="code of who does all of it; empty: anybody")
People = Query("any", description="`any`, the `same` or `different` people for several services")
HoldSecret = Path(..., description="the secret of the hold, from the answer that made it")
VisitId = Path(..., description="id of the visit")
IfMatch = Header("", alias="If-Match", description="sequence number of what the caller saw")
LinkToken = Path(..., max_length=80, description="the secret of the link that the customer got")


def sequence_in(header: str) -> int | None:
    """The sequence number in ``If-Match``; ``None`` if the caller says none. Errors: ``InvalidValue``."""
    text = header.strip().strip('"')
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):
        raise InvalidValue(field="If-Match", value=text[:20])
    return int(text) if text else None
