"""Products and pages in the words of schema.org, for search engines.

Source: schema.org 28 (Product, ProductGroup, Offer, BreadcrumbList, Article, FAQPage) and Google Search Central's
"Product variant structured data". Availability is live and therefore not in here: the server that sends the page adds
``availability`` to each offer (README.md).
"""

from typing import Any
from urllib.parse import quote

from comptoir.base.money import Money
from comptoir.channels.models import Channel
from comptoir.conf import conf
from comptoir.publishing.addresses import category_url, home_url, item_url
from comptoir.publishing.items import Item, PageItem, ProductItem, VariantItem
from comptoir.publishing.texts import body_text, shortened
from comptoir.reviews.queries import Rating

Node = dict[str, Any]
CONTEXT = "https://schema.org"
#: What variants differ in, as schema.org names it, by the codes our attributes may have.
VARIES_BY = {
    "size": "size", "taille": "size",
    "colour": "color", "color": "color", "couleur": "color",
    "material": "material", "matiere": "material",
    "pattern": "pattern", "motif": "pattern",
}  # fmt: skip
ARTICLES = {"storypage", "guidepage"}
#: Longest headline and description we send; search engines read no further.
HEADLINE_CHARACTERS = 110
DESCRIPTION_CHARACTERS = 5000
PICTURE = "max-1200x1200|format-webp"


def structured(item: Item, channel: Channel, locale: str) -> list[Node]:
    """Every JSON-LD object of a page, each to be sent in a ``<script type="application/ld+json">`` of its own."""
    url = item_url(item, channel.code, locale)
    if isinstance(item, ProductItem):
        nodes = [_product(item, url, locale), _breadcrumbs(item, channel, locale, url)]
    else:
        nodes = [_page(item, url, locale)]
    return nodes + _questions(item)


def _product(item: ProductItem, url: str, locale: str) -> Node:
    node = {
        "@context": CONTEXT,
        "name": item.title,
        "description": shortened(body_text(item.body) or item.summary, DESCRIPTION_CHARACTERS),
        "url": url,
        "inLanguage": locale,
        "image": [picture.url(PICTURE) for picture in item.pictures],
        **({"brand": {"@type": "Brand", "name": item.vendor}} if item.vendor else {}),
        **(_rating(item.rating) if item.rating else {}),
    }
    if item.product_class == "service":
        offers = [offer for variant in item.variants if (offer := _offer(variant.price, url))]
        return {**node, "@type": "Service", "offers": offers}
    if len(item.variants) == 1 and not item.variants[0].options:
        return {**node, "@type": "Product", **_sold(item.variants[0], url)}
    codes = dict.fromkeys(code for variant in item.variants for code in variant.options)
    return {
        **node,
        "@type": "ProductGroup",
        "productGroupID": item.handle,
        "variesBy": [f"{CONTEXT}/{VARIES_BY[code]}" for code in codes if code in VARIES_BY],
        "hasVariant": [_variant(item, variant, url) for variant in item.variants],
    }


def _rating(rating: Rating) -> Node:
    """What customers think of it. Source: Google Search Central, “Review snippet”: only what the page itself shows."""
    return {
        "aggregateRating": {
            "@type": "AggregateRating", "ratingValue": str(rating.average), "reviewCount": rating.count,
            "bestRating": 5, "worstRating": 1,
        },
        "review": [
            {
                "@type": "Review", "name": one["title"], "reviewBody": one["text"], "inLanguage": one["locale"],
                "datePublished": one["written_on"], "author": {"@type": "Person", "name": one["name"]},
                "reviewRating": {"@type": "Rating", "ratingValue": one["rating"], "bestRating": 5, "worstRating": 1},
            }
            for one in rating.newest
        ],
    }  # fmt: skip


def _variant(item: ProductItem, variant: VariantItem, url: str) -> Node:
    labels = {code: value.label for code, value in variant.options.items()}
    return {
        "@type": "Product",
        "name": f"{item.title} ({', '.join(labels.values())})" if labels else item.title,
        **{VARIES_BY[code]: label for code, label in labels.items() if code in VARIES_BY},
        **({"image": variant.pictures[0].url(PICTURE)} if variant.pictures else {}),
        **_sold(variant, f"{url}?sku={quote(variant.sku)}"),
    }


def _sold(variant: VariantItem, url: str) -> Node:
    gtin = {"gtin": variant.gtin} if variant.gtin else {}
    offer = _offer(variant.price, url)
    return {"sku": variant.sku, **gtin, **({"offers": offer} if offer else {})}


def _offer(price: Money | None, url: str) -> Node | None:
    if price is None:
        return None
    return {
        "@type": "Offer",
        "url": url,
        "price": price.as_json()["amount"],
        "priceCurrency": price.currency,
        "itemCondition": f"{CONTEXT}/NewCondition",
    }


def _breadcrumbs(item: ProductItem, channel: Channel, locale: str, url: str) -> Node:
    """From the front page over the shelves of the first category to the product."""
    steps = [(conf.SHOP_NAME, home_url(channel.code, locale))]
    for category in item.categories[:1]:
        for shelf in (*category.ancestors, category):
            steps.append((shelf.name, category_url(channel.code, locale, shelf.slug)))
    steps.append((item.title, url))
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": address}
            for place, (name, address) in enumerate(steps, start=1)
        ],
    }


def _page(item: PageItem, url: str, locale: str) -> Node:
    node = {
        "@context": CONTEXT,
        "@type": "WebPage",
        "name": item.title,
        "description": item.seo_description,
        "url": url,
        "inLanguage": locale,
        **({"image": [picture.url(PICTURE) for picture in item.pictures]} if item.pictures else {}),
    }
    if item.type in ARTICLES:
        publisher = {"@type": "Organization", "name": conf.SHOP_NAME}
        node |= {
            "@type": "Article",
            "headline": shortened(item.title, HEADLINE_CHARACTERS),
            "publisher": publisher,
        }
    return node


def _questions(item: Item) -> list[Node]:
    pairs = [pair for block in item.body if block["type"] == "faq" for pair in block["questions"]]
    if not pairs:
        return []
    asked = [
        {
            "@type": "Question",
            "name": pair["question"],
            "acceptedAnswer": {"@type": "Answer", "text": pair["answer"]},
        }
        for pair in pairs
    ]
    return [{"@context": CONTEXT, "@type": "FAQPage", "mainEntity": asked}]
