"""Loads the listed plugins and calls their hooks, so that a broken one never breaks another channel.

Two phases. Settings call ``installed_apps`` (reads only each plugin's ``apps.py``, no models); Django's ``ready`` calls
``load`` (imports each ``plugin.py``, checks every hook against ``hookspecs``).
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache as remember
from importlib import import_module, metadata
from typing import Any

import pluggy
from django.apps import AppConfig, apps
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

from comptoir import hookspecs
from comptoir.base import clock
from comptoir.conf import conf

logger = logging.getLogger("comptoir.plugins")
hookimpl = pluggy.HookimplMarker("comptoir")

ENTRY_POINT_GROUP = "comptoir.plugins"
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
def found() -> dict[str, str]:
    """Every plugin installed in this environment: its name and the module with its hooks."""
    return {point.name: point.value for point in metadata.entry_points(group=ENTRY_POINT_GROUP)}


def package_of(name: str) -> str:
    """The package of a listed plugin.

    Errors: ``ImproperlyConfigured`` if nothing of that name is installed; the sentence lists what is.
    """
    try:
        return found()[name].rpartition(".")[0]
    except KeyError:
        known = ", ".join(sorted(found())) or "none"
        raise ImproperlyConfigured(f"COMPTOIR_PLUGINS lists {name!r}, which is not installed. Installed: {known}.") from None


def config_of(name: str) -> type[PluginConfig]:
    """The ``PluginConfig`` of a listed plugin, read without importing its models."""
    module = import_module(f"{package_of(name)}.apps")
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, PluginConfig) and value is not PluginConfig:
            return value
    raise ImproperlyConfigured(f"Plugin {name!r} has no PluginConfig in its apps.py.")


def installed_apps(names: Iterable[str]) -> list[str]:
    """The Django apps of the listed plugins, for ``INSTALLED_APPS``.

    Errors: ``ImproperlyConfigured`` for an unknown plugin, or one whose requirement is not listed before it.
    """
    listed: list[str] = []
    django_apps: list[str] = []
    for name in names:
        config = config_of(name)
        missing = [required for required in config.requires if required not in listed]
        if missing:
            raise ImproperlyConfigured(f"Plugin {name!r} needs {', '.join(missing)} before it in COMPTOIR_PLUGINS.")
        listed.append(name)
        django_apps += [*config.extra_apps, package_of(name)]
    return django_apps


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
        register(name, _import_hooks(name))


def register(name: str, hooks: object) -> None:
    """Let the hooks of a module (a plugin's, or a core context's own) be called.

    Errors: ``ImproperlyConfigured`` for a hook or argument that ``hookspecs`` does not have.
    """
    if manager.has_plugin(name):
        return
    try:
        manager.register(hooks, name)
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        manager.unregister(name=name)
        raise ImproperlyConfigured(f"Plugin {name!r}: {error}") from error


def _import_hooks(name: str) -> object:
    package_of(name)
    try:
        return import_module(found()[name])
    except Exception as error:
        raise ImproperlyConfigured(f"Plugin {name!r} cannot be imported: {error!r}") from error


def implementations(spec: Spec) -> list[pluggy.HookImpl]:
    """Who implements a hook, in the order of ``COMPTOIR_PLUGINS`` (core's own first)."""
    return list(getattr(manager.hook, spec.__name__).get_hookimpls())


def subscribers(spec: Spec) -> list[str]:
    """The names of all plugins that implement a hook."""
    return [impl.plugin_name for impl in implementations(spec)]


# --- calling, one function per family --------------------------------------------------------------------------------


def collect(spec: Spec, **arguments: object) -> dict[str, Any]:
    """Call a ``register_`` hook: every answer by plugin name.

    Errors: ``ImproperlyConfigured`` naming the plugin that failed.
    """
    answers = {}
    for impl in implementations(spec):
        try:
            answers[impl.plugin_name] = _run(impl, arguments)
        except Exception as error:
            raise ImproperlyConfigured(f"Plugin {impl.plugin_name!r}: {spec.__name__}: {error!r}") from error
    return answers


def add(spec: Spec, *, enabled: Iterable[str], accept: Callable[[Any], Any] = dict, **arguments: object) -> "Added":
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


def check(spec: Spec, *, enabled: Iterable[str], accept: Callable[[Any], Any] = list, **arguments: object) -> list[Any]:
    """Call a ``check_`` hook of the enabled plugins: all their problems.

    Errors: ``PluginFailed`` from the first plugin that could not answer: what cannot be checked is refused.
    """
    return [problem for impl in _enabled(spec, enabled) for problem in _guarded(spec, impl, arguments, accept)]


def choose(spec: Spec, *, enabled: Iterable[str], default: Any, **arguments: object) -> Any:
    """Call a ``choose_`` hook: the first answer that is not ``None``, else the core's default."""
    for impl in _enabled(spec, enabled):
        try:
            answer = _guarded(spec, impl, arguments, lambda value: value)
        except PluginFailed:
            continue
        if answer is not None:
            return answer
    return default


def deliver(spec: Spec, *, plugin: str, **arguments: object) -> None:
    """Call an ``on_`` hook of one plugin; what it raises is the outbox's to retry."""
    for impl in _enabled(spec, [plugin]):
        _run(impl, arguments)


def _enabled(spec: Spec, enabled: Iterable[str]) -> Iterator[pluggy.HookImpl]:
    names = set(enabled)
    return (impl for impl in implementations(spec) if impl.plugin_name in names)


def _run(impl: pluggy.HookImpl, arguments: dict[str, object]) -> Any:
    started = time.perf_counter()
    try:
        return impl.function(**{name: arguments[name] for name in impl.argnames})
    finally:
        if conf.TRACE_HOOKS:
            spent_ms = (time.perf_counter() - started) * 1000
            logger.info("hook %s of %s took %.1f ms", impl.function.__name__, impl.plugin_name, spent_ms)


def _guarded(spec: Spec, impl: pluggy.HookImpl, arguments: dict[str, object], accept: Callable[[Any], Any]) -> Any:
    breaker = _breakers.setdefault((impl.plugin_name, spec.__name__), Breaker(impl.plugin_name, spec.__name__))
    if breaker.is_open:
        raise PluginFailed(impl.plugin_name, spec.__name__, "switched off for a while")
    started = time.perf_counter()
    try:
        answer = accept(_run(impl, arguments))
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


# --- the breaker -----------------------------------------------------------------------------------------------------


class Breaker:
    """Switches one hook of one plugin off after failures in a row, for a while; seen by all processes in the cache."""

    def __init__(self, plugin: str, hook: str) -> None:
        self.plugin, self.hook = plugin, hook
        self.failures = 0
        self.open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self.open_until

    def failed(self, reason: str) -> None:
        self.failures += 1
        if self.failures >= conf.BREAKER_FAILURES:
            self.open_until = time.monotonic() + conf.BREAKER_PAUSE_S
        self._tell({"failures": self.failures, "reason": reason[:300], "at": clock.now().isoformat(), "off": self.is_open})

    def succeeded(self) -> None:
        if self.failures:
            self.failures = 0
            self._tell(None)

    def _tell(self, health: dict[str, Any] | None) -> None:
        """Other processes see the state; a cache that is down must not make a plugin's failure worse."""
        key = health_key(self.plugin, self.hook)
        try:
            cache.set(key, health, 3600) if health else cache.delete(key)
        except Exception:
            logger.exception("the health of plugin %s could not be shown", self.plugin)


_breakers: dict[tuple[str, str], Breaker] = {}


def reset_breakers() -> None:
    """Forget all failures of this process: for tests and after a plugin was repaired."""
    for breaker in _breakers.values():
        breaker.succeeded()
    _breakers.clear()


def health_key(plugin: str, hook: str) -> str:
    return f"comptoir-plugin-health:{plugin}:{hook}"


def health(plugin: str) -> dict[str, dict[str, Any]]:
    """The last failures of a plugin, by hook, as all processes report them; empty when it is well."""
    keys = {health_key(plugin, hook): hook for hook in hooks_of(plugin)}
    return {keys[key]: state for key, state in cache.get_many(keys).items()}


def hooks_of(plugin: str) -> list[str]:
    """The hooks that a loaded plugin implements."""
    hooks = manager.get_hookcallers(manager.get_plugin(plugin)) or []
    return sorted(hook.name for hook in hooks)


def app_of(plugin: str) -> AppConfig | None:
    """The Django app of a loaded plugin; ``None`` for the core's own hooks."""
    return next((app for app in apps.get_app_configs() if plugin in found() and app.name == package_of(plugin)), None)
