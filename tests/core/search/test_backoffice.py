"""Merchandisers tune the search where they do everything else."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from comptoir.channels.queries import channel_context
from comptoir.customers.models import User
from comptoir.search.misses import note_miss
from comptoir.search.models import Boost, Miss, Synonym
from comptoir.search.queries import search

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    client.force_login(User.objects.create_superuser("admin@shop.example", "a-long-password"))
    return client


def test_a_synonym_written_in_the_back_office_works_at_the_next_search(admin, found):
    page = admin.get(reverse("synonyms:add"))
    assert page.status_code == 200
    form = {"locale": "fr", "word": "liquette", "synonyms": "chemise", "is_two_way": "on"}
    assert admin.post(reverse("synonyms:add"), form).status_code == 302
    assert found("fr", "liquette") == ["flanelle", "oxford", "lin"]
    assert b"liquette" in admin.get(reverse("synonyms:index")).content


def test_a_synonym_without_a_word_is_refused(admin):
    form = {"locale": "fr", "word": "!!!", "synonyms": "chemise"}
    assert admin.post(reverse("synonyms:add"), form).status_code == 200
    assert not Synonym.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "is_right"),
    [("title", "", True), ("title", "x", False), ("category", "", False), ("category", "soldes", True),
     ("attribute", "color", False), ("attribute", "color:blue", True)],
)  # fmt: skip
def test_a_boost_names_products_or_a_part_of_texts(admin, field, value, is_right):
    answer = admin.post(reverse("boosts:add"), {"field": field, "value": value, "factor": "2"})
    assert (answer.status_code == 302) is Boost.objects.exists() is is_right


def test_the_report_says_what_nobody_found_and_nothing_of_who_asked(admin, rail):
    for text in (
        "zxqvw",
        "Zxqvw !",
        "jeanne.dupont@example.org",
        "06 12 34 56 78",
        "je cherche un cadeau pour ma tante jeanne",
    ):
        search(rail, "fr", text)
    (miss,) = Miss.objects.exclude(text__contains=" ")
    assert (miss.text, miss.times, miss.channel.code, miss.locale) == ("zxqvw", 2, "web", "fr")
    assert not Miss.objects.filter(text__regex="jeanne|06 12").exists()
    assert b"zxqvw" in admin.get(reverse("search_misses:index")).content


def test_one_click_leads_from_a_search_without_result_to_its_synonym(admin, rail, found):
    search(rail, "fr", "liquette & cie")
    report = admin.get(reverse("search_misses:index")).content.decode()
    (address,) = {unescape(one) for one in re.findall(rf'href="({reverse("synonyms:add")}\?[^"]+)"', report)}
    form = admin.get(address).context["form"]
    assert (form["locale"].value(), form["word"].value()) == ("fr", "liquette cie")
    filled = {"locale": form["locale"].value(), "word": form["word"].value(), "synonyms": "chemise"}
    assert admin.post(address, filled).status_code == 302
    assert found("fr", "liquette & cie") == ["flanelle", "oxford", "lin"]


def test_who_may_only_see_the_report_is_not_sent_to_a_form_that_is_closed(client, rail):
    search(rail, "fr", "liquette")
    reader = User.objects.create_user("reader@shop.example", "a-long-password")
    reader.user_permissions.set(Permission.objects.filter(codename__in=["access_admin", "view_miss"]))
    client.force_login(reader)
    report = client.get(reverse("search_misses:index")).content.decode()
    assert "liquette" in report and reverse("synonyms:add") not in report


def test_the_report_never_grows_beyond_its_bound(rail, monkeypatch):
    monkeypatch.setattr("comptoir.search.misses.MISSES_MAX", 3)
    channel = channel_context("web")
    for text in ("often", "often", "one", "two", "three", "four"):
        note_miss(channel, "fr", text)
    assert Miss.objects.count() == 3
    assert set(Miss.objects.values_list("text", flat=True)) == {"often", "three", "four"}
