"""Plugins that are wrong, broken, slow or silent: a clear sentence in the right place, and everybody else goes on."""

import json
import logging
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from ninja import Router

from comptoir import hookspecs, plugins
from comptoir.api.api import build_api
from comptoir.base import clock
from comptoir.channels.models import Channel
from comptoir.events.models import Delivery
from comptoir.plugins import hookimpl
from comptoir.publishing.models import Attention, Document
from comptoir.publishing.services import publish_products

ROOT = Path(__file__).parents[2]


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Puts a distribution with a plugin on the path, as pip does; gone after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    loaded = set(plugins.manager.list_name_plugin())

    def write(name, hooks="", *, config="requires = ()", package=""):
        package = package or f"comptoir_{name}"
        apps = "from comptoir.plugins import PluginConfig\n\n\nclass Config(PluginConfig):\n"
        apps += f"    name = '{package}'\n    {config}\n"
        files = {
            f"{package}/__init__.py": "",
            f"{package}/apps.py": apps,
            f"{package}/plugin.py": f"from comptoir.plugins import hookimpl\n\n\n{hooks}",
            f"{package}-1.2.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n",
            f"{package}-1.2.dist-info/entry_points.txt": f"[comptoir.plugins]\n{name} = {package}.plugin\n",
        }
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_text(text)
        plugins.installed.cache_clear()

    yield write
    for name, module in plugins.manager.list_name_plugin():
        if (name, module) not in loaded:
            plugins.manager.unregister(name=name)
    for name in [
        name for name in sys.modules if str(tmp_path) in str(getattr(sys.modules[name], "__file__", ""))
    ]:
        del sys.modules[name]
    plugins.installed.cache_clear()
    plugins.reset_breakers()


def part(client, channel, plugin, slug="marin"):
    return client.get(f"/api/v1/{channel}/products/{slug}?locale=en").json().get(plugin)


def after(seconds):
    return clock.moved_to(clock.now() + timedelta(seconds=seconds))


# --- wrong at start --------------------------------------------------------------------------------------------------


def misspelt_hook():
    @hookimpl
    def add_document_feilds(item):
        return {}

    return add_document_feilds


def misspelt_argument():
    @hookimpl
    def add_document_fields(itme):
        return {}

    return add_document_fields


def argument_with_a_default():
    @hookimpl
    def add_document_fields(item, locale="en"):
        return {}

    return add_document_fields


def star_arguments():
    @hookimpl
    def add_document_fields(**everything):
        return {}

    return add_document_fields


def forgotten_marker():
    def check_readiness(item):
        return []

    return check_readiness


def order_of_its_own():
    @hookimpl(tryfirst=True)
    def add_document_fields(item):
        return {}

    return add_document_fields


def coroutine():
    @hookimpl
    async def on_product_changed(events): ...

    return on_product_changed


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (misspelt_hook, "add_document_feilds"),
        (misspelt_argument, "itme"),
        (argument_with_a_default, "'locale' as a plain argument"),
        (star_arguments, "'everything' as a plain argument"),
        (forgotten_marker, "check_readiness has no @hookimpl above it"),
        (order_of_its_own, "COMPTOIR_PLUGINS gives the order"),
        (coroutine, "on_product_changed must be an ordinary function"),
    ],
)
def test_a_hook_that_would_not_be_called_as_meant_stops_the_start_and_names_the_plugin(mistake, words):
    before = plugins.subscribers(hookspecs.add_document_fields)
    hook = mistake()

    with pytest.raises(ImproperlyConfigured, match="Plugin 'kiosk'") as refusal:
        plugins.register("kiosk", SimpleNamespace(**{hook.__name__: hook}))

    assert words in str(refusal.value)
    assert not plugins.manager.has_plugin("kiosk")
    assert plugins.subscribers(hookspecs.add_document_fields) == before


