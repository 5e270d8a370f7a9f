"""A short way through ninja for reads whose parameters are text: what they cost beside the database is mostly parsing."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic.fields import FieldInfo

Run = Callable[..., HttpResponse]


def text_only(*names: str) -> Callable[[Run], Run]:
    """Let requests with no other parameters than these skip ninja's models, which have nothing to check in a text.

    Any other request takes ninja's way, with all its refusals; for ``ninja.decorators.decorate_view``.
    """
    allowed = frozenset(names)

    def decorate(run: Run) -> Run:
        operation = run.__self__  # type: ignore[attr-defined]
        defaults = _defaults(operation.view_func)

        @wraps(run)
        def answer(request: HttpRequest, **path: str) -> HttpResponse:
            if not request.GET.keys() <= allowed:
                return run(request, **path)
            if refusal := operation._run_checks(request):
                return refusal
            try:
                return operation.view_func(request, **{**defaults, **request.GET.dict(), **path})
            except Exception as error:
                return operation.api.on_exception(request, error)

        return answer

    return decorate


def _defaults(view: Callable[..., Any]) -> dict[str, Any]:
    """What a view's parameters are when a request does not name them."""
    given = {name: one.default for name, one in inspect.signature(view).parameters.items()}
    plain = {name: value.default if isinstance(value, FieldInfo) else value for name, value in given.items()}
    return {name: value for name, value in plain.items() if value is not inspect.Parameter.empty}
