"""What the catalogues of Google and Meta accept, as they publish it. The only place these figures stand.

Sources: Google Merchant Center Help, "Product data specification"
(support.google.com/merchants/answer/7052112); Meta for Developers, "Catalog fields" and the product feed
specification (developers.facebook.com/docs/commerce-platform/catalog/fields). Taken from copies of these pages: compare them with
the pages themselves before a feed goes live.
"""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Catalogue:
    """What one catalogue accepts: characters by field, further pictures, its words for availability.

    ``picture_list_characters`` is for the addresses of all further pictures together.
    """

    name: str
    characters: MappingProxyType[str, int]
    further_pictures: int
    picture_list_characters: int
    in_stock: str
    out_of_stock: str


GOOGLE = Catalogue(
    name="Google Merchant Center",
    characters=MappingProxyType(
        {
            "id": 50,
            "title": 150,
            "description": 5000,
            "brand": 70,
            "color": 100,
            "size": 100,
            "material": 200,
            "product_type": 750,
            "item_group_id": 50,
        }
    ),
    further_pictures=10,
    picture_list_characters=10 * 2000,
    in_stock="in_stock",
    out_of_stock="out_of_stock",
)

META = Catalogue(
    name="Meta",
    characters=MappingProxyType(
        {
            "id": 100,
            "title": 200,
            "description": 9999,
            "brand": 100,
            "color": 200,
            "size": 200,
            "material": 200,
            "product_type": 750,
            "item_group_id": 100,
        }
    ),
    further_pictures=20,
    picture_list_characters=2000,
    in_stock="in stock",
    out_of_stock="out of stock",
)

#: Meta shows this much of a title before it cuts it.
META_TITLE_RECOMMENDED = 65
#: Meta refuses smaller pictures; Google asks for 250 px for clothing and recommends more.
PICTURE_PX = 500
#: Open Graph: what Facebook, WhatsApp and LinkedIn show of a shared link.
SHARED_TITLE = 60
SHARED_DESCRIPTION = 200
