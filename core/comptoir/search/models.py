from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from comptoir.channels.models import Channel
from comptoir.publishing.models import Document
from comptoir.search.words import words


class Facet(models.Model):
    """A value that products can be limited to, with its name in one language: the colour blue, the category Shirts."""

    locale = models.CharField(max_length=10)
    code = models.CharField(max_length=128)
    value = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    label = models.CharField(max_length=255)
    swatch = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["locale", "code", "value"], name="one_facet_per_value")
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.label} ({self.locale})"


class PostgresEntry(models.Model):
    """What the PostgreSQL engine knows of one document: its words, and what it is limited and sorted by.

    ``vector`` has all words, to be found by. ``heading`` has those that say what the product is, with where they stand: A the
    title, B brand and categories, C properties. It is short, so that thousands can be put in order without reading texts.

    ``facet_ids`` is what the product or any of its variants has; ``variant_facets`` has a row for each variant, in the order
    of ``variant_ids``, with the options that it alone has, filled up with 0.
    """

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="search_entry"
    )
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    locale = models.CharField(max_length=10)
    item_id = models.BigIntegerField()
    vector = SearchVectorField()
    heading = SearchVectorField(default="")
    title = models.CharField(max_length=500)
    title_words = models.PositiveSmallIntegerField(default=1)
    codes = ArrayField(models.CharField(max_length=64), default=list)
    facet_ids = ArrayField(models.BigIntegerField(), default=list)
    variant_ids = ArrayField(models.BigIntegerField(), null=True)
    variant_facets = ArrayField(ArrayField(models.BigIntegerField()), default=list)
    price = models.DecimalField(max_digits=12, decimal_places=3)
    rank = models.BigIntegerField(default=0)
    newest = models.BigIntegerField(default=0)
    shown_from = models.DateTimeField(null=True)
    shown_until = models.DateTimeField(null=True)
    version = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            GinIndex(fields=["channel", "locale", "vector"], name="search_by_word"),
            GinIndex(fields=["channel", "locale", "codes"], name="search_by_code"),
            models.Index(fields=["channel", "locale", "item_id"], name="search_by_item"),
        ]

    def __str__(self) -> str:
        return self.title


class Word(models.Model):
    """A word that titles, brands, categories or properties of a channel have: what typos are set right with.

    ``word`` is without accents, ``shown`` as it is written.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    locale = models.CharField(max_length=10)
    word = models.CharField(max_length=64)
    shown = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "locale", "word"], name="one_word_per_channel")
        ]
        indexes = [
            GistIndex(
                fields=["channel", "locale", "word"],
                opclasses=["gist_int8_ops", "gist_text_ops", "gist_trgm_ops"],
                name="search_near_word",
            ),
            models.Index(
                fields=["channel", "locale", "word"],
                opclasses=["int8_ops", "varchar_ops", "varchar_pattern_ops"],
                name="search_word_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.shown


def is_searchable(text: str) -> None:
    """Something with a letter or a digit in it.

    Errors: ``ValidationError``.
    """
    if not words(text):
        raise ValidationError(_("Write at least one word."), code="no_word")


class Synonym(models.Model):
    """Words that mean the same to customers, in one language.

    Two-way: each of the words finds all of them. One-way: the first finds the others too, but not the other way round.
    """

    locale = models.CharField(_("language"), max_length=10)
    word = models.CharField(
        _("what customers type"), max_length=120, validators=[is_searchable], help_text=_("A word or a few.")
    )
    synonyms = models.CharField(
        _("is also found as"),
        max_length=500,
        validators=[is_searchable],
        help_text=_("Separate several with commas."),
    )
    is_two_way = models.BooleanField(
        _("both ways"),
        default=True,
        help_text=_(
            "Both ways: sneakers finds trainers, and trainers sneakers. Otherwise only the first finds the second."
        ),
    )

    class Meta:
        ordering = ["locale", "word"]
        constraints = [models.UniqueConstraint(fields=["locale", "word"], name="one_synonym_per_word")]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")

    def __str__(self) -> str:
        return f"{self.word} {'↔' if self.is_two_way else '→'} {self.synonyms}"

    @property
    def others(self) -> list[str]:
        return [one.strip() for one in self.synonyms.split(",") if words(one)]


class Boost(models.Model):
    """How much more (or less) something counts when results are put in order; 1 leaves it as it is."""

    class Field(models.TextChoices):
        TITLE = "title", _("words in the title")
        SHELF = "shelf", _("words in brand and category")
        PROPERTY = "property", _("words in properties: colour, size, material")
        TEXT = "text", _("words in the text")
        CATEGORY = "category", _("products of a category")
        ATTRIBUTE = "attribute", _("products with a property")

    field = models.CharField(_("what"), max_length=12, choices=Field)
    value = models.CharField(
        _("which"),
        max_length=300,
        blank=True,
        help_text=_("For a category its slug, for a property its code and value, such as color:blue."),
    )
    factor = models.DecimalField(
        _("factor"),
        max_digits=5,
        decimal_places=2,
        default=1,
        validators=[MinValueValidator(0), MaxValueValidator(10)],
        help_text=_("2 counts double, 0.5 half, 1 as usual."),
    )

    class Meta:
        ordering = ["field", "value"]
        constraints = [models.UniqueConstraint(fields=["field", "value"], name="one_boost_per_value")]
        verbose_name = _("boost")
        verbose_name_plural = _("boosts")

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.value} × {self.factor}"

    @property
    def is_of_products(self) -> bool:
        return self.field in (self.Field.CATEGORY, self.Field.ATTRIBUTE)

    def clean(self) -> None:
        """Products are named, fields of words are not.

        Errors: ``ValidationError``.
        """
        if self.is_of_products != bool(self.value):
            message = (
                _("Name the category or the property.") if self.is_of_products else _("Leave this empty.")
            )
            raise ValidationError({"value": message})
        if self.field == self.Field.ATTRIBUTE and not all(self.value.partition(":")):
            raise ValidationError({"value": _("Write a code and a value, such as color:blue.")})


class Miss(models.Model):
    """Something customers asked a channel for, and it had nothing that fits. Says nothing of who asked."""

    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, related_name="+", verbose_name=_("channel")
    )
    locale = models.CharField(_("language"), max_length=10)
    text = models.CharField(_("searched for"), max_length=80)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last time"))

    class Meta:
        ordering = ["-times", "-last_at"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "locale", "text"], name="one_miss_per_text")
        ]
        verbose_name = _("search without result")
        verbose_name_plural = _("searches without result")

    def __str__(self) -> str:
        return f"{self.text} ({self.times})"