def test_a_plugin_that_is_not_installed_is_named_with_those_that_are():
    with pytest.raises(
        ImproperlyConfigured, match=r"lists 'kisok', which is not installed. Installed: .*web"
    ):
        plugins.installed_apps(["web", "kisok"])


def test_a_plugin_that_is_listed_twice_is_named():
    with pytest.raises(ImproperlyConfigured, match="lists 'web' twice"):
        plugins.installed_apps(["web", "store", "web"])


def test_two_installed_plugins_of_one_name_are_both_named(install):
    install("kiosk")
    install("kiosk", package="another_kiosk")
    with pytest.raises(
        ImproperlyConfigured, match=r"called 'kiosk': another_kiosk.plugin and comptoir_kiosk.plugin"
    ):
        plugins.installed_apps(["kiosk"])


def test_a_plugin_whose_requirement_is_not_listed_before_it_is_named(install):
    install("kiosk", config="requires = ('store',)")
    with pytest.raises(ImproperlyConfigured, match="Plugin 'kiosk' needs store before it"):
        plugins.installed_apps(["kiosk", "store"])
    assert plugins.installed_apps(["store", "kiosk"]) == ["comptoir_store", "comptoir_kiosk"]


def test_a_plugin_brings_its_apps_along(install):
    install("kiosk", config="extra_apps = ('django.contrib.humanize',)")
    assert plugins.installed_apps(["kiosk"]) == ["django.contrib.humanize", "comptoir_kiosk"]


def test_a_plugin_whose_apps_cannot_be_imported_is_named(install):
    install("kiosk", config="verbose_name = no_such_name")
    with pytest.raises(
        ImproperlyConfigured, match=r"Plugin 'kiosk' cannot be imported: NameError.*no_such_name"
    ):
        plugins.installed_apps(["kiosk"])


def test_a_plugin_whose_hooks_cannot_be_imported_is_named(install, settings):
    install("kiosk", "import no_such_module")
    settings.COMPTOIR_PLUGINS = ["kiosk"]
    with pytest.raises(
        ImproperlyConfigured, match=r"Plugin 'kiosk' cannot be imported: ModuleNotFoundError.*no_such_module"
    ):
        plugins.load()


def test_a_register_hook_that_fails_or_answers_nonsense_names_the_plugin(plug):
    plug("kiosk", register_preview=lambda: 1 / 0)
    with pytest.raises(ImproperlyConfigured, match="Plugin 'kiosk': register_preview: ZeroDivisionError"):
        plugins.collect(hookspecs.register_preview)
    plug("till", register_routers=lambda: 7)
    with pytest.raises(ImproperlyConfigured, match="Plugin 'till': register_routers: TypeError"):
        plugins.collect(hookspecs.register_routers, accept=list)


@pytest.mark.parametrize(
    ("routers", "words"),
    [
        (lambda: 7, "TypeError"),
        (lambda: [("queue", "no router")], "is not a lower-case prefix and a ninja.Router"),
        (lambda: [("Queue", Router())], "is not a lower-case prefix and a ninja.Router"),
        (lambda: [("products", Router())], "the prefix 'products' of its routes is taken"),
        (lambda: [("queue", Router()), ("queue", Router())], "the prefix 'queue' of its routes is taken"),
    ],
)
def test_routes_that_cannot_be_used_stop_the_start_and_name_the_plugin(routers, words, plug):
    plug("kiosk", register_routers=routers)
    with pytest.raises(ImproperlyConfigured, match="Plugin 'kiosk'") as refusal:
        build_api()
    assert words in str(refusal.value)


def test_a_command_says_it_in_its_last_line():
    command = [sys.executable, str(ROOT / "manage.py"), "check"]
    environment = {"COMPTOIR_PLUGINS": "web,kisok", "DJANGO_SETTINGS_MODULE": "comptoir_site.settings.test"}

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "COMPTOIR_PLUGINS lists 'kisok', which is not installed." in ended.stderr.splitlines()[-1]


