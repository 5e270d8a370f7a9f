from comptoir.base.oscar import ForkedApp


class BasketsConfig(ForkedApp):
    name = "comptoir.baskets"
    label = "basket"
