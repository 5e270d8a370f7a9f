"""The screen of one variant at one location: the figure, what it is made of, what moved it, and what can be done."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin import messages

from comptoir.base.errors import ComptoirError
from comptoir.catalogue.models import Product
from comptoir.stock.backoffice.breakdown import claims_on, figure_of, movements_with_totals, reserves_at
from comptoir.stock.backoffice.level_forms import FORMS, LevelForm
from comptoir.stock.backoffice.screen import StockScreen, document_name, document_url, level_url, show_refusal
from comptoir.stock.models import Level, Movement

#: Claims on one level that are listed; the sums above count all of them.
MOST_CLAIMS = 20


class LevelView(StockScreen):
    """One variant at one of the own locations."""

    template_name = "comptoir/stock/level.html"
    section = "index"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        variants = Product.objects.variants().select_related("parent")
        self.variant = get_object_or_404(variants, pk=kwargs["variant"])

    @cached_property
    def location(self) -> Any:
        return self.place(self.kwargs["location"])

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        kind = next((form for form in FORMS if form.name == request.POST.get("do")), None)
        location = self.location
        if kind is None:
            messages.error(request, _("Choose what to do with the stock."))
            return redirect(level_url(self.variant, location))
        if not kind.is_allowed(request):
            return HttpResponse(status=403)
        form = kind(request.POST, prefix=kind.name)
        if form.is_valid() and self._act(form):
            return redirect(level_url(self.variant, location))
        return self.render_to_response(self.get_context_data(sent=form))

    def _act(self, form: LevelForm) -> bool:
        """Call the service of the form; a refusal is shown beside its field, a repetition is told as such."""
        key = form.key(self.variant.pk, self.location.pk)
        is_done = bool(key) and Movement.objects.filter(idempotency_key=key).exists()
        try:
            form.act(
                {"variant": self.variant, "location": self.location},
                {"actor_id": self.actor_id, "idempotency_key": key},
            )
        except ComptoirError as error:
            show_refusal(form, error, **form.fields_by_name)
            return False
        if is_done:
            messages.info(self.request, _("This was done already; it counts once."))
        else:
            messages.success(self.request, _("The stock was changed."))
        return True

    def get_page_title(self) -> str:
        return f"{self.variant.sku} · {self.location}"

    def get_context_data(self, sent: LevelForm | None = None, **kwargs: Any) -> dict[str, Any]:
        level = Level.objects.filter(variant=self.variant, location=self.location).first()
        page = Paginator(movements_with_totals(self.variant, self.location), 50).get_page(
            self.request.GET.get("p")
        )
        for movement in page:
            movement.url, movement.called = document_url(movement), document_name(movement)
        claims = list(claims_on(level)[: MOST_CLAIMS + 1]) if level else []
        facts = {
            "variant": self.variant,
            "location": self.location,
            "figure": figure_of(self.variant, self.location),
            "rules": reserves_at(self.variant, self.location),
            "movements": page,
            "claims": claims[:MOST_CLAIMS],
            "has_more_claims": len(claims) > MOST_CLAIMS,
            "forms": self._forms(level, sent),
        }
        return super().get_context_data(**{**kwargs, **facts})

    def _forms(self, level: Level | None, sent: LevelForm | None) -> list[LevelForm]:
        """What may be done here, with what was just refused in its place."""
        now = {"safety": level.safety, "backorder": level.backorder} if level else {}
        return [
            sent if sent and sent.name == kind.name
            else kind(prefix=kind.name, initial={"quantity": now[kind.name]} if kind.name in now else {})
            for kind in FORMS
            if kind.is_allowed(self.request)
        ]  # fmt: skip