def test_what_is_installed_but_not_listed_is_not_even_imported(install, settings):
    install("kiosk", "raise SystemExit('must not be imported')")
    settings.COMPTOIR_PLUGINS = ["web"]
    plugins.load()
    assert "comptoir_kiosk" not in sys.modules


# --- broken while documents are built --------------------------------------------------------------------------------


def raises(item):
    raise RuntimeError("out of paper")


def answers_a_list(item):
    return ["no", "dictionary"]


def answers_what_json_cannot_say(item):
    return {"when": object()}


def is_late(item):
    time.sleep(0.05)
    return {"late": True}


def breaks_the_transaction(item):
    with connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM no_such_table")


BROKEN = [raises, answers_a_list, answers_what_json_cannot_say, is_late, breaks_the_transaction]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_part_is_left_out_and_everything_else_is_published(broken, shop, plug, client, settings):
    settings.COMPTOIR_HOOK_BUDGET_MS = 20 if broken is is_late else 2000
    plug("broken", add_document_fields=broken)
    plug("fine", add_document_fields=lambda item: {"ok": True})
    shop.channel("ours", plugin="broken", extensions=["fine"])
    shop.channel("other", plugin="fine")
    product = shop.product("marin")

    shop.settle()

    assert part(client, "ours", "broken") is None
    assert part(client, "ours", "fine") == {"ok": True}
    assert part(client, "other", "fine") == {"ok": True}
    assert Attention.objects.get(item_id=product.pk).reason.startswith("plugin broken: add_document_fields: ")
    assert plugins.health("broken")["add_document_fields"]["failures"] >= 1
    assert plugins.health("fine") == {}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_check_that_fails_leaves_what_is_there_as_it_is(broken, shop, plug, client, settings):
    now = [lambda item: []]

    def as_now(item):
        return now[-1](item)

    plug("broken", check_readiness=as_now)
    shop.channel("ours", plugin="broken")
    shop.channel("web")
    product = shop.product("marin", texts={"en": "Marin"})
    shop.settle()
    was = list(Document.objects.filter(channel__code="ours").order_by("pk").values())

    settings.COMPTOIR_HOOK_BUDGET_MS = 20 if broken is is_late else 2000
    now.append(broken)
    shop.text(product, "en", title="Marin, new")
    shop.settle()

    assert list(Document.objects.filter(channel__code="ours").order_by("pk").values()) == was
    slug = product.contents.get(locale__language_code="en").slug
    assert client.get(f"/api/v1/web/products/{slug}?locale=en").json()["title"] == "Marin, new"


def test_a_product_that_could_not_be_checked_does_not_appear(shop, plug, client):
    plug("broken", check_readiness=raises)
    shop.channel("ours", plugin="broken")
    shop.product("marin")
    shop.settle()
    assert client.get("/api/v1/ours/products").json()["items"] == []


def test_a_part_that_was_late_is_there_after_the_retry(shop, plug, client, settings):
    settings.COMPTOIR_HOOK_BUDGET_MS, settings.COMPTOIR_BREAKER_PAUSE_S = 20, 0
    pause_s = [0.05]

    def late_at_first(item):
        time.sleep(sum(pause_s))
        return {"ok": True}

    plug("late", add_document_fields=late_at_first)
    shop.channel("ours", plugin="late")
    product = shop.product("marin")
    shop.settle()
    assert part(client, "ours", "late") is None
    assert "late: " in Attention.objects.get(item_id=product.pk).reason

    pause_s.clear()
    with after(seconds=60):
        shop.settle()

    assert part(client, "ours", "late") == {"ok": True}
    assert not Attention.objects.exists()
    assert plugins.health("late") == {}


def test_only_the_plugins_of_the_channel_are_called(shop, plug):
    called = []
    plug("ours", add_document_fields=lambda item, channel: called.append(channel.code) or {})
    shop.channel("ours", plugin="ours")
    shop.channel("web")
    shop.channel("app", extensions=["ours"])
    shop.product("marin", texts={"en": "Marin"})

    shop.settle()

    assert set(called) == {"ours", "app"}


