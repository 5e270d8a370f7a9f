from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comptoir.channels.models import Location


class UserManager(BaseUserManager["User"]):
    """Makes users who log in with their e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who can log in, by e-mail: staff of the back office, later customers."""

    email = models.EmailField(_("e-mail"), unique=True)
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    #: For logging in by SMS; only a number that was proven by a code, as +33….
    phone = models.CharField(_("phone"), max_length=20, unique=True, null=True, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    locations = models.ManyToManyField(
        Location,
        verbose_name=_("works at"),
        related_name="staff",
        blank=True,
        help_text=_("Where somebody of a shop may see and change stock."),
    )
    locale = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("In which customers are written to; empty: not said."),
    )
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = [("work_everywhere", _("Can work at every location"))]

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self) -> str:
        return self.first_name or self.email


class Consent(models.Model):
    """What somebody allowed, or took back, with where and when; never changed: the last one of a purpose holds.

    Source: GDPR, art. 7 (1): who relies on a consent has to be able to show it.
    """

    class Purpose(models.TextChoices):
        EMAIL_NEWS = "email_news", _("news and offers by e-mail")
        SMS_NEWS = "sms_news", _("news and offers by SMS")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    is_given = models.BooleanField(_("given"))
    channel = models.CharField(_("channel"), max_length=40)
    said_at = models.DateTimeField(_("said at"))

    class Meta:
        default_permissions = ("view",)
        ordering = ["-said_at", "-pk"]
        indexes = [models.Index(fields=["user", "purpose", "-said_at"], name="consents_of_user")]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.purpose} {self.is_given}"
