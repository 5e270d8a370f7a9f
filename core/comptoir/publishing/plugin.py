"""The core's own hooks: what every channel asks of an item, and which documents a change touches."""

from django.utils.translation import gettext as _
from oscar.apps.catalogue.models import ProductCategory
from wagtail.models import Page, ReferenceIndex

from comptoir.baskets.checks import CheckedLine, LineProblem, NotOnChannel
from comptoir.catalogue.models import Category, Picture, Product
from comptoir.channels.models import Channel
from comptoir.channels.queries import ChannelContext
from comptoir.content.models import PAGE_TYPES, Menu, ProductContent
from comptoir.events.models import Event
from comptoir.plugins import hookimpl
from comptoir.publishing.items import Item, Problem, ProductItem
from comptoir.publishing.queries import published_skus
from comptoir.publishing.rebuild import rebuild_channel, rebuild_products
from comptoir.publishing.services import publish_categories, publish_menu, publish_page, publish_products


@hookimpl
def check_readiness(item: Item, channel: Channel) -> list[Problem]:
    """What every channel needs: something to sell, a price in the channel's currency; better with words and a picture."""
    if not isinstance(item, ProductItem):
        return []
    problems = []
    if not item.variants:
        problems.append(
            Problem("no_variant", _("There is nothing to sell yet: add a variant."), "variants", blocks=True)
        )
    elif not all(variant.price for variant in item.variants):
        message = _("A variant has no price in %(currency)s.") % {"currency": channel.currency}
        problems.append(Problem("no_price", message, "price", blocks=True))
    if not item.summary:
        problems.append(Problem("no_summary", _("There is no summary for lists."), "summary"))
    return problems


@hookimpl
def check_basket_lines(channel: ChannelContext, lines: list[CheckedLine]) -> list[LineProblem]:
    """A channel sells what it shows: the variants in its documents, while these are shown."""
    shown = published_skus(channel, {line.product_id for line in lines})
    return [
        LineProblem(line.variant_id, NotOnChannel.code, str(NotOnChannel.sentence).format(sku=line.sku))
        for line in lines
        if line.sku not in shown
    ]


@hookimpl
def on_product_changed(events: list[Event]) -> None:
    publish_products(event.subject_id for event in events)


@hookimpl
def on_content_changed(events: list[Event]) -> None:
    publish_products(event.subject_id for event in events)


@hookimpl
def on_page_changed(events: list[Event]) -> None:
    """A page that goes or comes takes the pages below it along."""
    for event in events:
        publish_page(event.subject_id)
        page = Page.objects.filter(pk=event.subject_id).first()
        for below in page.get_descendants() if page else []:
            publish_page(below.pk)


@hookimpl
def on_menu_changed(events: list[Event]) -> None:
    for event in events:
        publish_menu(event.subject_id)


@hookimpl
def on_category_changed(events: list[Event]) -> None:
    """The trees, and every product below the category."""
    publish_categories()
    for category in Category.objects.filter(pk__in=[event.subject_id for event in events]):
        shelves = category.get_descendants_and_self()
        rebuild_products(
            ProductCategory.objects.filter(category__in=shelves).values_list("product_id", flat=True)
        )


@hookimpl
def on_image_changed(events: list[Event]) -> None:
    """Every product and page that shows the picture."""
    pictures = Picture.objects.filter(pk__in=[event.subject_id for event in events])
    rows = Product.objects.filter(images__image__in=pictures)
    ids = {product.root_id for product in rows}
    for picture in pictures:
        for reference in ReferenceIndex.get_references_to(picture).select_related("base_content_type"):
            model = reference.model_name and reference.base_content_type.model_class()
            if model is ProductContent:
                ids |= set(
                    ProductContent.objects.filter(pk=reference.object_id).values_list("product_id", flat=True)
                )
            elif model is Page or (model and issubclass(model, PAGE_TYPES)):
                publish_page(int(reference.object_id))
    rebuild_products(ids)


@hookimpl
def on_channel_changed(events: list[Event]) -> None:
    for event in events:
        rebuild_channel(event.subject_id)
    for menu in Menu.objects.all():
        publish_menu(menu.pk)
