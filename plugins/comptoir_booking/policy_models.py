"""What holds for a booking: how early, how late, and what it costs when nothing comes of it."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Policy"]


class Policy(models.Model):
    """What holds for a booking; copied into it when the time is held. Nothing said: until it begins, free of charge.

    Fees are kept of what was paid with the order, and never more than that: nothing is charged later.
    """

    class Prepay(models.TextChoices):
        FULL = "full", _("the whole price")
        DEPOSIT = "deposit", _("a deposit")
        NOTHING = "nothing", _("nothing: all of it at arrival")

    name = models.CharField(_("name"), max_length=120)
    notice_minutes = models.PositiveIntegerField(_("minutes ahead, at least"), default=60)
    horizon_days = models.PositiveSmallIntegerField(
        _("days ahead, at most"), default=90, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    cancel_minutes = models.PositiveIntegerField(_("can be cancelled until, minutes before"), default=0)
    move_minutes = models.PositiveIntegerField(_("can be moved until, minutes before"), default=0)
    most_moves = models.PositiveSmallIntegerField(_("moves by the customer, at most"), default=3)
    prepay = models.CharField(_("paid with the order"), max_length=10, choices=Prepay, default=Prepay.FULL)
    deposit_percent = models.PositiveSmallIntegerField(
        _("deposit in percent"), default=0, validators=[MaxValueValidator(100)]
    )
    deposit_amount = models.DecimalField(
        _("deposit as an amount"), max_digits=8, decimal_places=2, default=Decimal(0),
        validators=[MinValueValidator(0)], help_text=_("In the currency of the channel; both are added."),
    )  # fmt: skip
    late_cancel_percent = models.PositiveSmallIntegerField(
        _("fee in percent for cancelling later than that"), null=True, blank=True,
        validators=[MaxValueValidator(100)], help_text=_("Empty: customers have to call the shop."),
    )  # fmt: skip
    no_show_percent = models.PositiveSmallIntegerField(
        _("fee in percent for who does not come"), default=100, validators=[MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("booking policy")
        verbose_name_plural = _("booking policies")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Nothing could ever be booked by a policy whose latest moment comes before its earliest one."""
        if (
            None not in (self.notice_minutes, self.horizon_days)
            and self.notice_minutes >= self.horizon_days * 1440
        ):
            raise ValidationError(
                {"notice_minutes": _("Nothing could be booked: that is sooner than the earliest moment.")}
            )

    @property
    def terms(self) -> dict[str, int | str | None]:
        """What is copied into a booking."""
        names = [one.name for one in self._meta.fields if one.name not in ("id", "name")]
        said = {name: getattr(self, name) for name in names}
        return {**said, "deposit_amount": str(self.deposit_amount), "prepay": str(self.prepay)}
