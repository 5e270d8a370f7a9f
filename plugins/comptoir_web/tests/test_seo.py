"""What machines are told of a product beside its document."""

from comptoir_web.seo import product_seo


def test_the_page_of_a_service_says_where_it_is_booked_and_others_do_not():
    nodes = [{"@type": "Service"}, {"@type": "BreadcrumbList"}]
    document = {"title": "Cut", "availability": {"variants": None}, "web": {"json_ld": nodes}}

    told = product_seo(document, book_at="https://shop.example/web/en/booking/?service=CUT")["json_ld"]

    assert '"@type":"ReserveAction"' in told[0]
    assert '"urlTemplate":"https://shop.example/web/en/booking/?service=CUT"' in told[0]
    assert "ReserveAction" not in told[1]
