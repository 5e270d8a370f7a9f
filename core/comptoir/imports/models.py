from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comptoir.catalogue.models import Picture, Product
from comptoir.channels.models import Location


class ImportedPicture(models.Model):
    """A picture that a file named by its web address: fetched into the library or not yet.

    ``is_variant``: it shows one variant; otherwise it stands at its place among the product's pictures.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="imported_pictures")
    url = models.TextField(_("address"))
    alt = models.TextField(_("alternative text"), blank=True)
    position = models.PositiveIntegerField(_("position"), default=1)
    is_variant = models.BooleanField(_("shows a variant"), default=False)
    picture = models.ForeignKey(Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    fetched_at = models.DateTimeField(_("fetched at"), null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("imported picture")
        verbose_name_plural = _("imported pictures")

    def __str__(self) -> str:
        return self.url


class ImportRun(models.Model):
    """A catalogue file that somebody uploaded, and what came of it. The file goes when the run has ended."""

    class State(models.TextChoices):
        CHECKING = "checking", _("being checked")
        CHECKED = "checked", _("to be confirmed")
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped by an error")
        CANCELLED = "cancelled", _("cancelled")

    class Policy(models.TextChoices):
        ALL = "all", _("Store nothing if one row is bad")
        GOOD = "good", _("Store the good products, leave out the bad rows")

    name = models.CharField(_("file"), max_length=255)
    # In the database, not among the media: a price list is nobody's business, and the worker may be another machine.
    content = models.BinaryField(_("content"))
    format = models.CharField(_("format"), max_length=20)
    encoding = models.CharField(_("encoding"), max_length=20, default="utf-8")
    currency = models.CharField(_("currency"), max_length=3)
    locale = models.CharField(_("language"), max_length=10)
    location = models.ForeignKey(
        Location, on_delete=models.SET_NULL, null=True, blank=True, verbose_name=_("location")
    )
    is_draft = models.BooleanField(_("leave new texts as drafts"), default=False)
    policy = models.CharField(_("bad rows"), max_length=10, choices=Policy, default=Policy.ALL)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.CHECKING)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    bytes_read = models.PositiveIntegerField(default=0)
    counts = models.JSONField(_("counts"), default=dict)
    problems = models.JSONField(_("problems"), default=list)
    sample = models.JSONField(_("first products"), default=list)
    uploaded_at = models.DateTimeField(_("uploaded at"))
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "failed", "cancelled"]) | Q(content=b""),
                name="an_ended_import_keeps_no_file",
            )
        ]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.name

    @property
    def has_ended(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.QUEUED, self.State.RUNNING)

    @property
    def wants_confirmation(self) -> bool:
        return self.state == self.State.CHECKED

    @property
    def percent(self) -> int:
        return min(100, 100 * self.bytes_read // max(self.size, 1))
