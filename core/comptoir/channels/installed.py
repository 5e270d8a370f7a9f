"""What is installed, what of it is on, who uses it, and how it is: for ``./manage.py plugins`` and the back office."""

from dataclasses import dataclass, field
from typing import Any

from comptoir import hookspecs, plugins
from comptoir.channels.models import Channel
from comptoir.conf import conf, value_of


@dataclass(frozen=True)
class PluginState:
    """One installed plugin. ``position`` is its place in ``COMPTOIR_PLUGINS``, from 1; 0 when it is off.

    ``health`` has an entry for each hook that failed lately, as ``comptoir.plugins.health`` gives it.
    """

    name: str
    package: str
    distribution: str
    version: str
    position: int = 0
    hooks: list[str] = field(default_factory=list)
    routes: list[str] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    channels: list[str] = field(default_factory=list)
    health: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        return self.position > 0


def plugin_states() -> list[PluginState]:
    """Every installed plugin, those that are on first and in their order; what is off is not even imported."""
    routes = plugins.collect(hookspecs.register_routers)
    channels = list(Channel.objects.active())
    on = [
        _running(name, position, routes.get(name, []), channels)
        for position, name in enumerate(conf.PLUGINS, 1)
    ]
    return on + [
        PluginState(**_origin(name)) for name in sorted(plugins.installed()) if name not in conf.PLUGINS
    ]


def _running(name: str, position: int, routers: list[Any], channels: list[Channel]) -> PluginState:
    return PluginState(
        **_origin(name),
        position=position,
        hooks=plugins.hooks_of(name),
        routes=[f"/api/v1/<channel>/{prefix}" for prefix, _router in routers],
        settings={setting.name: value_of(setting) for setting in plugins.settings_of(name)},
        channels=[channel.code for channel in channels if name in channel.enabled_plugins],
        health=plugins.health(name),
    )


def _origin(name: str) -> dict[str, str]:
    distribution = plugins.installed()[name].dist
    return {
        "name": name,
        "package": plugins.package_of(name),
        "distribution": distribution.name if distribution else "",
        "version": distribution.version if distribution else "",
    }
