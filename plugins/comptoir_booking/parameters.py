"""What the parameters of the API mean, once for all addresses that take them."""

from ninja import Path, Query

First = Query(..., description="the first day, at the location")
Services = Query(..., description="SKU of a service; repeat for several, in the order they are done")
OnePerson = Query("", description="code of who does all of it; empty: anybody")
People = Query("any", description="`any`, the `same` or `different` people for several services")
HoldSecret = Path(..., description="the secret of the hold, from the answer that made it")
VisitId = Path(..., description="id of the visit")
