"""Corrections that reach back, against a plain model of days."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from ecociv.registers.timeline import Said, in_force, revised, segments

START = dt.date(2015, 1, 1)
DAYS = 12


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


@given(
    st.lists(
        st.tuples(
            st.integers(0, DAYS - 1), st.sampled_from(["a", "b"]), st.sampled_from([None, "1", "2", "3"])
        ),
        max_size=8,
    )
)
def test_a_change_reaches_to_the_next_change_of_the_field(changes: list[tuple[int, str, str | None]]) -> None:
    """The model writes each day by itself: on from the day, as long as the field says what it said there."""
    revisions = [Said(1, START, "held", {"a": "1", "b": "1"})]
    model = [{"a": "1", "b": "1"} for _ in range(DAYS)]
    for at, field, value in changes:
        written = revised(revisions, day(at), {field: value})
        before = model[at].get(field)
        assert bool(written) == (before != value)
        for each in range(at, DAYS):
            if model[each].get(field) != before:
                break
            model[each] = {k: v for k, v in {**model[each], field: value}.items() if v is not None}
        for when, state, content in written:
            revisions.append(Said(len(revisions) + 1, when, state, content))
        for each in range(DAYS):
            holds = in_force(revisions, day(each))
            assert holds is not None
            assert dict(holds.content) == model[each]
    stretches = segments(revisions)
    assert all(
        dict(one.content) != dict(two.content) for one, two in zip(stretches, stretches[1:], strict=False)
    )
