"""The arithmetic of a figure, printed in both languages, stored and read back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.core.periods import Validity
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput, TraceParameter, TraceValue


@pytest.fixture
def good_day_ratio() -> Trace:
    """A ratio whose numerator is itself computed from two days, one of them sample data."""
    days = tuple(
        TraceInput(
            Text(zh=f"{day}日AQI", en=f"AQI of day {day}"),
            value,
            "1",
            source_id="air/360200/aqi",
            revision=2,
            valid=f"2016-01-0{day}",
            recorded=datetime(2016, 1, 10, 8, tzinfo=UTC),
            sample=day == 2,
        )
        for day, value in ((1, 80), (2, Missing.WITHHELD))
    )
    limit = TraceParameter(
        Text(zh="优良上限", en="Limit of a good day"),
        100,
        "1",
        Citation("HJ 633-2012", "4.4", 2012),
        Validity(date(2012, 2, 29), date(2026, 2, 28)),
    )
    good = Trace(Text(zh="优良天数", en="Good days"), 1, "day", "count(AQI <= limit)", days, parameters=(limit,))
    return Trace(
        Text(zh="优良天数比例", en="Good-day ratio"),
        Decimal("90.20"),
        "percent",
        "good / valid * 100",
        (good, TraceInput(Text(zh="有效天数", en="Valid days"), 366, "day")),
        Citation("HJ 663-2013", "5.1", 2013, verified=False),
        rounding=Rounding("half-even", 1),
        notes=(Text(zh="臭氧非8小时最大值", en="Its ozone is not the 8-hour maximum"),),
    )


def test_json_and_back(good_day_ratio: Trace) -> None:
    stored = json.dumps(good_day_ratio.to_json(), ensure_ascii=False)
    restored = Trace.from_json(json.loads(stored))
    assert restored == good_day_ratio
    assert str(restored.value) == "90.20"  # the trailing zero was published


@given(
    st.one_of(
        st.decimals(allow_nan=False), st.floats(allow_nan=False), st.integers(), st.sampled_from(list(Missing)), st.none()
    )
)
def test_each_kind_of_value_survives_json(value: TraceValue) -> None:
    trace = Trace(Text(zh="值", en="value"), value, "1", "")
    restored = Trace.from_json(json.loads(json.dumps(trace.to_json(), allow_nan=False))).value
    assert restored == value
    assert type(restored) is type(value)


def test_nan_survives_as_nan() -> None:
    trace = Trace(Text(zh="值", en="value"), float("nan"), "1", "")
    restored = Trace.from_json(json.loads(json.dumps(trace.to_json(), allow_nan=False))).value
    assert isinstance(restored, float)
    assert restored != restored


def test_sample_data_is_found_however_deep(good_day_ratio: Trace) -> None:
    assert good_day_ratio.sample
    assert [leaf.value for leaf in good_day_ratio.leaves()] == [80, Missing.WITHHELD, 366]


def test_text_in_chinese(good_day_ratio: Trace) -> None:
    assert good_day_ratio.as_text("zh-hans").splitlines() == [
        "优良天数比例 = 90.20%",
        "  公式：good / valid * 100",
        "  依据：HJ 663-2013, 5.1（待核实）",
        "  修约：按GB/T 8170-2008修约至1位小数",
        "  说明：臭氧非8小时最大值",
        "  - 优良天数 = 1天",
        "      公式：count(AQI <= limit)",
        "      参数：优良上限 = 100 [HJ 633-2012, 4.4，2012-02-29..2026-02-28]",
        "      - 1日AQI = 80 [air/360200/aqi，第2版，2016-01-01]",
        "      - 2日AQI = 不公开 [air/360200/aqi，第2版，2016-01-02，示例数据]",
        "  - 有效天数 = 366天",
    ]


def test_text_in_english_with_limits(good_day_ratio: Trace) -> None:
    assert good_day_ratio.as_text("en", depth=1, breadth=1).splitlines() == [
        "Good-day ratio = 90.20%",
        "  formula: good / valid * 100",
        "  standard: HJ 663-2013, 5.1 (to be verified)",
        "  rounding: rounded to 1 decimal, half to even (GB/T 8170-2008)",
        "  note: Its ozone is not the 8-hour maximum",
        "  - Good days = 1 days",
        "      formula: count(AQI <= limit)",
        "      parameter: Limit of a good day = 100 [HJ 633-2012, 4.4, 2012-02-29..2026-02-28]",
        "  ... and 1 more inputs",
    ]
    assert "Good days" not in good_day_ratio.as_text("en", depth=0)


def test_the_ways_of_rounding_in_words() -> None:
    assert Rounding("up", standard="HJ 633-2012").text.zh == "向上进位取整（HJ 633-2012）"
    assert Rounding("significant", 3).text.en == "rounded to 3 significant figures, half to even (GB/T 8170-2008)"
