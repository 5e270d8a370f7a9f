"""Order numbers: what they look like, and what they catch."""

import re

from comptoir.orders.numbers import ALPHABET, new_number, normal_number


def test_a_number_can_be_read_aloud():
    numbers = {new_number() for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", one) for one in numbers)
    assert not set("01ILO") & set("".join(numbers))


def test_a_number_is_known_however_it_is_typed():
    number = new_number()
    assert normal_number(number.lower().replace("-", " ")) == number


def test_one_wrong_letter_and_two_that_changed_places_are_caught():
    number = new_number().replace("-", "")
    for place in range(12):
        for letter in set(ALPHABET) - {number[place]}:
            assert normal_number(number[:place] + letter + number[place + 1 :]) == ""
    for place in range(11):
        first, second = number[place], number[place + 1]
        if first != second:
            assert normal_number(number[:place] + second + first + number[place + 2 :]) == ""


def test_nonsense_is_no_number():
    assert [normal_number(said) for said in ("", "x", "0" * 12, "K7QM-3XTD-9RBW\0", "é" * 12)] == [""] * 5
