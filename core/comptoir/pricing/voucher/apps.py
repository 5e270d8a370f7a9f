from comptoir.base.oscar import ForkedApp


class VoucherConfig(ForkedApp):
    name = "comptoir.pricing.voucher"
    label = "voucher"
    receivers = "oscar.apps.voucher.receivers"
