"""The expressions of ``$filter``: what is written is read back, and nothing but a sentence comes of nonsense."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.sensorthings.evaluate import evaluate, holds
from ecociv.evidence.sensorthings.grammar import (
    FUNCTIONS,
    LEVELS,
    Binary,
    Call,
    Expression,
    FilterError,
    Literal,
    Path,
    Unary,
    parse,
    render,
)
from ecociv.evidence.sensorthings.options import read_options

_literals = st.builds(
    Literal,
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(-1e200, 1e200)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
_paths = st.builds(
    Path,
    st.lists(
        st.sampled_from(["result", "name", "Datastream", "@iot.id", "properties"]), min_size=1, max_size=3
    ).map(tuple),
)
_operators = st.sampled_from([word for level in LEVELS for word in level])


def _deeper(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    calls = st.sampled_from(sorted(FUNCTIONS)).flatmap(
        lambda name: st.lists(inner, min_size=FUNCTIONS[name][0], max_size=FUNCTIONS[name][1]).map(
            lambda arguments: Call(name, tuple(arguments))
        )
    )
    # a minus before a number is part of the number
    negated = inner.filter(lambda x: not isinstance(x, Literal)).map(lambda x: Unary("-", x))
    return (
        st.builds(Binary, _operators, inner, inner)
        | calls
        | st.builds(Unary, st.just("not"), inner)
        | negated
    )


_expressions = st.recursive(_literals | _paths, _deeper, max_leaves=8)


@given(_expressions)
def test_what_is_written_is_read_back(expression: Expression) -> None:
    assert parse(render(expression)) == expression


@given(st.text(max_size=60) | st.text("()'-, andornotq0123.eEgtl/@T:Z", max_size=60))
def test_nonsense_is_refused_with_a_sentence(text: str) -> None:
    try:
        expression = parse(text)
        evaluate(expression, {}.get)
    except FilterError as error:
        assert error.text.zh and error.text.en


@given(_expressions)
def test_any_expression_has_a_value_or_a_sentence(expression: Expression) -> None:
    row: dict[tuple[str, ...], Any] = {("result",): 2.5, ("name",): "air", ("properties",): {"a": 1}}
    try:
        evaluate(expression, row.get)
    except FilterError as error:
        assert error.text.zh and error.text.en


@given(
    st.dictionaries(
        st.sampled_from(["$filter", "$expand", "$orderby", "$top", "$select", "$count"]),
        st.text("()$;=,'/aTn1 ", max_size=30),
    )
)
def test_options_are_read_or_refused(raw: dict[str, str]) -> None:
    try:
        read_options(raw)
    except FilterError as error:
        assert error.text.zh and error.text.en


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("result add 2 mul 3 eq 8.5", True),  # 2.5 + 2 * 3
        ("(result add 2) mul 2 eq 9", True),
        ("result div 0 eq 1", False),  # null is equal to null alone
        ("result div 0 gt 1", None),
        ("not (result lt 2) and name ne 'x'", True),
        ("nothing eq null", True),
        ("nothing gt 1 or result gt 1", True),
        ("nothing gt 1 and result gt 1", None),
        ("substringof('ir',name) and startswith(name,'a') and endswith(name,'r')", True),
        ("year(time) eq 2017 and month(time) eq 1 and day(time) eq 31 and hour(time) eq 1", True),
        ("time lt now()", True),
        ("time eq 2017-01-31T09:00:00+08:00", True),
        ("concat(toupper(name),'''') eq 'AIR'''", True),
        ("round(result) eq 2", True),  # half to even, 2.5 -> 2
        ("5 sub -1 eq 6", True),
        ("9007199254740993 eq 9007199254740992", False),  # numbers of series stay exact
    ],
)
def test_values(text: str, wanted: bool | None) -> None:
    row: dict[tuple[str, ...], Any] = {
        ("result",): 2.5,
        ("name",): "air",
        ("time",): datetime(2017, 1, 31, 1, tzinfo=UTC),
    }
    assert evaluate(parse(text), row.get) is wanted
    assert holds(parse(text), row.get) is (wanted is True)