def test_an_event_that_one_plugin_cannot_handle_is_retried_and_holds_up_nobody_else(shop, plug, client):
    told = []

    def fails_once(events):
        told.append([event.subject_id for event in events])
        if len(told) < 3:
            raise RuntimeError("the till is off")

    plug("broken", on_product_changed=fails_once)
    shop.channel("web")
    product = shop.product("marin")

    shop.settle()

    assert client.get("/api/v1/web/products/marin?locale=en").status_code == 200
    waiting = Delivery.objects.filter(subscriber="broken")
    assert waiting.order_by("pk")[0].error == "RuntimeError('the till is off')"
    with after(seconds=3):
        shop.settle()
    assert told[-1] == [product.pk]
    assert not waiting.exists()


# --- the breaker -----------------------------------------------------------------------------------------------------


def test_a_hook_that_keeps_failing_is_switched_off_for_a_while_and_tried_again(shop, plug, settings):
    settings.COMPTOIR_BREAKER_FAILURES, settings.COMPTOIR_BREAKER_PAUSE_S = 3, 1
    calls, is_broken = [], [True]

    def counts(item):
        calls.append(item.id)
        return 1 / 0 if is_broken else {"ok": True}

    plug("broken", add_document_fields=counts)
    plug("fine", add_document_fields=lambda item: {"ok": True})
    channel = shop.channel("ours", plugin="broken", extensions=["fine"], locales=["en"])
    product = shop.product("marin", texts={"en": "Marin"})

    for _again in range(5):
        publish_products([product.pk], channels=[channel])

    assert len(calls) == 3
    assert plugins.health("broken")["add_document_fields"]["off"]
    assert json.loads(Document.objects.get(kind="product").body)["fine"] == {"ok": True}

    is_broken.clear()
    time.sleep(1.05)
    publish_products([product.pk], channels=[channel])

    assert len(calls) == 4
    assert json.loads(Document.objects.get(kind="product").body)["broken"] == {"ok": True}
    assert plugins.health("broken") == {}


def test_a_hook_that_fails_again_after_the_pause_is_off_at_once(plug, settings):
    settings.COMPTOIR_BREAKER_FAILURES, settings.COMPTOIR_BREAKER_PAUSE_S = 2, 0
    calls = []
    plug("broken", add_document_fields=lambda item: calls.append(item) or 1 / 0)

    def build():
        return plugins.add(
            hookspecs.add_document_fields, enabled=["broken"], item=None, channel=None, locale="en"
        )

    build(), build(), build()
    assert len(calls) == 3
    settings.COMPTOIR_BREAKER_PAUSE_S = 60
    build(), build()
    assert len(calls) == 4
    assert build().failed[0].reason == "switched off for a while"


def test_another_hook_of_a_plugin_that_is_off_is_still_called(plug, settings):
    settings.COMPTOIR_BREAKER_FAILURES = 1
    plug("broken", add_document_fields=raises, check_readiness=lambda item: ["asked"])
    arguments = {"enabled": ["broken"], "item": None, "channel": None, "locale": "en"}
    plugins.add(hookspecs.add_document_fields, **arguments)
    assert plugins.check(hookspecs.check_readiness, **arguments) == ["asked"]


def test_choose_takes_the_first_answer_and_goes_past_who_fails(plug):
    plug("broken", add_document_fields=raises)
    plug("silent", add_document_fields=lambda: None)
    plug("third", add_document_fields=lambda: "third")
    arguments = {"item": None, "channel": None, "locale": "en"}

    def choice(*enabled):
        return plugins.choose(hookspecs.add_document_fields, enabled=enabled, default="default", **arguments)

    assert choice("broken", "silent", "third") == "third"
    assert choice("broken", "silent") == "default"


