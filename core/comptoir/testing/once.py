"""What every test of a module begins with is built once, in a transaction around them; each finds it as it was built."""

import copy
import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from comptoir import plugins
from comptoir.channels.queries import forget_contexts
from comptoir.search.rules import forget_rules
from comptoir.testing.factories import Shop


class Ground:
    """The transaction around the tests of a module, and what was built in it."""

    #: Of the module whose tests run.
    now: "Ground | None" = None

    def __init__(self, unblock: Callable[[], Any]) -> None:
        self.shop = Shop()
        self._unblock, self._around = unblock, ExitStack()
        self._things: list[Any] = [self.shop]
        self._twins: list[Any] = []

    def build(self, make: Callable[..., Any], **needs: Any) -> Any:
        """Make something, and remember how it and all that was made before look now."""
        with self._unblock():
            if Ground.now is None:
                self._open()
            forget_all()
            built = make(**needs)
        if built not in self._things:
            self._things.append(built)
        twins: dict[int, Any] = {}
        for thing in self._things:
            twins[id(thing)] = copy.deepcopy(thing, dict(twins))
        self._twins = list(twins.values())
        return built

    def restore(self) -> None:
        """After a test: its rows went with its transaction, what it did to objects goes now."""
        for thing, twin in zip(self._things, self._twins, strict=True):
            others = {
                id(one): its for its, one in zip(self._things, self._twins, strict=True) if one is not twin
            }
            vars(thing).clear()
            vars(thing).update(vars(copy.deepcopy(twin, others)))
        forget_all()

    def close(self) -> None:
        with self._unblock():
            self._around.close()

    def _open(self) -> None:
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]  # services may commit in it, as in Django's own
        self._around.enter_context(around)
        self._around.callback(transaction.set_rollback, True)
        self._around.callback(setattr, Ground, "now", None)
        Ground.now = self


@pytest.fixture(scope="module")
def ground(django_db_setup: None, django_db_blocker: Any) -> Iterator[Ground]:
    """Where ``built_once`` builds; nothing happens before something is built."""
    ground = Ground(django_db_blocker.unblock)
    yield ground
    ground.close()


def built_once(make: Callable[..., Any]) -> Any:
    """A fixture that is built once for its module: ``@built_once def till(shop): return Till(shop)``.

    It takes ``shop`` and other things that are built once. Tests do with rows and objects what they like. Not for modules
    with tests that commit.
    """
    names = list(inspect.signature(make).parameters)

    def build(request: pytest.FixtureRequest, ground: Ground) -> Any:
        needs = {name: ground.shop if name == "shop" else request.getfixturevalue(name) for name in names}
        return ground.build(make, **needs)

    return pytest.fixture(build, scope="module", name=make.__name__)


def forget_all() -> None:
    """Nothing is remembered of the shop of the test before, nor who called it."""
    cache.clear()  # calls are counted there
    forget_contexts()
    forget_rules()
    plugins.reset_breakers()
