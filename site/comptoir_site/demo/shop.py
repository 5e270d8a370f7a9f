"""The house, its places and its channels.

Everything here is invented; the telephone numbers are among those ARCEP keeps for fiction.
"""

from __future__ import annotations

from decimal import Decimal

from comptoir_site.demo.facts import Channel, DayOff, House, Location, OpeningDay, Text

HOUSE = House(
    name="Maison Aubelaine",
    legal_name="Maison Aubelaine SAS (maison imaginaire)",
    tagline=Text(
        "Des vêtements pour longtemps, des cheveux pour demain.", "Clothes for years, hair for tomorrow."
    ),
    story=Text(
        "Née à Nantes d'une couturière et d'un coiffeur, la maison habille et coiffe sous un même toit, de la Loire à "
        "l'océan Indien.",
        "Founded in Nantes by a dressmaker and a hairdresser, the house dresses and styles under one roof, from the Loire "
        "to the Indian Ocean.",
    ),
    email="bonjour@aubelaine.example",
    currency="EUR",
)

PUBLIC_HOLIDAYS = (
    DayOff("01-01", Text("Jour de l'an", "New Year's Day")),
    DayOff("05-01", Text("Fête du Travail", "Labour Day")),
    DayOff("12-25", Text("Noël", "Christmas Day")),
)
ABOLITION = DayOff("12-20", Text("Abolition de l'esclavage (Fèt Kaf)", "Abolition of slavery (Fèt Kaf)"))
STOCKTAKING = DayOff("01-15", Text("Inventaire", "Stocktaking"))


def opening(*days: tuple[int, str]) -> tuple[OpeningDay, ...]:
    """Read ``(2, "10:00-13:00 14:00-19:00")`` as a Tuesday with a lunch break."""
    return tuple(
        OpeningDay(weekday, tuple((span.split("-")[0], span.split("-")[1]) for span in spans.split()))
        for weekday, spans in days
    )


LOCATIONS = (
    Location(
        code="entrepot", kind="warehouse", name=Text("Entrepôt de Carquefou", "Carquefou warehouse"),
        address_line="8 rue des Métiers-à-Tisser", postcode="44470", city="Carquefou", country_code="FR",
        latitude=Decimal("47.2975"), longitude=Decimal("-1.4922"), time_zone="Europe/Paris", telephone="+33261911200",
        opening_days=opening(*((day, "07:00-16:00") for day in range(1, 6))),
        days_off=(*PUBLIC_HOLIDAYS, STOCKTAKING),
    ),
    Location(
        code="nantes", kind="shop", name=Text("Aubelaine Nantes", "Aubelaine Nantes"),
        address_line="12 rue de la Navette", postcode="44000", city="Nantes", country_code="FR",
        latitude=Decimal("47.2139"), longitude=Decimal("-1.5600"), time_zone="Europe/Paris", telephone="+33261911201",
        opening_days=opening((1, "14:00-19:00"), *((day, "10:00-19:00") for day in (2, 3, 4, 5)), (6, "09:30-19:30")),
        days_off=PUBLIC_HOLIDAYS, has_salon=True,
    ),
    Location(
        code="lyon", kind="shop", name=Text("Aubelaine Lyon", "Aubelaine Lyon"),
        address_line="27 montée du Canut", postcode="69001", city="Lyon", country_code="FR",
        latitude=Decimal("45.7693"), longitude=Decimal("4.8310"), time_zone="Europe/Paris", telephone="+33465711202",
        opening_days=opening(*((day, "10:00-13:00 14:00-19:00") for day in (2, 3, 4, 5)), (6, "10:00-19:00")),
        days_off=PUBLIC_HOLIDAYS, has_salon=True,
    ),
    Location(
        code="saint-denis", kind="shop", name=Text("Aubelaine Saint-Denis de La Réunion", "Aubelaine Saint-Denis, Réunion"),
        address_line="41 rue du Vétiver", postcode="97400", city="Saint-Denis", country_code="RE",
        latitude=Decimal("-20.8789"), longitude=Decimal("55.4481"), time_zone="Indian/Reunion", telephone="+33639981203",
        opening_days=opening(
            *((day, "09:00-12:30 14:00-18:30") for day in (1, 2, 3, 4, 5)), (6, "09:00-18:30")
        ),
        days_off=(*PUBLIC_HOLIDAYS, ABOLITION), has_salon=True,
    ),
)  # fmt: skip

SHOPS = tuple(place.code for place in LOCATIONS if place.kind == "shop")
EVERYWHERE = tuple(place.code for place in LOCATIONS)

CHANNELS = (
    Channel("store", Text("En boutique", "In store"), "store", ("fr", "en"), "Europe/Paris", False, SHOPS),
    Channel(
        "web", Text("Boutique en ligne", "Web shop"), "web", ("fr", "en"), "Europe/Paris", True, EVERYWHERE
    ),
    Channel("app", Text("Application", "App"), "app", ("fr", "en"), "Europe/Paris", True, EVERYWHERE),
    Channel(
        "social", Text("Réseaux sociaux", "Social"), "social", ("fr",), "Europe/Paris", True, ("entrepot",)
    ),
    Channel(
        "booking", Text("Rendez-vous", "Appointments"), "booking", ("fr", "en"), "Europe/Paris", True, SHOPS
    ),
)
