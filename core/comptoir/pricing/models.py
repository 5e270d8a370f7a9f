"""Prices and their exceptions, the history of both, taxes, and where an offer counts."""

from comptoir.pricing.price_history import PriceChange
from comptoir.pricing.price_models import Price, PriceException
from comptoir.pricing.rule_models import OfferScope, OfferUse, PricingVersion
from comptoir.pricing.tax_models import ProductClassTax, TaxClass, TaxRate

__all__ = [
    "OfferScope",
    "OfferUse",
    "Price",
    "PriceChange",
    "PriceException",
    "PricingVersion",
    "ProductClassTax",
    "TaxClass",
    "TaxRate",
]
