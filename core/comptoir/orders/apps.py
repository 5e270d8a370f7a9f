from comptoir.base.oscar import ForkedApp


class OrdersConfig(ForkedApp):
    name = "comptoir.orders"
    label = "order"
