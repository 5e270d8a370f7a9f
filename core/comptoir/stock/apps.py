from comptoir.base.oscar import ForkedApp


class StockConfig(ForkedApp):
    name = "comptoir.stock"
    label = "partner"
    receivers = "oscar.apps.partner.receivers"
