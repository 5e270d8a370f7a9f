from comptoir.base.oscar import ForkedApp


class CommunicationConfig(ForkedApp):
    name = "comptoir.customers.communication"
    label = "communication"
