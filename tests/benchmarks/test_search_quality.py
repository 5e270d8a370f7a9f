"""The figure that searches are judged by is the one of its source; the demo itself is judged in ``tests/site/test_demo.py``."""

import pytest
from benchmarks.search.judged import Judged, title
from benchmarks.search.quality import ndcg


def test_a_worse_order_has_a_worse_figure():
    # (7/log2(2) + 0 + 3/log2(4)) / (7/log2(2) + 3/log2(3)) = 8.5 / 8.8928
    one = Judged("robe", "fr", "web", "word", ((3, title("^robe")), (2, title("jupe"))))
    robe, other, jupe = ({"title": name} for name in ("Robe Cilaos", "Sac", "Jupe Canut"))
    assert ndcg(one, [robe, other, jupe], [robe, other, jupe]) == pytest.approx(0.95584, abs=1e-5)
    assert ndcg(one, [robe, jupe], [robe, other, jupe]) == 1
    assert ndcg(one, [], [robe]) == 0
