"""Addresses of what is a visitor's own: basket, checkout, orders, account."""

from django.urls import URLPattern, URLResolver, path

from comptoir_web.account import entrance, pages, privacy
from comptoir_web.buying import basket, checkout, orders, paying

urlpatterns: list[URLPattern | URLResolver] = [
    path("basket", basket.basket, name="basket"),
    path("basket/add", basket.add, name="basket_add"),
    path("basket/take", basket.take, name="basket_take"),
    path("basket/count", basket.count, name="basket_count"),
    path("basket/hold", basket.hold, name="basket_hold"),
    path("basket/voucher", basket.voucher, name="basket_voucher"),
    path("basket/lines/<int:line_id>", basket.line, name="basket_line"),
    path("checkout", checkout.checkout, name="checkout"),
    path("checkout/begin", checkout.begin, name="checkout_begin"),
    path("checkout/open", checkout.open_draft, name="checkout_open"),
    path("checkout/contact", checkout.contact, name="checkout_contact"),
    path("checkout/delivery", checkout.delivery, name="checkout_delivery"),
    path("checkout/pay", paying.pay_now, name="checkout_pay"),
    path("checkout/here", paying.pay_here, name="checkout_here"),
    path("checkout/waiting", paying.waiting, name="checkout_waiting"),
    path("checkout/back/<str:signed>", paying.back, name="checkout_back"),
    path("orders", orders.find, name="find_order"),
    path("orders/<str:number>", orders.order, name="order"),
    path("orders/<str:number>/open", orders.open_by_link, name="order_open"),
    path("orders/<str:number>/cancel", orders.cancel, name="order_cancel"),
    path("orders/<str:number>/papers/<str:paper_number>", orders.paper, name="order_paper"),
    path("privacy", privacy.privacy, name="privacy"),
    path("parts/cookies", privacy.choice_part, name="cookies_part"),
    path("account", pages.account, name="account"),
    path("account/profile", pages.profile, name="account_profile"),
    path("account/consents", pages.consents, name="account_consents"),
    path("account/addresses", pages.add_address, name="account_addresses"),
    path("account/addresses/<int:address_id>", pages.remove_address, name="account_address"),
    path("account/baskets/<slug:code>", pages.bring_basket, name="account_basket"),
    path("account/export", pages.export, name="account_export"),
    path("account/erase", pages.erase, name="account_erase"),
    path("account/<path:path>", entrance.door, name="account_door"),
]
