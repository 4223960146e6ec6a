"""Texts, kinds of missing, decimals, frozen mappings, verdicts and digests."""

from __future__ import annotations

import copy
import io
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.decimals import NotANumber, plain, shortest, to_decimal
from ecociv.core.digests import (
    NotCanonical,
    canonical_json,
    digest_of_bytes,
    digest_of_json,
    digest_of_stream,
)
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.text import Text, UnknownLanguage
from ecociv.core.verdicts import Reason, Verdict, all_hold


class TestText:
    def test_both_languages_are_required(self) -> None:
        with pytest.raises(ValueError, match="'en' is empty"):
            Text(zh="森林覆盖率", en=" ")

    @pytest.mark.parametrize("tag", ["zh", "zh-hans", "zh_Hans", "ZH-CN"])
    def test_django_tags_are_chinese(self, tag: str) -> None:
        assert Text(zh="是", en="yes").in_language(tag) == "是"

    def test_an_unknown_language_is_an_error_that_names_the_known_ones(self) -> None:
        with pytest.raises(UnknownLanguage, match="'fr'.*zh"):
            Text(zh="是", en="yes").in_language("fr")

    def test_a_text_fills_a_text_in_its_own_language(self) -> None:
        filled = Text(zh="{kind}：{n}", en="{kind}: {n}").fill(kind=Missing.PLANNED.label, n=3)
        assert filled == Text(zh="计划中，尚未产生：3", en="planned, not yet made: 3")

    def test_mapping_and_back(self) -> None:
        text = Text(zh="是", en="yes")
        assert Text.from_mapping(text.to_mapping()) == text
        with pytest.raises(ValueError, match="exactly the keys"):
            Text.from_mapping({"zh": "是"})


def test_the_kinds_of_missing_are_five_different_things_and_zero_is_none_of_them() -> None:
    assert len({kind.label.zh for kind in Missing}) == len({kind.label.en for kind in Missing}) == 5
    assert not isinstance(0, Missing)


class TestDecimals:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [(0.1, "0.1"), (2.675, "2.675"), (7, "7"), (np.float32(0.1), "0.1"), (np.float64(0.29), "0.29"), (np.int64(3), "3")],
    )
    def test_a_float_enters_by_its_shortest_form(self, value: object, expected: str) -> None:
        assert str(to_decimal(value)) == expected

    def test_float_arithmetic_would_lose_a_cent(self) -> None:
        # int(0.29 * 100) is 28 in floats
        assert int(0.29 * 100) == 28
        assert int(to_decimal(0.29) * 100) == 29

    @pytest.mark.parametrize("value", ["1895", True, np.bool_(True), None, float("nan"), Decimal("Infinity"), object()])
    def test_what_is_no_number_is_refused(self, value: object) -> None:
        with pytest.raises(NotANumber, match="goal"):
            to_decimal(value, "goal")

    def test_writing(self) -> None:
        assert plain(Decimal("1E+3")) == "1000"
        assert plain(Decimal("-0.00")) == "0.00"
        assert shortest(Decimal("100")) == "100"  # the zeros of a whole number stay
        assert shortest(Decimal("0.00")) == "0"
        assert shortest(Decimal("-2.50")) == "-2.5"


class TestFrozenMapping:
    def test_it_cannot_change_and_does_not_follow_its_source(self) -> None:
        source = {"a": 1}
        frozen = FrozenMapping(source)
        source["a"] = 2
        assert frozen["a"] == 1
        with pytest.raises(TypeError):
            frozen["a"] = 3  # type: ignore[index]
        with pytest.raises(AttributeError, match="cannot change"):
            frozen._items = {}

    def test_it_can_be_hashed_copied_and_pickled(self) -> None:
        frozen = FrozenMapping({"a": Decimal(1), "b": Decimal(2)})
        assert hash(frozen) == hash(FrozenMapping({"b": Decimal(2), "a": Decimal(1)}))
        assert pickle.loads(pickle.dumps(frozen)) == copy.deepcopy(frozen) == frozen


class TestVerdicts:
    def test_a_no_wins_over_an_unknown(self) -> None:
        no = Verdict(False, (Reason("late", Text(zh="逾期", en="late")),))
        unknown = Verdict(None, (Reason("no-data", Text(zh="缺数", en="no data")),))
        joined = Verdict.all_of([Verdict(True), unknown, no])
        assert joined.ok is False
        assert joined.codes == ("no-data", "late")

    @given(st.lists(st.sampled_from([True, False, None])))
    def test_three_valued_and(self, answers: list[bool | None]) -> None:
        expected = False if False in answers else None if None in answers else True
        assert all_hold(answers) is expected

    def test_json_keeps_each_digit(self) -> None:
        reason = Reason(
            "gap",
            Text(zh="差", en="gap"),
            {"gap": Decimal("0.10"), "on": date(2016, 1, 1), "kind": Text(zh="是", en="yes"), "years": (2014, 2015)},
        )
        assert reason.to_json()["data"] == {
            "gap": "0.10",
            "on": "2016-01-01",
            "kind": {"zh": "是", "en": "yes"},
            "years": [2014, 2015],
        }


class TestDigests:
    def test_known_digest(self) -> None:
        # The published SHA-256 of "abc".
        expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        assert digest_of_bytes(b"abc") == expected
        assert digest_of_stream(io.BytesIO(b"abc")) == expected

    def test_a_stream_longer_than_a_chunk(self) -> None:
        data = b"x" * (3 * 1024 * 1024 + 7)
        assert digest_of_stream(io.BytesIO(data)) == digest_of_bytes(data)

    def test_order_of_keys_and_trailing_zeros_do_not_matter(self) -> None:
        assert digest_of_json({"a": Decimal("1.50"), "b": [1]}) == digest_of_json({"b": (1,), "a": Decimal("1.5")})

    def test_a_changed_figure_changes_the_digest(self) -> None:
        assert digest_of_json({"a": Decimal("8.45")}) != digest_of_json({"a": Decimal("8.46")})

    def test_times_and_kinds_of_missing(self) -> None:
        value = {"at": datetime(2016, 1, 1, tzinfo=UTC), "why": Missing.WITHHELD, "zh": "是"}
        assert canonical_json(value).decode() == '{"at":"2016-01-01T00:00:00+00:00","why":"withheld","zh":"是"}'

    @pytest.mark.parametrize(
        "value", [{"a": float("nan")}, {"a": [Decimal("Infinity")]}, {1: 2}, {"a": {1, 2}}, {"a": object()}]
    )
    def test_what_has_no_canonical_form_is_refused_with_its_place(self, value: object) -> None:
        with pytest.raises(NotCanonical, match=r"\$"):
            canonical_json(value)
