"""Loads the listed plugins and calls their hooks, so that a broken one never breaks another channel.

Two phases. Settings call ``installed_apps`` (reads only each plugin's ``apps.py``, no models); Django's ``ready`` calls
``load`` (imports each ``plugin.py``, checks every hook against ``hookspecs``).
"""

import inspect
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache as remember
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any

import pluggy
from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction

from comptoir import hookspecs
from comptoir.base.breaker import breaker_of, troubles
from comptoir.base.breaker import reset_breakers as reset_breakers
from comptoir.base.statements import plans_made_anew
from comptoir.conf import Setting, conf

logger = logging.getLogger("comptoir.plugins")
hookimpl = pluggy.HookimplMarker("comptoir")

ENTRY_POINT_GROUP = "comptoir.plugins"

#: How the core's own hooks are named, such as ``comptoir.publishing``.
CORE = "comptoir."
FAMILIES = ("register_", "add_", "check_", "choose_", "on_")
Spec = Callable[..., Any]


class PluginConfig(AppConfig):
    """What a plugin says of itself before any model is loaded; its ``apps.py`` has a subclass.

    ``requires`` names other plugins that must be on, ``extra_apps`` Django apps it brings along.
    """

    requires: tuple[str, ...] = ()
    extra_apps: tuple[str, ...] = ()
    default_auto_field = "django.db.models.BigAutoField"
    default = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Django picks the one config of an ``apps.py`` that says so; this base is imported there too."""
        super().__init_subclass__(**options)
        cls.default = True


@dataclass(frozen=True)
class Preview:
    """How people see a document of a plugin's channels: a template that gets ``document``, ``channel``, ``locale``.

    Units: ``width_px`` is the width of the frame it is shown in.
    """

    template: str
    width_px: int = 420


class PluginFailed(Exception):
    """A plugin raised, was late or returned nonsense where the answer was needed; ``plugin`` and ``hook`` name it."""

    def __init__(self, plugin: str, hook: str, reason: str) -> None:
        self.plugin, self.hook, self.reason = plugin, hook, reason
        super().__init__(f"plugin {plugin}: {hook}: {reason}")


# --- phase one: what settings need -----------------------------------------------------------------------------------


@remember
def installed() -> dict[str, metadata.EntryPoint]:
    """The entry point of every plugin in this environment, by name; the first found, as Python does with modules."""
    points = metadata.entry_points(group=ENTRY_POINT_GROUP)
    return {point.name: point for point in reversed(list(points))}


def found() -> dict[str, str]:
    """Every plugin installed in this environment: its name and the module with its hooks."""
    return {name: point.value for name, point in installed().items()}


def package_of(name: str) -> str:
    """The package of a listed plugin.

    Errors: ``ImproperlyConfigured`` if nothing of that name is installed; the sentence lists what is.
    """
    point = installed().get(name)
    if point is None:
        known = ", ".join(sorted(installed())) or "none"
        raise ImproperlyConfigured(
            f"COMPTOIR_PLUGINS lists {name!r}, which is not installed. Installed: {known}."
        )
    return point.value.rpartition(".")[0]


def config_of(name: str) -> type[PluginConfig]:
    """The ``PluginConfig`` of a listed plugin, read without importing its models.

    Errors: ``ImproperlyConfigured`` naming the plugin if its ``apps.py`` cannot be imported or has none.
    """
    module = _import(name, f"{package_of(name)}.apps")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, PluginConfig) and value is not PluginConfig:
            return value
    raise ImproperlyConfigured(f"Plugin {name!r} has no PluginConfig in its apps.py.")


def installed_apps(names: Iterable[str]) -> list[str]:
    """The Django apps of the listed plugins, for ``INSTALLED_APPS``.

    Errors: ``ImproperlyConfigured`` for an unknown plugin, one listed twice, one that shares its name with another
    installed plugin, or one whose requirement is not listed before it.
    """
    listed: list[str] = []
    django_apps: list[str] = []
    for name in names:
        config = config_of(name)
        _refuse_doubles(name, listed)
        missing = [required for required in config.requires if required not in listed]
        if missing:
            raise ImproperlyConfigured(
                f"Plugin {name!r} needs {', '.join(missing)} before it in COMPTOIR_PLUGINS."
            )
        listed.append(name)
        django_apps += [*config.extra_apps, package_of(name)]
    return django_apps


def _refuse_doubles(name: str, listed: list[str]) -> None:
    if name in listed:
        raise ImproperlyConfigured(f"COMPTOIR_PLUGINS lists {name!r} twice.")
    points = metadata.entry_points(group=ENTRY_POINT_GROUP, name=name)
    if len(modules := sorted({point.value for point in points})) > 1:
        raise ImproperlyConfigured(
            f"Two installed plugins are called {name!r}: {' and '.join(modules)}. Remove one."
        )


def _import(name: str, module: str) -> Any:
    try:
        return import_module(module)
    except Exception as error:
        raise ImproperlyConfigured(f"Plugin {name!r} cannot be imported: {error!r}") from error


# --- phase two: hooks ------------------------------------------------------------------------------------------------


def new_manager() -> pluggy.PluginManager:
    """An empty plugin manager that knows every hook."""
    fresh = pluggy.PluginManager("comptoir")
    fresh.add_hookspecs(hookspecs)
    return fresh


manager = new_manager()


def load() -> None:
    """Import and check every listed plugin; stop the start with the plugin's name when one is wrong.

    Errors: ``ImproperlyConfigured`` for a plugin that cannot be imported, or has a misspelt hook or argument.
    """
    for name in conf.PLUGINS:
        package_of(name)
        register(name, _import(name, installed()[name].value))


def register(name: str, hooks: object) -> None:
    """Let the hooks of a module (a plugin's, or a core context's own) be called.

    Errors: ``ImproperlyConfigured`` for a hook or argument that ``hookspecs`` does not have, and for a hook that could
    never be called as its author means it. Nothing is registered then.
    """
    if manager.has_plugin(name):
        return
    try:
        manager.register(hooks, name)
        manager.check_pending()
        _refuse_surprises(name, hooks)
    except (pluggy.PluginValidationError, ImproperlyConfigured) as error:
        manager.unregister(name=name)
        raise ImproperlyConfigured(f"Plugin {name!r}: {error}") from error


def _refuse_surprises(name: str, hooks: object) -> None:
    """Refuse what pluggy lets pass in silence: no ``@hookimpl``, defaults that stay defaults, wrappers, coroutines."""
    implemented = set(hooks_of(name))
    for hook in (spec for spec in vars(hookspecs) if spec.startswith(FAMILIES) and spec not in implemented):
        if inspect.isfunction(getattr(hooks, hook, None)):
            raise ImproperlyConfigured(f"{hook} has no @hookimpl above it, so it would never be called.")
    for hook in implemented:
        _refuse_surprise(hook, next(impl for impl in _implementations(hook) if impl.plugin_name == name))


def _refuse_surprise(hook: str, impl: pluggy.HookImpl) -> None:
    for argument in inspect.signature(impl.function).parameters:
        if argument not in impl.argnames:
            raise ImproperlyConfigured(
                f"{hook}: write {argument!r} as a plain argument, without default or star."
            )
    if impl.hookwrapper or impl.wrapper or impl.tryfirst or impl.trylast:
        raise ImproperlyConfigured(f"{hook}: @hookimpl takes no options; COMPTOIR_PLUGINS gives the order.")
    if inspect.iscoroutinefunction(impl.function) or inspect.isgeneratorfunction(impl.function):
        raise ImproperlyConfigured(f"{hook} must be an ordinary function that returns its answer.")


def implementations(spec: Spec) -> list[pluggy.HookImpl]:
    """Who implements a hook, in the order of ``COMPTOIR_PLUGINS`` (core's own first)."""
    return _implementations(spec.__name__)


def _implementations(hook: str) -> list[pluggy.HookImpl]:
    return list(getattr(manager.hook, hook).get_hookimpls())


def subscribers(spec: Spec) -> list[str]:
    """The names of all plugins that implement a hook."""
    return [impl.plugin_name for impl in implementations(spec)]


# --- calling, one function per family --------------------------------------------------------------------------------


def _as_it_is(answer: Any) -> Any:
    return answer


def collect(spec: Spec, *, accept: Callable[[Any], Any] = _as_it_is, **arguments: object) -> dict[str, Any]:
    """Call a ``register_`` hook: every answer by plugin name.

    ``accept`` checks an answer and returns what to keep; it raises when the answer is nonsense.
    Errors: ``ImproperlyConfigured`` naming the plugin that failed.
    """
    answers = {}
    for impl in implementations(spec):
        try:
            answers[impl.plugin_name] = accept(_run(spec, impl, arguments))
        except Exception as error:
            raise ImproperlyConfigured(f"Plugin {impl.plugin_name!r}: {spec.__name__}: {error!r}") from error
    return answers


def add(
    spec: Spec, *, enabled: Iterable[str], accept: Callable[[Any], Any] = dict, **arguments: object
) -> "Added":
    """Call an ``add_`` hook of the enabled plugins; who fails is left out and named in ``Added.failed``.

    ``accept`` checks an answer and returns what to keep; it raises when the answer is nonsense.
    """
    added = Added()
    for impl in _enabled(spec, enabled):
        try:
            added.answers[impl.plugin_name] = _guarded(spec, impl, arguments, accept)
        except PluginFailed as failure:
            added.failed.append(failure)
    return added


@dataclass
class Added:
    """What the plugins contributed, by plugin name, and the failures of those that did not."""

    answers: dict[str, Any] = field(default_factory=dict)
    failed: list[PluginFailed] = field(default_factory=list)


def check(
    spec: Spec, *, enabled: Iterable[str], accept: Callable[[Any], Any] = list, **arguments: object
) -> list[Any]:
    """Call a ``check_`` hook of the enabled plugins: all their problems.

    Errors: ``PluginFailed`` from the first plugin that could not answer: what cannot be checked is refused.
    """
    return [
        problem for impl in _enabled(spec, enabled) for problem in _guarded(spec, impl, arguments, accept)
    ]


def choose(spec: Spec, *, enabled: Iterable[str], default: Any, **arguments: object) -> Any:
    """Call a ``choose_`` hook: the first answer that is not ``None``, else the core's default."""
    for impl in _enabled(spec, enabled):
        try:
            answer = _guarded(spec, impl, arguments, _as_it_is)
        except PluginFailed:
            continue
        if answer is not None:
            return answer
    return default


def deliver(spec: Spec, *, plugin: str, **arguments: object) -> None:
    """Call an ``on_`` hook of one plugin; what it raises is the outbox's to retry."""
    for impl in _enabled(spec, [plugin]):
        _run(spec, impl, arguments)


def _enabled(spec: Spec, enabled: Iterable[str]) -> Iterator[pluggy.HookImpl]:
    names = set(enabled)
    return (impl for impl in implementations(spec) if impl.plugin_name in names)


def _run(spec: Spec, impl: pluggy.HookImpl, arguments: dict[str, object]) -> Any:
    started = time.perf_counter()
    try:
        return impl.function(**{name: arguments[name] for name in impl.argnames})
    finally:
        if conf.TRACE_HOOKS:
            spent_ms = (time.perf_counter() - started) * 1000
            logger.info("hook %s of %s took %.1f ms", spec.__name__, impl.plugin_name, spent_ms)


def _guarded(
    spec: Spec, impl: pluggy.HookImpl, arguments: dict[str, object], accept: Callable[[Any], Any]
) -> Any:
    if impl.plugin_name.startswith(CORE):
        return _of_the_core(spec, impl, arguments, accept)
    breaker = breaker_of(impl.plugin_name, spec.__name__)
    if breaker.is_open:
        raise PluginFailed(impl.plugin_name, spec.__name__, "switched off for a while")
    started = time.perf_counter()
    try:
        with plans_made_anew(), _own_savepoint():
            answer = accept(_run(spec, impl, arguments))
    except Exception as error:
        breaker.failed(repr(error))
        logger.exception("plugin %s failed in %s", impl.plugin_name, spec.__name__)
        raise PluginFailed(impl.plugin_name, spec.__name__, repr(error)) from error
    spent_ms = (time.perf_counter() - started) * 1000
    if spent_ms > conf.HOOK_BUDGET_MS:
        breaker.failed(f"took {spent_ms:.0f} ms of {conf.HOOK_BUDGET_MS}")
        logger.warning("plugin %s was late in %s: %.0f ms", impl.plugin_name, spec.__name__, spent_ms)
        raise PluginFailed(impl.plugin_name, spec.__name__, f"late: {spent_ms:.0f} ms")
    breaker.succeeded()
    return answer


def _of_the_core(
    spec: Spec, impl: pluggy.HookImpl, arguments: dict[str, object], accept: Callable[[Any], Any]
) -> Any:
    """A hook of the core itself is never switched off and has no savepoint: what its statements raise is the caller's."""
    try:
        return accept(_run(spec, impl, arguments))
    except DatabaseError:
        raise
    except Exception as error:
        logger.exception("the core's %s failed in %s", impl.plugin_name, spec.__name__)
        raise PluginFailed(impl.plugin_name, spec.__name__, repr(error)) from error


@contextmanager
def _own_savepoint() -> Iterator[None]:
    """A statement that fails in a hook must not spoil the caller's transaction: its first query opens a savepoint."""
    with ExitStack() as savepoint, ExitStack() as watch:

        def before_first(execute: Callable[..., Any], *statement: Any) -> Any:
            watch.close()
            if connection.in_atomic_block:
                savepoint.enter_context(transaction.atomic())
            return execute(*statement)

        watch.enter_context(connection.execute_wrapper(before_first))
        yield


# --- what is known of a plugin ---------------------------------------------------------------------------------------


def health(plugin: str) -> dict[str, dict[str, Any]]:
    """The last failures of a plugin, by hook, as all processes report them; empty when it is well.

    Each has ``failures`` in a row, the last ``reason``, when it was (``at``), and whether the hook is ``off`` just now.
    """
    return troubles(plugin, hooks_of(plugin))


def hooks_of(plugin: str) -> list[str]:
    """The hooks that a loaded plugin implements."""
    hooks = manager.get_hookcallers(manager.get_plugin(plugin)) or []
    return sorted(hook.name for hook in hooks)


def settings_of(plugin: str) -> tuple[Setting, ...]:
    """The settings that a listed plugin declares: ``SETTINGS`` in its ``conf.py``."""
    module = f"{package_of(plugin)}.conf"
    return tuple(_import(plugin, module).SETTINGS) if find_spec(module) else ()


def declared_settings() -> list[Setting]:
    """The settings of all listed plugins."""
    return [setting for name in conf.PLUGINS for setting in settings_of(name)]


def app_of(plugin: str) -> AppConfig | None:
    """The Django app of a loaded plugin; ``None`` for the core's own hooks."""
    return next(
        (app for app in apps.get_app_configs() if plugin in found() and app.name == package_of(plugin)), None
    )
