import zoneinfo

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from comptoir import plugins
from comptoir.events.records import RecordsChanges

code_validator = RegexValidator(
    r"^[a-z][a-z0-9-]*$", _("Use lower-case letters, digits and hyphens, a letter first.")
)
currency_validator = RegexValidator(
    r"^[A-Z]{3}$", _("Use the three capital letters of ISO 4217, such as EUR.")
)
country_validator = RegexValidator(r"^[A-Z]{2}$", _("Use the two capital letters of ISO 3166, such as FR."))
locale_validator = RegexValidator(r"^[a-z]{2}(-[a-z]{2,4})?$", _("Use a language code such as fr or en-gb."))


origin_validator = RegexValidator(
    r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?\Z", _("Write it like https://www.example.org, without a path.")
)


def time_zone_validator(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone of the IANA list."), params={"name": name})


class Location(ClusterableModel):
    """Where goods or people are: a shop, a warehouse, a relay point. It has a zone, opening hours and days off."""

    class Kind(models.TextChoices):
        SHOP = "shop", _("shop")
        WAREHOUSE = "warehouse", _("warehouse")
        RELAY = "relay", _("relay point")

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.SHOP)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Paris", validators=[time_zone_validator]
    )
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=16, blank=True)
    city = models.CharField(_("city"), max_length=120, blank=True)
    country = models.CharField(_("country"), max_length=2, default="FR")
    latitude = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("location")
        verbose_name_plural = _("locations")

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """One open stretch of a weekday, in the wall time of the location; a day may have several."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    location = ParentalKey(Location, on_delete=models.CASCADE, related_name="opening_hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(opens__lt=models.F("closes")),
                name="opens_before_it_closes",
                violation_error_message=_("It has to open before it closes."),
            ),
            models.UniqueConstraint(fields=["location", "weekday", "opens"], name="one_opening_at_a_time"),
        ]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class DayOff(models.Model):
    """A date on which a location stays closed."""

    location = ParentalKey(Location, on_delete=models.CASCADE, related_name="days_off")
    on = models.DateField(_("on"))
    reason = models.CharField(_("reason"), max_length=120, blank=True)

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["location", "on"], name="one_day_off_per_date")]
        verbose_name = _("day off")
        verbose_name_plural = _("days off")

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.reason}".strip()


#: ``/api/v1/staff/…`` is the staff's side of the API, which belongs to no channel.
RESERVED_CODES = {"staff"}


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Named filters; nobody else filters channels."""

    def active(self) -> "ChannelQuerySet":
        return self.filter(is_active=True)


class Channel(RecordsChanges):
    """A place where the shop meets people: its plugin, currency, locales, locations and look.

    An empty list of locations or categories (the assortment, see ``catalogue``) means no restriction.
    """

    class HoldsFrom(models.TextChoices):
        ADDING = "adding", _("as soon as they are in a basket")
        CHECKOUT = "checkout", _("when the customer goes to the checkout")

    code = models.CharField(_("code"), max_length=40, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=120)
    plugin = models.CharField(_("plugin"), max_length=60, help_text=_("Gives the channel its behaviour."))
    extensions = ArrayField(
        models.CharField(max_length=60),
        verbose_name=_("further plugins"),
        default=list,
        blank=True,
        help_text=_("Further plugins whose hooks are called for this channel, separated by commas."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[currency_validator])
    locales = ArrayField(
        models.CharField(max_length=10, validators=[locale_validator]),
        verbose_name=_("languages"),
        default=list,
        help_text=_("Language codes separated by commas; the first is the channel's own."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Paris", validators=[time_zone_validator]
    )
    theme = models.CharField(_("theme"), max_length=60, blank=True)
    locations = models.ManyToManyField(
        Location,
        verbose_name=_("locations"),
        related_name="channels",
        blank=True,
        help_text=_("Whose stock this channel offers. None chosen: all of them."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        default="FR",
        validators=[country_validator],
        help_text=_("Whose taxes hold until a customer says where goods go; ISO 3166, such as FR."),
    )
    net_prices = models.BooleanField(
        _("prices without tax"), default=False, help_text=_("For business customers.")
    )
    holds_from = models.CharField(
        _("goods are held"), max_length=10, choices=HoldsFrom, default=HoldsFrom.ADDING
    )
    hold_minutes = models.PositiveSmallIntegerField(
        _("minutes held"),
        default=15,
        validators=[MinValueValidator(1), MaxValueValidator(24 * 60)],
        help_text=_("From the last time the basket was touched."),
    )
    hold_minutes_max = models.PositiveSmallIntegerField(
        _("minutes held at most"),
        default=120,
        validators=[MinValueValidator(1), MaxValueValidator(7 * 24 * 60)],
        help_text=_("However often the basket is touched."),
    )
    is_public = models.BooleanField(
        _("public"), default=True, help_text=_("Can be read without a channel key.")
    )
    origins = ArrayField(
        models.CharField(max_length=200, validators=[origin_validator]),
        verbose_name=_("other sites"),
        default=list,
        blank=True,
        help_text=_("Sites whose pages may call the channel’s API, such as https://www.example.org."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ChannelQuerySet.as_manager()

    changed_event = "channel_changed"

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.code in RESERVED_CODES:
            raise ValidationError({"code": _("This code is the API's own.")})
        if not self.locales:
            raise ValidationError({"locales": _("A channel speaks at least one language.")})
        for name in [self.plugin, *self.extensions]:
            if not plugins.manager.has_plugin(name):
                field = "plugin" if name == self.plugin else "extensions"
                raise ValidationError({field: _("No plugin called “%(name)s” is running.") % {"name": name}})

    @property
    def enabled_plugins(self) -> tuple[str, ...]:
        """The plugins whose hooks are called for this channel."""
        return (self.plugin, *self.extensions)

    @property
    def default_locale(self) -> str:
        return self.locales[0]

    @property
    def own_location_id(self) -> int | None:
        """The shop a channel belongs to, such as a till's: the only one whose stock it offers, if it names one."""
        chosen = [location.pk for location in self.locations.all()]
        return chosen[0] if len(chosen) == 1 else None


class ChannelKey(models.Model):
    """Lets a program read one channel that is not public. Only a hash is kept; the key itself is shown once."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(_("name"), max_length=80, help_text=_("Who uses it, such as “till 2 in Nantes”."))
    prefix = models.CharField(_("begins with"), max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        ordering = ["channel", "name"]
        verbose_name = _("channel key")
        verbose_name_plural = _("channel keys")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
