"""From where an order is served: the rules, the decisions that are kept, the holds that follow them."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from comptoir.base import clock
from comptoir.channels.queries import channel_context, forget_contexts
from comptoir.fulfilment.carriers import Address, RelayPoint
from comptoir.fulfilment.facts import load_facts
from comptoir.fulfilment.holding import hold_parts
from comptoir.fulfilment.methods import UnknownMethod
from comptoir.fulfilment.models import RoutingDecision
from comptoir.fulfilment.routes import NotDeliverable, choose_delivery, decide_routes
from comptoir.fulfilment.routing import Part, RouteRequest, Wish, distance_km, rank_candidates
from comptoir.fulfilment.services import set_up_location
from comptoir.stock.holds import OutOfStock
from comptoir.stock.models import Hold
from tests.core.fulfilment.conftest import PARIS

pytestmark = pytest.mark.django_db
RULES = ["parcels", "promise", "cost", "distance"]


def ranked(retailer, *lines, rules=RULES, **fields):
    asked = retailer.asked(*lines, address=PARIS)
    wishes = tuple(
        Wish(f"basket-line:{number}", variant.pk, pieces) for number, (variant, pieces) in enumerate(lines)
    )
    said = {"latitude": PARIS.latitude, "longitude": PARIS.longitude, "region": "FR", **fields}
    request = RouteRequest("checkout:1", "home", wishes, clock.now(), **said)
    return rank_candidates(request, load_facts(asked).all_sources, rules)


def live(owner="basket-line:1"):
    holds = Hold.objects.live(clock.now()).filter(owner=owner).select_related("level__location")
    return [(hold.level.location.code, hold.quantity) for hold in holds]


def choose(retailer, variant, key, pieces=1, **fields):
    asked = retailer.asked((variant, pieces), owner="basket-line:1", **{"address": PARIS, **fields})
    return choose_delivery(asked=asked, key=key, reference="checkout:1")


def test_one_parcel_comes_before_all_else(retailer):
    one, other = retailer.variant(nantes=1, depot=1), retailer.variant(nantes=1, lyon=1)
    best = ranked(retailer, (one, 1), (other, 1))[0]
    assert best.codes == ("nantes",)


def test_what_no_location_has_alone_comes_from_as_few_as_possible(retailer):
    one, other, third = (
        retailer.variant(nantes=1, depot=1),
        retailer.variant(lyon=1),
        retailer.variant(nantes=1),
    )
    best = ranked(retailer, (one, 1), (other, 1), (third, 1))[0]
    assert sorted(best.codes) == ["lyon", "nantes"]
    assert {(part.variant_id, part.location_id) for part in best.parts} == {
        (one.pk, retailer.nantes.pk), (other.pk, retailer.lyon.pk), (third.pk, retailer.nantes.pk),
    }  # fmt: skip


def test_a_line_is_cut_only_if_nobody_has_all_of_it(retailer):
    shirt = retailer.variant(nantes=2, lyon=3)
    best = ranked(retailer, (shirt, 4))[0]
    assert sorted((part.location_id, part.quantity) for part in best.parts) == sorted(
        [(retailer.lyon.pk, 3), (retailer.nantes.pk, 1)]
    )


def test_the_rules_decide_in_their_order(retailer):
    set_up_location(location=retailer.depot, collects=False, preparation_minutes=120, parcel_cost=Decimal(3))
    set_up_location(location=retailer.nantes, parcel_cost=Decimal(1))
    set_up_location(location=retailer.lyon, parcel_cost=Decimal(2), preparation_minutes=24 * 60)
    shirt = retailer.variant(nantes=1, lyon=1, depot=1)
    assert [one.codes[0] for one in ranked(retailer, (shirt, 1))] == ["nantes", "depot", "lyon"]
    by_distance = ranked(retailer, (shirt, 1), rules=["distance"])
    assert [one.codes[0] for one in by_distance] == ["depot", "nantes", "lyon"]
    by_cost = ranked(retailer, (shirt, 1), rules=["cost"])
    assert [one.codes[0] for one in by_cost] == ["nantes", "lyon", "depot"]
    assert [one.codes[0] for one in ranked(retailer, (shirt, 1), rules=[])] == ["depot", "lyon", "nantes"]


def test_every_candidate_that_is_not_eligible_says_why(retailer):
    set_up_location(location=retailer.lyon, ships=False)
    shirt = retailer.variant(nantes=1, lyon=5, depot=5)
    found = {
        one.codes[0]: one for one in ranked(retailer, (shirt, 2), excluded=frozenset({retailer.depot.pk}))
    }
    assert found["nantes"].reasons == [
        {"code": "out_of_stock", "variant_id": shirt.pk, "free": 1, "wanted": 2}
    ]
    assert found["lyon"].reasons == [{"code": "does_not_ship"}]
    assert found["depot"].reasons == [{"code": "rejected_before"}]


def test_two_lines_of_one_variant_want_the_same_shelf(retailer):
    shirt = retailer.variant(nantes=3)
    assert ranked(retailer, (shirt, 2), (shirt, 1))[0].is_eligible
    assert not ranked(retailer, (shirt, 2), (shirt, 2))[0].is_eligible


def test_the_distance_is_that_of_the_great_circle():
    assert distance_km(48.8584, 2.2945, 51.5007, -0.1246) == pytest.approx(
        340.6, abs=0.5
    )  # Eiffel Tower, Big Ben
    assert distance_km(0, 0, 0, 180) == pytest.approx(20015.1, abs=0.1)
    assert distance_km(None, 0, 0, 0) is None


def test_a_choice_keeps_the_decision_with_all_candidates_and_reasons(retailer):
    shirt = retailer.variant(nantes=1, depot=1)
    choice = choose(retailer, shirt, "colis")
    decision = RoutingDecision.objects.get()
    assert choice.decision == decision
    assert (decision.reference, decision.kind, decision.decided_by, decision.chosen) == (
        "checkout:1",
        "home",
        "core",
        0,
    )
    assert decision.rules == RULES
    assert [one["locations"] for one in decision.candidates] == [["depot"], ["nantes"], ["lyon"]]
    assert decision.candidates[0]["scores"]["parcels"] == 1
    assert decision.candidates[2]["reasons"][0]["code"] == "out_of_stock"
    assert live() == [("depot", 1)]


def test_ten_changes_of_the_delivery_leave_exactly_one_hold_a_line(retailer, audit):
    shirt = retailer.variant(nantes=1, lyon=1, depot=3)
    for number, key in enumerate(["retrait:nantes", "colis", "retrait:lyon", "relais", "retrait:nantes"] * 2):
        point = RelayPoint("r1", "Tabac", "", "75011", "Paris", "FR") if key == "relais" else None
        with clock.moved_to(clock.now() + timedelta(minutes=number)):
            choose(retailer, shirt, key, point=point)
            assert len(live()) == 1
    assert live() == [("nantes", 1)]
    assert RoutingDecision.objects.count() == 10
    assert audit() == []


def test_choosing_again_does_not_hold_for_ever(retailer):
    shirt = retailer.variant(nantes=1, depot=1)
    begin = clock.now()
    for minutes in range(0, 120, 10):
        with clock.moved_to(begin + timedelta(minutes=minutes)):
            choose(retailer, shirt, "colis" if minutes % 20 else "retrait:nantes")
    assert Hold.objects.filter(state="held").get().expires_at <= begin + timedelta(minutes=121)


def test_the_same_choice_again_keeps_its_hold(retailer):
    shirt = retailer.variant(depot=1)
    choose(retailer, shirt, "colis")
    before = Hold.objects.get(state="held").pk
    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        choose(retailer, shirt, "colis")
        assert Hold.objects.get(state="held").pk == before


def test_the_last_one_is_not_lost_by_choosing_it_again(retailer):
    """What a basket holds itself is free for it."""
    shirt = retailer.variant(nantes=1)
    choose(retailer, shirt, "retrait:nantes")
    choose(retailer, shirt, "colis")
    assert live() == [("nantes", 1)]


def test_a_choice_that_cannot_be_held_leaves_every_hold_as_it_was(retailer):
    shirt = retailer.variant(nantes=1, depot=1)
    choose(retailer, shirt, "retrait:nantes")
    with pytest.raises(OutOfStock):
        hold_parts(
            parts=[Part("basket-line:1", shirt.pk, retailer.lyon.pk, 1)], channel=channel_context("web")
        )
    assert live() == [("nantes", 1)]


def test_what_cannot_be_delivered_cannot_be_chosen(retailer):
    shirt = retailer.variant(depot=1)
    with pytest.raises(NotDeliverable) as refused:
        choose(retailer, shirt, "colis", address=Address("FR", "97400"))
    assert refused.value.codes == ["zone_not_served"]
    assert "We do not deliver there" in str(refused.value)
    with pytest.raises(NotDeliverable) as refused:
        choose(retailer, shirt, "relais")
    assert refused.value.codes == ["point_needed"]
    with pytest.raises(UnknownMethod):
        choose(retailer, shirt, "drone")
    with pytest.raises(UnknownMethod):
        choose(retailer, shirt, "retrait:depot")
    assert live() == []
    assert RoutingDecision.objects.count() == 0


def test_choose_route_replaces_the_rules_and_nonsense_counts_as_no_answer(retailer, plug):
    shirt = retailer.variant(nantes=1, depot=1)
    answers = iter([1, 7, "lyon", None, 2])

    def second(candidates):
        return next(answers)

    plug("router", choose_route=second)
    retailer.web.extensions = ["router"]
    retailer.web.save()
    forget_contexts()
    choose(retailer, shirt, "colis")
    assert live() == [("nantes", 1)]
    assert RoutingDecision.objects.latest("pk").decided_by == "plugin"
    for _nonsense in range(4):  # too high, no number, nothing, not eligible
        choose(retailer, shirt, "colis")
        assert live() == [("depot", 1)]
        assert RoutingDecision.objects.order_by("-pk").first().decided_by == "core"


def test_what_an_earlier_order_of_a_batch_gets_a_later_one_does_not(retailer):
    shirt = retailer.variant(nantes=1, depot=1)
    asked = retailer.asked((shirt, 1), address=PARIS)
    requests = [
        RouteRequest(
            f"checkout:{number}",
            "home",
            (Wish(f"basket-line:{number}", shirt.pk, 1),),
            clock.now(),
            region="FR",
        )
        for number in range(3)
    ]
    found = decide_routes(channel=asked.channel, requests=requests, sources=load_facts(asked).all_sources)
    decisions = list(found)
    assert [one.chosen for one in decisions] == [0, 0, None]
    assert [one.candidates[0]["locations"] for one in decisions[:2]] == [["depot"], ["nantes"]]
    assert RoutingDecision.objects.count() == 3


def test_the_same_question_has_the_same_answer(retailer):
    shirt = retailer.variant(nantes=1, lyon=1, depot=1)
    asked = retailer.asked((shirt, 1), address=PARIS)
    sources = load_facts(asked).all_sources
    request = RouteRequest(
        "checkout:1", "home", (Wish("basket-line:1", shirt.pk, 1),), clock.now(), region="FR"
    )
    first = [one.codes for one in rank_candidates(request, sources, RULES)]
    for _time in range(5):
        random.shuffle(sources)
        assert [one.codes for one in rank_candidates(request, sources, RULES)] == first
    assert [one.codes for one in rank_candidates(replace(request, wishes=()), sources, RULES)]
