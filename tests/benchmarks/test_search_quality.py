"""The search of the demo answers what people ask: its judged set, with a floor below the figure in benchmarks/README.md."""

import pytest
from benchmarks.search.judged import JUDGED, Judged, title
from benchmarks.search.quality import judge, mean, ndcg
from benchmarks.search.shop import make_demo

FLOOR = 0.88


@pytest.mark.timeout(900)
def test_the_demo_is_searched_well_in_both_languages(shop):
    make_demo()
    answers = judge(one for one in JUDGED if one.channel == "web")
    assert len(answers) >= 60
    for locale in ("fr", "en"):
        assert mean([score for one, score, _found in answers if one.locale == locale]) >= FLOOR - 0.03
    assert mean([score for _one, score, _found in answers]) >= FLOOR


def test_a_worse_order_has_a_worse_figure():
    # (7/log2(2) + 0 + 3/log2(4)) / (7/log2(2) + 3/log2(3)) = 8.5 / 8.8928
    one = Judged("robe", "fr", "web", "word", ((3, title("^robe")), (2, title("jupe"))))
    robe, other, jupe = ({"title": name} for name in ("Robe Cilaos", "Sac", "Jupe Canut"))
    assert ndcg(one, [robe, other, jupe], [robe, other, jupe]) == pytest.approx(0.95584, abs=1e-5)
    assert ndcg(one, [robe, jupe], [robe, other, jupe]) == 1
    assert ndcg(one, [], [robe]) == 0
