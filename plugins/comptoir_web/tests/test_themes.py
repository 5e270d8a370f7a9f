"""Themes: looked up in the theme, its parents, then the plugin; apart from each other; a bad one is named."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import TemplateDoesNotExist

from comptoir_web.themes import all_themes, theme_of

WORD = "comptoir_web/word.html"


def drawn(code, name=WORD):
    return theme_of(code).engine.get_template(name).render({})


def test_a_template_is_looked_up_in_the_theme_then_its_parent_then_the_plugin(a_theme):
    a_theme("old", said="", templates={WORD: "old", "comptoir_web/other.html": "old too"})
    a_theme("young", said='parent = "old"', templates={WORD: "young"})

    assert drawn("young") == "young"
    assert drawn("young", "comptoir_web/other.html") == "old too"
    assert theme_of("young").engine.get_template("comptoir_web/404.html")
    with pytest.raises(TemplateDoesNotExist):
        drawn("default")


def test_tokens_of_a_theme_come_after_those_of_its_parent(a_theme):
    a_theme("old", said='[light]\naccent = "red"\nink = "black"\n[dark]\nink = "white"')
    a_theme("young", said='parent = "old"\n[light]\naccent = "blue"')

    sheet = theme_of("young").stylesheet

    assert sheet.index("--accent:red") < sheet.index("--accent:blue") < sheet.index("--ink:white")
    assert theme_of("young").version != theme_of("old").version


def test_threads_draw_different_themes_at_the_same_time(a_theme):
    for number in range(4):
        a_theme(f"theme-{number}", templates={WORD: f"{number}"})

    with ThreadPoolExecutor(8) as threads:
        seen = list(threads.map(lambda turn: drawn(f"theme-{turn % 4}"), range(200)))

    assert seen == [f"{turn % 4}" for turn in range(200)]


def test_a_channel_whose_theme_is_gone_gets_the_default_one(a_theme):
    assert theme_of("no-such").code == "default"
    assert theme_of("").code == "default"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("name = ", "bad/theme.toml"),
        ('parent = "bad"', "its own parent"),
        ('parent = "gone"', "no theme 'gone'"),
    ],
)
def test_a_theme_that_cannot_be_used_is_named(a_theme, said, sentence):
    a_theme("bad", said=said)

    with pytest.raises(ImproperlyConfigured, match=sentence):
        theme_of("bad")


def test_both_themes_of_the_repository_can_be_used():
    themes = {theme.code: theme for theme in all_themes()}

    assert {"default", "atelier"} <= {*themes}
    assert [theme.code for theme in themes["atelier"].line] == ["atelier", "default"]
    own = sorted(path.name for path in (themes["atelier"].folder / "templates").rglob("*.html"))
    assert own == ["card.html", "category.html", "home.html"]
