from comptoir.base.oscar import ForkedApp


class OfferConfig(ForkedApp):
    name = "comptoir.pricing.offer"
    label = "offer"
    receivers = "oscar.apps.offer.receivers"
