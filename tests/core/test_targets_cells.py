"""Cells of the plan's tables: read exactly, or refused with the text and the known forms."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.targets import (
    AtLeast,
    AtMost,
    Between,
    CellNotUnderstood,
    Composition,
    Cumulative,
    Delegated,
    Direction,
    Hold,
    RelativeToBase,
    RelativeToPeers,
    Target,
    Unset,
    Vector,
    Zero,
    known_forms,
    read_cell,
    read_quantity,
)

INCREASE, DECREASE, KEEP = Direction.INCREASE, Direction.DECREASE, Direction.KEEP
D = Decimal


def shares(*figures: str) -> dict[str, Decimal]:
    return {str(place): D(figure) for place, figure in enumerate(figures, 1)}


def wide(text: str) -> str:
    """The full-width forms that word processors write."""
    return "".join("\u3000" if sign == " " else chr(ord(sign) + 0xFEE0) for sign in text)


@pytest.mark.parametrize(
    ("cell", "direction", "target"),
    [
        # as they stand in the first annex
        ("65.73", INCREASE, AtLeast(D("65.73"))),
        ("8.45", DECREASE, AtMost(D("8.45"))),
        ("6.5", KEEP, Hold(D("6.5"), KEEP)),
        ("14.6 ", DECREASE, AtMost(D("14.6"))),
        ("2.29:1", DECREASE, AtMost(D("2.29"))),
        ("7.2:58.3:34.5", KEEP, Composition(shares("7.2", "58.3", "34.5"))),
        ("6:58:36", KEEP, Composition(shares("6", "58", "36"))),
        ("83、85、72", INCREASE, Vector({k: AtLeast(v) for k, v in shares("83", "85", "72").items()}, INCREASE)),
        ("82.5、84、70.5", INCREASE, Vector({k: AtLeast(v) for k, v in shares("82.5", "84", "70.5").items()}, INCREASE)),
        ("-", INCREASE, Unset("dash", INCREASE)),
        ("", INCREASE, Unset("blank", INCREASE)),
        ("省下达的控制目标", DECREASE, Delegated("province", "省下达的控制目标", DECREASE)),
        ("完成省下达的目标任务", DECREASE, Delegated("province", "完成省下达的目标任务", DECREASE)),
        ("按照省要求落实", INCREASE, Delegated("province", "按照省要求落实", INCREASE)),
        ("国家下达的任务", INCREASE, Delegated("nation", "国家下达的任务", INCREASE)),
        ("达到省内先进水平", INCREASE, RelativeToPeers("province-advanced-level", INCREASE)),
        # zero is a figure, and means different things on the two sides
        ("0", DECREASE, Zero()),
        ("0", INCREASE, AtLeast(D(0))),
        ("0.0", KEEP, Zero(KEEP)),
        # words that say the side themselves
        ("30以上", INCREASE, AtLeast(D(30))),
        ("10万千瓦以上", INCREASE, AtLeast(D(10))),
        ("不低于30%", INCREASE, AtLeast(D(30))),
        ("≥30", INCREASE, AtLeast(D(30))),
        ("达到30", INCREASE, AtLeast(D(30))),
        ("突破15亿元", INCREASE, AtLeast(D(15))),
        ("控制在8.45亿立方米以内", DECREASE, AtMost(D("8.45"))),
        ("控制在382.97万吨标准煤", DECREASE, AtMost(D("382.97"))),
        ("下降到0.5096吨标准煤/万元", DECREASE, AtMost(D("0.5096"))),
        ("降到65吨", DECREASE, AtMost(D(65))),
        ("≤30", DECREASE, AtMost(D(30))),
        ("30以下", DECREASE, AtMost(D(30))),
        ("稳定在100%", INCREASE, Hold(D(100), INCREASE)),
        ("维持在8.4294万公顷", INCREASE, Hold(D("8.4294"), INCREASE)),
        ("维持在80%以上", INCREASE, AtLeast(D(80))),
        ("1-2个", INCREASE, Between(D(1), D(2), INCREASE)),
        ("1到2", INCREASE, Between(D(1), D(2), INCREASE)),
        ("1亿元", INCREASE, AtLeast(D(1))),
        ("1,895", INCREASE, AtLeast(D(1895))),
        ("比2012年下降20%", DECREASE, RelativeToBase(D(-20), 2012, DECREASE)),
        ("较2012年增长1.5%", INCREASE, RelativeToBase(D("1.5"), 2012, INCREASE)),
        ("2014-2020年累计15万亩", INCREASE, Cumulative(AtLeast(D(15)), 2014, 2020)),
        ("2014—2020年累计控制在15万吨", INCREASE, Cumulative(AtMost(D(15), INCREASE), 2014, 2020)),
        # full-width signs and stray blanks
        (wide("65.73"), INCREASE, AtLeast(D("65.73"))),
        (wide("2.29:1"), DECREASE, AtMost(D("2.29"))),
        (wide("7.2:58.3:34.5"), KEEP, Composition(shares("7.2", "58.3", "34.5"))),
        ("7.2∶58.3∶34.5", KEEP, Composition(shares("7.2", "58.3", "34.5"))),
        ("83 、 85、\u300072", INCREASE, Vector({k: AtLeast(v) for k, v in shares("83", "85", "72").items()}, INCREASE)),
        ("稳定在" + wide("100%"), INCREASE, Hold(D(100), INCREASE)),
        (wide("1,895"), INCREASE, AtLeast(D(1895))),
        ("30以上。", INCREASE, AtLeast(D(30))),
        (wide("-"), INCREASE, Unset("dash", INCREASE)),
        ("\u3000\u00a0", INCREASE, Unset("blank", INCREASE)),
        (" 1 亿元 ", INCREASE, AtLeast(D(1))),
        ("—", INCREASE, Unset("dash", INCREASE)),
        ("——", INCREASE, Unset("dash", INCREASE)),
        (" - ", INCREASE, Unset("dash", INCREASE)),
        ("  \n", INCREASE, Unset("blank", INCREASE)),
        ("\ufeff65.73\u200b", INCREASE, AtLeast(D("65.73"))),
        # as a workbook holds them
        (None, INCREASE, Unset("blank", INCREASE)),
        (65.73, INCREASE, AtLeast(D("65.73"))),
        (30, DECREASE, AtMost(D(30))),
        (0, DECREASE, Zero()),
    ],
)
def test_known_forms(cell: str | float | None, direction: Direction, target: Target) -> None:
    assert read_cell(cell, direction) == target


@pytest.mark.parametrize(
    "cell",
    [
        "6 5.73",  # a blank between digits may have joined two cells
        "83 85 72",
        "65。73",
        wide("6 5"),
        "83,85,72",  # neither a list nor thousands
        "①65.73",  # a footnote mark is not a digit
        "65.73²",
        "约30",
        "4个左右",
        "2020年",
        "2014—2020年",
        "2.29:2",
        "比2012年下降",
        "省",
        "见附件",
        "65.73.1",
        "7.2:58.3:",
        "83、、72",
        "83、八十五",
        "10千克以上吨",
        "2万-3亿元",
        "83%、72吨",
        "N/A",
        "/",
    ],
)
def test_anything_else_is_refused_with_its_text_and_the_known_forms(cell: str) -> None:
    with pytest.raises(CellNotUnderstood) as caught:
        read_cell(cell, INCREASE)
    assert repr(cell) in str(caught.value)
    assert "7.2:58.3:34.5" in str(caught.value)
    assert caught.value.text == cell
    assert caught.value.why


@pytest.mark.parametrize("value", [True, float("nan"), float("inf")])
def test_a_workbook_cell_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(CellNotUnderstood):
        read_cell(value, INCREASE)


class TestParts:
    def test_named_parts_with_their_directions(self) -> None:
        ways = {"primary": DECREASE, "secondary": DECREASE, "tertiary": INCREASE}
        target = read_cell("7.2:58.3:34.5", ways, parts=("primary", "secondary", "tertiary"))
        assert target == Composition({"primary": D("7.2"), "secondary": D("58.3"), "tertiary": D("34.5")}, ways)

    def test_named_parts_of_a_list(self) -> None:
        target = read_cell("83、85、72%", INCREASE, parts=("mining", "beneficiation", "utilisation"))
        assert isinstance(target, Vector)
        assert list(target.parts) == ["mining", "beneficiation", "utilisation"]

    def test_each_part_of_a_list_may_have_its_own_side(self) -> None:
        target = read_cell("83、5", {"use": INCREASE, "loss": DECREASE}, parts=("use", "loss"))
        assert target == Vector({"use": AtLeast(D(83)), "loss": AtMost(D(5))})

    def test_two_named_shares_are_a_composition_and_not_a_ratio(self) -> None:
        assert read_cell("99:1", KEEP, parts=("a", "b")) == Composition({"a": D(99), "b": D(1)})

    @pytest.mark.parametrize("cell", ["83、85", "7.2:58.3:34.5:1"])
    def test_a_wrong_number_of_parts_is_refused(self, cell: str) -> None:
        with pytest.raises(CellNotUnderstood, match="parts, but 3 are expected"):
            read_cell(cell, INCREASE, parts=("a", "b", "c"))

    def test_one_figure_with_directions_of_parts_is_refused(self) -> None:
        with pytest.raises(CellNotUnderstood, match="declared for the parts"):
            read_cell("65.73", {"a": INCREASE, "b": DECREASE})
        with pytest.raises(CellNotUnderstood, match="no direction is declared for its part 'b'"):
            read_cell("83、85", {"a": INCREASE}, parts=("a", "b"))


class TestUnits:
    def test_the_unit_of_the_cell_is_reported(self) -> None:
        assert read_quantity("10万千瓦以上", INCREASE).unit == "万千瓦"
        assert read_quantity("控制在382.97万吨标准煤以内", DECREASE).unit == "万吨标准煤"
        assert read_quantity("65.73", INCREASE).unit is None
        assert read_quantity("83、85、72%", INCREASE).unit == "%"

    def test_the_figure_is_converted_to_the_unit_of_the_series(self) -> None:
        assert read_cell("1亿元", INCREASE, unit="wan_yuan") == AtLeast(D(10000))
        assert read_cell("15亩", INCREASE, unit="hectare") == AtLeast(D(1))
        assert read_cell("61%", INCREASE, unit="percent") == AtLeast(D(61))
        assert read_cell("83%、72%", INCREASE, unit="1") == Vector({"1": AtLeast(D("0.83")), "2": AtLeast(D("0.72"))}, INCREASE)

    def test_a_unit_of_something_else_is_refused(self) -> None:
        with pytest.raises(CellNotUnderstood, match="measure different things"):
            read_cell("10万千瓦以上", INCREASE, unit="wan_tonne")

    def test_an_unknown_word_is_not_a_unit(self) -> None:
        with pytest.raises(CellNotUnderstood, match="not a unit"):
            read_cell("8.43万公倾", INCREASE)


@given(st.decimals(min_value=0, max_value=10**7, places=4, allow_nan=False), st.sampled_from(list(Direction)))
def test_full_width_digits_read_as_plain_ones(figure: Decimal, direction: Direction) -> None:
    plain = format(figure, "f")
    assert read_cell(wide(plain), direction) == read_cell(plain, direction) == read_cell(float(figure), direction)


@given(st.text(max_size=12))
def test_no_text_makes_it_crash(text: str) -> None:
    try:
        assert isinstance(read_cell(text, INCREASE), Target)
    except CellNotUnderstood as refusal:
        assert refusal.text == text


@given(st.text(alphabet="0123456789.,:、-%以上省下达的 万亩", max_size=10))
def test_no_text_of_likely_signs_makes_it_crash(text: str) -> None:
    try:
        assert isinstance(read_cell(text, DECREASE), Target)
    except CellNotUnderstood as refusal:
        assert refusal.text == text


def test_the_known_forms_are_all_understood() -> None:
    for example, meaning in known_forms():
        assert meaning.zh
        assert meaning.en
        for form in example.replace("空白", "").split(" / "):
            read_cell(form, INCREASE)
