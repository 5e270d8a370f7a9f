"""Public holidays of France, by law: the days on which carriers do not work and most shops stay closed.

Source: Code du travail, art. L3133-1 (everywhere), L3134-13 (Alsace and Moselle), L3422-2 (overseas: the day on which
slavery was abolished). Other countries have none here: say them as days off of the location.
"""

from datetime import date, timedelta
from functools import cache

#: (month, day) of the holidays that do not move with Easter.
FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
#: Days after Easter Sunday: Easter Monday, Ascension, Whit Monday.
AFTER_EASTER = (1, 39, 50)
ABOLITION = {"GP": (5, 27), "MQ": (5, 22), "GF": (6, 10), "RE": (12, 20), "YT": (4, 27)}
OVERSEAS_POSTCODES = {"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "976": "YT"}
ALSACE_MOSELLE, ALSACE_MOSELLE_POSTCODES = "FR-6AE", ("57", "67", "68")


def region_of(country: str, postcode: str = "") -> str:
    """Whose holidays hold at an address, such as ``"FR"`` or ``"RE"``; France overseas is written either way."""
    if country == "FR" and postcode[:3] in OVERSEAS_POSTCODES:
        return OVERSEAS_POSTCODES[postcode[:3]]
    if country == "FR" and postcode[:2] in ALSACE_MOSELLE_POSTCODES:
        return ALSACE_MOSELLE
    return country


@cache
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region in a year; none for a region that is not French."""
    if region not in {"FR", ALSACE_MOSELLE, *ABOLITION}:
        return frozenset()
    days = {date(year, month, day) for month, day in FIXED}
    days |= {easter(year) + timedelta(days=after) for after in AFTER_EASTER}
    if region in ABOLITION:
        days.add(date(year, *ABOLITION[region]))
    if region == ALSACE_MOSELLE:
        days |= {easter(year) - timedelta(days=2), date(year, 12, 26)}
    return frozenset(days)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar. Source: Meeus, Astronomical Algorithms (1991), chapter 8."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 (the letters of the source)
    m = (a + 11 * h + 19 * l) // 433
    month = (h + l - 7 * m + 90) // 25
    return date(year, month, (h + l - 7 * m + 33 * month + 19) % 32)
