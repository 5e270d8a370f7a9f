"""Deciding from where an order is served, keeping why, and holding the goods there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from comptoir import hookspecs, plugins
from comptoir.base import clock
from comptoir.base.errors import ComptoirError
from comptoir.channels.queries import ChannelContext
from comptoir.conf import conf
from comptoir.fulfilment.built_in import reason_why
from comptoir.fulfilment.holding import hold_parts
from comptoir.fulfilment.methods import Asked, Option, methods
from comptoir.fulfilment.models import RoutingDecision
from comptoir.fulfilment.options import chosen_option
from comptoir.fulfilment.routing import Candidate, Part, RouteRequest, Source, due_at, rank_candidates
from comptoir.stock.holds import HOLD_MINUTES, MAX_HOLD_MINUTES

BATCH = 500


class NotDeliverable(ComptoirError):
    """A delivery cannot be chosen: nobody goes there, or nobody has the goods. ``reasons`` are codes and sentences."""

    code = "not_deliverable"
    status = 409
    sentence = _("This delivery is not possible: {why}")
    public_facts = ("codes",)


class NoRoute(ComptoirError):
    """No location can serve an order."""

    code = "no_route"
    status = 409
    sentence = _("No shop and no warehouse has all of it.")


@dataclass(frozen=True)
class Choice:
    """A delivery that was chosen: what it is, from where, by when it has to be prepared, and the decision that says why."""

    option: Option
    decision: RoutingDecision | None
    parts: tuple[Part, ...]
    due_at: datetime | None = None


def choose_delivery(
    *,
    asked: Asked,
    key: str,
    reference: str,
    minutes: int = HOLD_MINUTES,
    max_minutes: int = MAX_HOLD_MINUTES,
) -> Choice:
    """Choose a delivery for a checkout: decide from where, keep why, and hold each line there exactly once.

    ``asked.lines`` name the owners of their holds; ``key`` is that of an option, ``reference`` is ``checkout:<uuid>``.
    Called in a transaction, it is part of it: the caller undoes that after a refusal.
    Errors: ``UnknownMethod``; ``NotDeliverable`` with the reasons; ``OutOfStock``. Every hold stays as it was then.
    """
    option, facts = chosen_option(asked, key)
    if asked.point is None and methods()[option.method.kind].needs_point:
        option = replace(option, reasons=(*option.reasons, reason_why("point_needed")))
    if option.reasons:
        codes = [reason.code for reason in option.reasons]
        why = " ".join(reason.sentence for reason in option.reasons)
        raise NotDeliverable(field="delivery", why=why, codes=codes)
    request, parts = option.request, ()
    decision, due = None, None
    if request is not None:
        ranked = ranked_for(asked.channel, replace(request, reference=reference), facts.all_sources)
        decision = ranked.decision
        candidate = ranked.candidate
        option = replace(option, route=candidate, promise=candidate.promise or option.promise)
        parts, due = candidate.parts, _due_at(request, candidate, facts.all_sources)
    with transaction.atomic(savepoint=False):
        if decision is not None:
            decision.save()
        if parts:
            hold_parts(parts=parts, channel=asked.channel, minutes=minutes, max_minutes=max_minutes)
    return Choice(option, decision, parts, due)


def _due_at(request: RouteRequest, candidate: Candidate, sources: Sequence[Source]) -> datetime | None:
    """By when everybody who gives something has to have prepared it."""
    promise, givers = candidate.promise, set(candidate.location_ids)
    if promise is None:
        return None
    return max((due_at(request, one, promise) for one in sources if one.location_id in givers), default=None)


@dataclass(frozen=True)
class Ranked:
    """The candidate that was chosen, and the decision, not saved yet."""

    candidate: Candidate
    decision: RoutingDecision


def ranked_for(
    channel: ChannelContext, request: RouteRequest, sources: Sequence[Source], *, attempt: int = 1
) -> Ranked:
    """Decide from where an order is served; the caller saves the decision in the transaction that acts on it.

    Plugins are asked here, outside of any transaction of ours. Errors: ``NoRoute``.
    """
    candidates = rank_candidates(request, sources, conf.ROUTING_RULES)
    decision = _decision(request, candidates, attempt)
    if decision.chosen is None:
        raise NoRoute(field="delivery", decision=decision)
    _ask_plugins(channel, request, candidates, decision)
    return Ranked(candidates[decision.chosen], decision)


def decide_routes(
    *, channel: ChannelContext, requests: Iterable[RouteRequest], sources: Sequence[Source]
) -> Iterator[RoutingDecision]:
    """Decide from where many orders are served, one after the other; what an earlier one gets, a later one does not.

    Only decides and keeps the decisions, ``BATCH`` at a time; holds follow by ``hold_parts``. An order nobody can serve
    has a decision with nothing chosen. Nothing happens until the answer is read.
    """
    left = {source.location_id: dict(source.free) for source in sources}
    live = [replace(source, free=left[source.location_id]) for source in sources]
    batch: list[RoutingDecision] = []
    for request in requests:
        candidates = rank_candidates(request, live, conf.ROUTING_RULES)
        decision = _decision(request, candidates, 1)
        if decision.chosen is not None:
            _ask_plugins(channel, request, candidates, decision)
            for part in candidates[decision.chosen].parts:
                left[part.location_id][part.variant_id] -= part.quantity
        batch.append(decision)
        if len(batch) >= BATCH:
            yield from RoutingDecision.objects.bulk_create(batch)
            batch = []
    yield from RoutingDecision.objects.bulk_create(batch)


def _decision(request: RouteRequest, candidates: Sequence[Candidate], attempt: int) -> RoutingDecision:
    return RoutingDecision(
        reference=request.reference,
        attempt=attempt,
        kind=request.kind,
        rules=conf.ROUTING_RULES,
        candidates=[one.as_json() for one in candidates],
        chosen=0 if candidates and candidates[0].is_eligible else None,
        decided_at=clock.now(),
    )


def _ask_plugins(
    channel: ChannelContext, request: RouteRequest, candidates: list[Candidate], decision: RoutingDecision
) -> None:
    """Let a plugin choose otherwise; an answer that is not an eligible candidate counts as no answer."""
    if not plugins.subscribers(hookspecs.choose_route):
        return
    answer = plugins.choose(
        hookspecs.choose_route,
        enabled=channel.enabled_plugins,
        default=None,
        channel=channel,
        request=request,
        candidates=candidates,
    )
    if type(answer) is int and 0 <= answer < len(candidates) and candidates[answer].is_eligible:
        decision.chosen, decision.decided_by = answer, "plugin"
