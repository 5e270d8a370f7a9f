from comptoir.base.oscar import ForkedApp


class CatalogueConfig(ForkedApp):
    name = "comptoir.catalogue"
    label = "catalogue"
    receivers = "oscar.apps.catalogue.receivers"
