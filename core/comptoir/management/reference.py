"""The pages of ``docs/`` that are made from the code: hooks, settings, errors, the API."""

import ast
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module, metadata
from pathlib import Path

import orjson
from django.urls import resolve, reverse
from django.utils import translation

import comptoir
from comptoir import hookspecs, plugins
from comptoir.api.errors import STATUS_CODES
from comptoir.base.errors import ComptoirError
from comptoir.conf import SETTINGS, Setting, conf

MADE = "<!-- Made by `./manage.py docs`; change the code, not this page. -->\n"

RULES = {
    "register": "Called once at start. A failure stops the start and names the plugin.",
    "add": "Who fails, is late or returns nonsense is left out, logged and counted; the others' parts stand.",
    "check": "Any blocking problem refuses the change, all are shown. A plugin that fails refuses it too.",
    "choose": "The first answer wins; without one, or on failure, the core's default.",
    "on": "Called after the commit, at least once, in order per subject. A failure is retried, then parked.",
}

#: Folders where no refusal of the shop is defined, and whose imports a running shop may lack.
LEFT_OUT = {"testing", "management", "migrations"}


def pages() -> dict[str, str]:
    """Every generated page, by its file name."""
    with translation.override("en"):
        return {
            "hooks.md": hooks_page(),
            "settings.md": settings_page(),
            "errors.md": errors_page(),
            "openapi.json": openapi_page(),
        }


# --- hooks -----------------------------------------------------------------------------------------------------------


def openapi_page() -> str:
    """The API as a running shop describes it."""
    schema = resolve(reverse("comptoir:openapi-json")).func.keywords["api"].get_openapi_schema()
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(schema, option=options).decode() + "\n"


def hook_functions() -> list[Callable[..., object]]:
    """Every hook of the contract, in the order of ``hookspecs.py``."""
    named = (value for name, value in vars(hookspecs).items() if name.startswith(plugins.FAMILIES))
    return [value for value in named if inspect.isfunction(value)]


def hooks_page() -> str:
    """The contract, family by family, with who implements what."""
    sections = [MADE + "# Hooks", inspect.getdoc(hookspecs) or "", _hook_list()]
    sections += [_hook_section(hook) for hook in hook_functions()]
    return "\n\n".join(sections) + "\n"


def signature(hook: Callable[..., object]) -> str:
    """How a hook is written down: its exact arguments, as a Python programmer reads them."""
    text = f"{hook.__name__}{inspect.signature(hook)}"
    return text.replace("'", "").replace("typing.", "")


def _hook_list() -> str:
    rows = [f"| [`{hook.__name__}`](#{hook.__name__}) | {_implementers(hook)} |" for hook in hook_functions()]
    return "\n".join(["| hook | implemented by |", "|---|---|", *rows])


def _hook_section(hook: Callable[..., object]) -> str:
    family = hook.__name__.partition("_")[0]
    call = f"```python\n@hookimpl\ndef {signature(hook)}: ...\n```"
    return "\n\n".join([f"## {hook.__name__}", call, inspect.getdoc(hook) or "", f"*{RULES[family]}*"])


def _implementers(hook: Callable[..., object]) -> str:
    """The core and our own plugins; what else this site runs is no matter for the docs."""
    ours = [
        name for name in plugins.subscribers(hook) if name in _our_plugins() or name.startswith("comptoir.")
    ]
    return ", ".join(name.replace("comptoir.", "the core's ") for name in ours) or "nobody yet"


# --- settings --------------------------------------------------------------------------------------------------------


def settings_page() -> str:
    """Every setting of the core, then those of our plugins."""
    intro = (
        "All are Django settings, read when they are needed. A misspelt one, or one of the wrong type, stops "
        "the start. `./manage.py plugins` shows what the plugins that are on have been set to."
    )
    sections = [MADE + "# Settings", intro, _settings_table(SETTINGS)]
    for name in _our_plugins():
        if declared := plugins.settings_of(name):
            sections += [f"## {name}", _settings_table(declared)]
    return "\n\n".join(sections) + "\n"


def _settings_table(settings: tuple[Setting, ...]) -> str:
    rows = [
        f"| `{one.name}` | {one.type.__name__} | {f'`{one.default!r}` {one.unit}'.strip()} | {one.meaning} |"
        for one in settings
    ]
    return "\n".join(["| setting | type | default | meaning |", "|---|---|---|---|", *rows])


# --- errors ----------------------------------------------------------------------------------------------------------


def errors_page() -> str:
    """Every code that an answer or a command can have, with its status and its sentence."""
    intro = (
        'An error answer is problem+json (RFC 9457): `{"type", "title", "status", "code", "errors": '
        '[{"field", "code", "message"}]}`. `code` is stable; the sentences are in the caller\'s language.'
    )
    rows = [
        f"| `{error.code}` | {error.status} | {error.sentence} | {_first_line(error)} |"
        for error in sorted(error_classes(), key=lambda error: (error.code, error.__module__))
    ]
    table = ["| code | status | sentence | when |", "|---|---|---|---|", *rows]
    codes = [f"| `{code}` | {status} |" for code, status in sorted(api_codes())]
    sections = [MADE + "# Errors", intro, "## Refusals of the shop", "\n".join(table)]
    sections += ["## Refusals of the API itself", "\n".join(["| code | status |", "|---|---|", *codes])]
    return "\n\n".join(sections) + "\n"


def error_classes() -> set[type[ComptoirError]]:
    """Every refusal that the core and our plugins can raise."""
    for package in _our_packages():
        for module in _modules(package):
            import_module(module)
    return {
        error for error in _subclasses(ComptoirError) if error.__module__.partition(".")[0] in _our_packages()
    }


def api_codes() -> set[tuple[str, int]]:
    """The codes that ``comptoir.api`` gives without an error class, as its calls of ``problem`` name them."""
    codes = {(code, status) for status, code in STATUS_CODES.items()}
    for source in sorted((Path(comptoir.__path__[0]) / "api").glob("*.py")):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem":
                given = [argument.value for argument in node.args[:2] if isinstance(argument, ast.Constant)]
                if len(given) == 2 and isinstance(given[0], int):
                    codes.add((str(given[1]), given[0]))
    return codes


def _subclasses(error: type[ComptoirError]) -> Iterator[type[ComptoirError]]:
    yield error
    for below in error.__subclasses__():
        yield from _subclasses(below)


def _first_line(error: type[ComptoirError]) -> str:
    return (error.__doc__ or "").strip().partition("\n")[0]


def _our_plugins() -> list[str]:
    """Those of the plugins that are on that belong to Comptoir itself."""
    ours = metadata.distribution("comptoir").entry_points.select(group=plugins.ENTRY_POINT_GROUP)
    return [name for name in conf.PLUGINS if name in {point.name for point in ours}]


def _our_packages() -> list[str]:
    return ["comptoir", *map(plugins.package_of, _our_plugins())]


def _modules(name: str) -> Iterator[str]:
    package = import_module(name)
    for found in pkgutil.walk_packages(package.__path__, f"{name}."):
        if LEFT_OUT.isdisjoint(found.name.split(".")):
            yield found.name
