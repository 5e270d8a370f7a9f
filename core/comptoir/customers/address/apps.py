from comptoir.base.oscar import ForkedApp


class AddressConfig(ForkedApp):
    name = "comptoir.customers.address"
    label = "address"
