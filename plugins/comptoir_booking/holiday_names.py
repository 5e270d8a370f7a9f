"""The public holidays of the region of a location, by their names in the language of who reads them."""

from datetime import date

import holidays

from comptoir.base.errors import InvalidValue
from comptoir.channels.models import Location
from comptoir.fulfilment.public_holidays import region_of

#: How the calendar of holidays names what we name otherwise: a part of a country.
ALSACE_MOSELLE = "FR-6AE"
OVERSEAS = {"GP", "MQ", "GF", "RE", "YT"}


def holidays_of(location: Location, year: int, language: str = "") -> dict[date, str]:
    """The holidays of a year, in the language of the place unless another is known there.

    Errors: ``InvalidValue`` for a country whose holidays nobody knows.
    """
    country, part = _country_and_part(region_of(location.country, location.postcode))
    try:
        spoken = holidays.country_holidays(country, subdiv=part)
    except NotImplementedError as error:
        raise InvalidValue(field="country", value=country) from error
    known = [one for one in spoken.supported_languages if one.partition("_")[0] == language[:2]]
    # Without a word about it, the names are in the language of whoever started the server.
    named = known[0] if known else spoken.default_language
    found = holidays.country_holidays(country, subdiv=part, years=year, language=named)
    return {day: name.replace("'", "’") for day, name in found.items()}


def _country_and_part(region: str) -> tuple[str, str | None]:
    if region == ALSACE_MOSELLE:
        return "FR", "6AE"
    return ("FR", region) if region in OVERSEAS else (region, None)
