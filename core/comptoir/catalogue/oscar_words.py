"""Words of Oscar that the back office shows.

Oscar's own catalogues are not loaded: they would speak in the place of ours. What is marked here stands in ours.
"""

from django.utils.translation import gettext_noop, pgettext_lazy

WORDS = (
    pgettext_lazy("Product title", "Title"),
    gettext_noop("Product class"),
    gettext_noop("Requires shipping?"),
    gettext_noop("Track stock levels?"),
    gettext_noop("Product attribute"),
    gettext_noop("Attribute option"),
    gettext_noop("True / False"),
    gettext_noop("Float"),
    gettext_noop("Rich Text"),
    gettext_noop("Option"),
    gettext_noop("Unique identifier"),
    gettext_noop("Required"),
    gettext_noop("%(attr)s attribute cannot be blank"),
    gettext_noop("%(attr)s attribute %(err)s"),
    gettext_noop(
        "Code can only contain the letters a-z, A-Z, digits, and underscores, and can't start with a digit."
    ),
    gettext_noop("Description"),
    gettext_noop("Is public"),
    gettext_noop("Show this category in search results and catalogue listings."),
    gettext_noop("Exclude from menu"),
    gettext_noop("Exclude this category from the menu."),
)
