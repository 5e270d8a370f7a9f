"""Rebuilding from scratch: the same bytes, in batches that can be interrupted and taken up again."""

import pytest
from django.core.management import CommandError, call_command

from comptoir.publishing import rebuild
from comptoir.publishing.models import Document, Rebuild

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(shop):
    for code in ("web", "app"):
        shop.channel(code)
    shop.category("Chemises")
    for number in range(5):
        shop.product(f"shirt-{number}", sizes=["S", "M"])
    shop.settle()


def bodies():
    return {
        (row.channel_id, row.locale, row.kind, row.item_id): (row.body, row.card)
        for row in Document.objects.all()
    }


def test_a_rebuild_from_scratch_gives_the_same_bytes(published):
    before = bodies()
    assert {key[2] for key in before} == {"product", "categories"}
    Document.objects.all().delete()

    rebuild.rebuild_all()

    assert bodies() == before


def test_a_rebuild_of_what_is_right_writes_nothing(published):
    assert rebuild.rebuild_all() == 0


def test_the_check_names_what_differs_is_missing_or_too_much(published):
    call_command("publish", "--check")
    first, second, third = Document.objects.filter(kind="product").order_by("pk")[:3]
    Document.objects.filter(pk=first.pk).update(card="{}")
    second.delete()
    third.pk, third.locale = None, "de"
    third.save()

    with pytest.raises(CommandError, match="3 documents differ"):
        call_command("publish", "--check")
    call_command("publish", "--rebuild")
    call_command("publish", "--check")


def test_an_interrupted_rebuild_is_taken_up_where_it_stopped(published, settings):
    settings.COMPTOIR_REBUILD_BATCH = 2
    before = bodies()
    Document.objects.filter(kind="product").delete()
    counts = []

    def interrupt(done):
        counts.append(done)
        if len(counts) == 3:  # the start, then two batches
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild.rebuild_all(progress=interrupt)
    run = Rebuild.objects.get()
    assert run.finished_at is None
    assert Document.objects.filter(kind="product").values("item_id").distinct().count() == 4

    call_command("publish", "--resume")

    run.refresh_from_db()
    assert run.finished_at is not None
    assert bodies() == before
