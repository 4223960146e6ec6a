"""The one way in which a structured value is written, whichever way it is reached."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core import digests
from ecociv.core.digests import NotCanonical, canonical_json
from ecociv.core.missing import Missing

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(),
    st.sampled_from(Missing),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(st.one_of(st.text(), st.sampled_from(Missing)), inner),
    ),
    max_leaves=12,
)


@given(VALUES)
def test_the_quick_way_writes_what_the_careful_way_writes(value: Any) -> None:
    careful = json.dumps(
        digests._canonical(value, "$"),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
        allow_nan=False,
    )
    # a lone surrogate can be in a text, but not in UTF-8: both ways say so
    try:
        expected = careful.encode()
    except UnicodeEncodeError:
        with pytest.raises(UnicodeEncodeError):
            canonical_json(value)
        return
    assert canonical_json(value) == expected


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"a": [1, float("nan")]}, r"\$\.a\[1\] is nan"),
        ({"a": {"b": Decimal("Infinity")}}, r"\$\.a\.b is Infinity"),
        ({"a": {1: 2}}, r"\$\.a has the key 1"),
        ([{"a": {1, 2}}], r"\$\[0\]\.a is a set"),
    ],
)
def test_what_has_no_canonical_form_is_named_with_its_place(value: Any, named: str) -> None:
    with pytest.raises(NotCanonical, match=named):
        canonical_json(value)
