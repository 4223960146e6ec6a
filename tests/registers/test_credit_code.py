"""The unified social credit code, against codes that are in use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.people.credit_code import ALPHABET, CodeRefused, check_character, credit_code

IN_USE = ["91350100M000100Y43", "91440300708461136T", "91360200705596022F"]
"""Codes printed by registration authorities; the check character is theirs."""


@pytest.mark.parametrize("code", IN_USE)
def test_codes_in_use_hold(code: str) -> None:
    assert credit_code(code.lower()) == code


@given(st.sampled_from(IN_USE), st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(code: str, place: int, character: str) -> None:
    # 31 is prime and no weight is a multiple of it, so that two characters at one place never give the same sum.
    wrong = code[:place] + character + code[place + 1 :]
    if wrong != code:
        assert check_character(wrong[:17]) != code[17]


@pytest.mark.parametrize(
    ("code", "word"),
    [("9135010", "18"), ("9135010OM000100Y43", "I, O, S, V"), ("91350100M000100Y44", "should be 3")],
)
def test_the_refusal_says_what_is_wrong(code: str, word: str) -> None:
    with pytest.raises(CodeRefused, match=word):
        credit_code(code)