# --- what people can see ---------------------------------------------------------------------------------------------


KIOSK = """
from ninja import Router

@hookimpl
def register_routers():
    return [("queue", Router())]

@hookimpl
def add_document_fields(item):
    return {"queue": 1 / 0}
"""


@pytest.fixture
def kiosk(install, settings, shop):
    """A third party's plugin that is on, has a setting and a route, and is broken."""
    install("kiosk", KIOSK)
    install("spare")
    conf = Path(sys.path[0], "comptoir_kiosk", "conf.py")
    conf.write_text(
        "from comptoir.conf import Setting\n\n"
        "SETTINGS = (Setting('COMPTOIR_KIOSK_IDLE_S', int, 90, 'How long it waits.', 's'),)\n"
    )
    settings.COMPTOIR_PLUGINS = [*settings.COMPTOIR_PLUGINS, "kiosk"]
    plugins.load()
    shop.channel("hall", plugin="kiosk")
    shop.product("marin")
    shop.settle()


def test_the_plugins_command_shows_for_programs_what_is_on_and_in_trouble(kiosk, capsys):
    call_command("plugins", "--json")

    states = {state["name"]: state for state in json.loads(capsys.readouterr().out)}

    assert [states[name]["position"] for name in ("store", "web", "app")] == [1, 2, 3]
    assert states["kiosk"]["position"] == sum(state["is_on"] for state in states.values())
    kiosk = states["kiosk"]
    assert (kiosk["package"], kiosk["distribution"], kiosk["version"]) == (
        "comptoir_kiosk",
        "comptoir_kiosk",
        "1.2",
    )
    assert kiosk["hooks"] == ["add_document_fields", "register_routers"]
    assert kiosk["routes"] == ["/api/v1/<channel>/queue"]
    assert kiosk["settings"] == {"COMPTOIR_KIOSK_IDLE_S": 90}
    assert kiosk["channels"] == ["hall"]
    assert "ZeroDivisionError" in kiosk["health"]["add_document_fields"]["reason"]
    assert not states["spare"]["is_on"]


def test_the_plugins_command_shows_people_the_same(kiosk, capsys):
    call_command("plugins")

    shown = " ".join(capsys.readouterr().out.split())

    for words in (
        "kiosk 1.2",
        "hall",
        "off for a while: add_document_fields",
        "ZeroDivisionError",
        "COMPTOIR_KIOSK_IDLE_S = 90",
        "│ off │ spare",
    ):
        assert words in shown


def test_a_setting_of_a_plugin_is_checked_like_those_of_the_core(kiosk, settings):
    from comptoir.conf import check_settings

    check_settings(plugins.declared_settings())
    settings.COMPTOIR_KIOSK_IDLE_S = "ninety"
    with pytest.raises(ImproperlyConfigured, match="COMPTOIR_KIOSK_IDLE_S must be of type int"):
        check_settings(plugins.declared_settings())
    settings.COMPTOIR_KIOSK_IDEL_S = 90
    with pytest.raises(ImproperlyConfigured, match="COMPTOIR_KIOSK_IDEL_S is not a setting"):
        check_settings(plugins.declared_settings())


def test_every_call_is_in_the_log_when_hooks_are_traced(shop, plug, settings, caplog):
    settings.COMPTOIR_TRACE_HOOKS = True
    plug("ours", add_document_fields=lambda item: {"ok": True})
    shop.channel("ours", plugin="ours", locales=["en"])
    shop.product("marin", texts={"en": "Marin"})

    with caplog.at_level(logging.INFO, logger="comptoir.plugins"):
        shop.settle()

    assert any(line.startswith("hook add_document_fields of ours took ") for line in caplog.messages)


@pytest.mark.usefixtures("english")
def test_a_channel_cannot_name_a_plugin_that_does_not_run(shop):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="No plugin called “kisok” is running"):
        shop.channel("hall", plugin="kisok")
    assert not Channel.objects.exists()
