"""The order of what results can be limited by."""

from comptoir.search.entries import FacetValue
from comptoir.search.facets import shown_facets
from comptoir.search.questions import Filters


def in_order(code: str, **counts: int) -> list[str]:
    """The labels of a facet as they are shown, by how many products have each."""
    counted = [(FacetValue(code, label.lower(), code, label), count) for label, count in counts.items()]
    [facet] = shown_facets(counted, Filters())
    return [one.label for one in facet.values]


def test_sizes_go_from_small_to_large_and_a_word_among_them_comes_last():
    some = {"L": 12, "XS": 3, "One size": 4, "10 years": 3, "M": 11, "4 years": 2, "38": 8}
    assert in_order("size", **some) == ["XS", "M", "L", "4 years", "10 years", "38", "One size"]


def test_what_is_no_size_goes_by_how_many_have_it():
    some = {"Navy": 2, "Snow": 5, "L": 1, "Pine": 2}
    assert in_order("colour", **some) == ["Snow", "Navy", "Pine", "L"]
