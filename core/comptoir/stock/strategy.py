"""What Oscar asks for price and availability: ours. Oscar loads this file by its name (``partner.strategy``)."""

from decimal import Decimal
from typing import Any

from oscar.apps.partner.availability import Available, StockRequired, Unavailable
from oscar.apps.partner.prices import TaxInclusiveFixedPrice
from oscar.apps.partner.prices import Unavailable as NoPrice
from oscar.apps.partner.strategy import Structured, UseFirstStockRecord

from comptoir.catalogue.models import Product
from comptoir.pricing.models import Price
from comptoir.stock.queries import availability


class ShopStrategy(UseFirstStockRecord, Structured):
    """Prices from ``pricing`` (tax included; the quote splits it), pieces from the levels of all locations.

    The shop as a whole in one currency; what a channel or a shop says differently is the quote's affair.
    """

    currency = "EUR"

    def pricing_policy(self, product: Product, stockrecord: Any) -> Any:
        price = Price.objects.filter(variant=product, currency=self.currency).first()
        if price is None:
            return NoPrice()
        return TaxInclusiveFixedPrice(
            currency=self.currency, excl_tax=price.money.rounded().amount, tax=Decimal(0)
        )

    def availability_policy(self, product: Product, stockrecord: Any) -> Any:
        if not product.get_product_class().track_stock:
            return Available()
        return StockRequired(availability([product.pk])[product.pk].free)

    def parent_pricing_policy(self, product: Product, children_stock: Any) -> Any:
        prices = Price.objects.filter(
            variant__in=[child.pk for child, _record in children_stock], currency=self.currency
        )
        cheapest = prices.order_by("amount").first()
        return self.pricing_policy(cheapest.variant, None) if cheapest else NoPrice()

    def parent_availability_policy(self, product: Product, children_stock: Any) -> Any:
        children = [child.pk for child, _record in children_stock]
        if not product.get_product_class().track_stock:
            return Available() if children else Unavailable()
        return Available() if any(one.free for one in availability(children).values()) else Unavailable()


class Selector:
    """Oscar's way to a strategy."""

    def strategy(self, request: Any = None, user: Any = None, **kwargs: Any) -> ShopStrategy:
        return ShopStrategy(request)
