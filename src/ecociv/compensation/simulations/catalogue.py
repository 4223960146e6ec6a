"""What the terms of an agreement are: name, unit, bounds and what each does, by the kind of formula. Pure: no Django.

The loader decides what can stand; the bounds here are the same, said before somebody runs into them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.standards.parameters import parameter_series

CONCENTRATION, LOAD, FLOW_UNIT = (
    Text(zh="毫克/升", en="mg/L"),
    Text(zh="吨", en="t"),
    Text(zh="立方米/秒", en="m³/s"),
)
YUAN, PER_TONNE = Text(zh="元", en="yuan"), Text(zh="元/吨", en="yuan/t")
PER_MULTIPLE = Text(zh="元/（立方米·倍）", en="yuan per m³ and multiple")
TIMES, MONTHS, TESTS = Text(zh="倍", en="times"), Text(zh="个月", en="months"), Text(zh="次", en="tests")
MOST_MONEY = Decimal(10) ** 11
"""Yuan; a term beyond it is a slip of the hand, and sums of fen stay within 64 bits."""
MOST_MEASURED = Decimal(10) ** 6


@dataclass(frozen=True, slots=True)
class Term:
    """What one term is.

    Attributes
    ----------
    part : str
        The part of the agreement it belongs to, for which a clause may be named.
    above, least, most : Decimal or None
        Bounds: greater than, at least, at most.
    whole : bool
        Whether only whole numbers can stand.
    choices : tuple of (str, Text)
        The values it can take; a number where there are none.
    without : Text or None
        What "none" means, where the agreement can do without it.
    required : bool
        Whether a formula, an item or a step cannot be without it.
    """

    label: Text
    help: Text
    part: str
    unit: Text | None = None
    above: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    whole: bool = False
    choices: tuple[tuple[str, Text], ...] = ()
    without: Text | None = None
    required: bool = True

    @property
    def bounds(self) -> Text | None:
        """The bounds in words; none for what is chosen and not measured."""
        if self.most is None:
            return None
        low = f"> {self.above}" if self.above is not None else f"≥ {self.least}"
        high = f"≤ {self.most:,}"
        return Text(zh=f"{low}，{high}", en=f"{low}, {high}")


def _measured(label: Text, help_: Text, unit: Text, part: str = "formula", **more: object) -> Term:
    return Term(label, help_, part, unit, above=Decimal(0), most=MOST_MEASURED, **more)  # type: ignore[arg-type]


def _money(label: Text, help_: Text, unit: Text, part: str = "formula", **more: object) -> Term:
    return Term(label, help_, part, unit, least=Decimal(0), most=MOST_MONEY, **more)  # type: ignore[arg-type]


METHODS = (
    ("load", Text(zh="按超标负荷（吨）", en="by the load above the limit (tonnes)")),
    ("multiple", Text(zh="按超标倍数", en="by the multiple of exceedance")),
)
HANDLINGS = (
    ("not-settled", Text(zh="当期不结算", en="the period is not settled")),
    ("design", Text(zh="以设计值代替", en="the design value stands in")),
)
PERIODS = (("month", Text(zh="按月", en="by the month")), ("year", Text(zh="按年", en="by the year")))
FORMULAS = {
    "exceedance": Text(zh="超标赔付（按项目、按分档）", en="exceedance by item and step"),
    "load": Text(zh="流量加权通量考核", en="load by flow-weighted concentration"),
    "p-index": Text(zh="P 值（新安江模式）", en="P index (the way of the Xin'an River)"),
}

PROPERTY = Term(
    Text(zh="监测项目", en="Measured as"),
    Text(
        zh="在断面上监测的哪一项进入公式。", en="Which measured property of the section enters the formula."
    ),
    "formula",
)
_DESIGN = Term(
    Text(zh="设计浓度", en="Design concentration"),
    Text(
        zh="浓度缺测而协议规定以设计值代替时采用。",
        en="Stands in for a missing concentration where the rule on readings says so.",
    ),
    "formula",
    CONCENTRATION,
    least=Decimal(0),
    most=MOST_MEASURED,
    without=Text(zh="没有设计浓度", en="no design concentration"),
    required=False,
)


def _price(unit: Text) -> Term:
    return _money(
        Text(zh="单价", en="Price"),
        Text(zh="劣于目标时上游按此付费。", en="What upstream pays where the water is worse than agreed."),
        unit,
    )


def _reward(unit: Text) -> Term:
    return _money(
        Text(zh="奖励单价", en="Reward"),
        Text(
            zh="优于目标时下游按此付费；0 为不奖励。",
            en="What downstream pays where the water is better than agreed; 0 for no reward.",
        ),
        unit,
        required=False,
    )


def item_terms(kind: str, unit: Text) -> dict[str, Term]:
    """The terms of one item of a formula; ``unit`` is that of its price."""
    if kind == "exceedance":
        return {
            "limit": _measured(
                Text(zh="目标浓度", en="Limit"),
                Text(
                    zh="高于它上游付费，低于它有奖励的下游付费。",
                    en="Above it upstream pays; below it downstream pays where there is a reward.",
                ),
                CONCENTRATION,
            ),
            "price": _price(unit),
            "reward": _reward(unit),
            "design": _DESIGN,
        }
    if kind == "load":
        return {
            "allowed": _measured(
                Text(zh="允许通量", en="Allowed load"),
                Text(
                    zh="一个结算周期内可以通过断面的量。",
                    en="What may pass the section in one period of settlement.",
                ),
                LOAD,
            ),
            "price": _price(unit),
            "reward": _reward(unit),
            "design": _DESIGN,
        }
    return {
        "baseline": _measured(
            Text(zh="基准浓度", en="Baseline"),
            Text(zh="P 值以年均值与它之比计算。", en="The P index takes the ratio of the yearly mean to it."),
            CONCENTRATION,
        ),
        "design": _DESIGN,
    }


def step_terms(unit: Text) -> dict[str, Term]:
    """The terms of one step of the price of an item."""
    return {
        "above": Term(
            Text(zh="超标倍数大于", en="Multiple of exceedance above"),
            Text(
                zh="（C−S）/S 超过它时用本档单价。",
                en="The price of the step holds where (C - S) / S is above it.",
            ),
            "formula",
            TIMES,
            least=Decimal(0),
            most=Decimal(1000),
        ),
        "price": _money(
            Text(zh="本档单价", en="Price of the step"),
            Text(
                zh="达到的最高一档为全部超标量定价。",
                en="The highest step reached prices the whole exceedance.",
            ),
            unit,
        ),
    }


PAYING_TERMS = {
    "up_to": Term(
        Text(zh="P 值不大于", en="P up to"),
        Text(zh="P 值在此以内时下游付本档金额。", en="Up to this P downstream pays the amount of the step."),
        "formula",
        above=Decimal(0),
        most=Decimal(100),
    ),
    "pays": _money(
        Text(zh="下游付", en="Downstream pays"),
        Text(zh="本档一年的金额。", en="The amount of the step for a year."),
        YUAN,
    ),
}


def formula_terms(kind: str) -> dict[str, Term]:
    """The terms of a formula that belong to no item."""
    if kind == "exceedance":
        return {
            "method": Term(
                Text(zh="计价方式", en="Way to price"),
                Text(
                    zh="按超标的吨数计价，或按超标倍数和水量计价。",
                    en="By the tonnes above the limit, or by the multiple of exceedance and the volume.",
                ),
                "formula",
                choices=METHODS,
                required=False,
            )
        }
    if kind == "p-index":
        return {
            "coefficients": Term(
                Text(zh="系数", en="Coefficients"),
                Text(
                    zh="稳定系数 k0 和各项权重取自哪一轮。",
                    en="The round from which the factor k0 and the weights are taken.",
                ),
                "formula",
                choices=tuple((each, Text(zh=_ROUNDS.get(each, each), en=each)) for each in editions()),
            ),
            "upstream_pays": _money(
                Text(zh="上游付", en="Upstream pays"),
                Text(
                    zh="P 值超过最高一档，或发生重大水污染事故时一年的金额。",
                    en="The amount for a year where P is above the last step, or after a major accident.",
                ),
                YUAN,
            ),
        }
    return {}


_ROUNDS = {f"Xin'an round {n}": f"新安江第{word}轮" for n, word in enumerate("一二三四五", 1)}


def editions() -> tuple[str, ...]:
    """The rounds whose coefficients of the P index are on record, the oldest first."""
    return tuple(dict.fromkeys(each.edition for each in parameter_series("compensation.p_index").periods))


SECTION_TERMS = {
    "share": Term(
        Text(zh="断面权重", en="Share of the section"),
        Text(
            zh="各断面结果相加时的权重，合计为 1（或各为 1）。",
            en="Its weight in the sum of the sections; together 1, or 1 each.",
        ),
        "sections",
        above=Decimal(0),
        most=Decimal(1),
    ),
    "design_flow": _measured(
        Text(zh="设计流量", en="Design flow"),
        Text(
            zh="流量缺测而协议规定以设计值代替时采用。",
            en="Stands in for a missing flow where the rule on readings says so.",
        ),
        FLOW_UNIT,
        "sections",
        without=Text(zh="没有设计流量", en="no design flow"),
        required=False,
    ),
}

GENERAL_TERMS = {
    "readings.minimum": Term(
        Text(zh="每月最少监测次数", en="Least tests in a month"),
        Text(zh="少于它的月份按缺测处理。", en="A month with fewer counts as missing."),
        "readings",
        TESTS,
        least=Decimal(1),
        most=Decimal(1000),
        whole=True,
    ),
    "readings.months": Term(
        Text(zh="按年结算最少有效月数", en="Least months of a year"),
        Text(
            zh="年度结算时至少要有这么多个月有监测。",
            en="A year is settled where at least so many months have readings.",
        ),
        "readings",
        MONTHS,
        least=Decimal(1),
        most=Decimal(12),
        whole=True,
    ),
    "readings.concentration": Term(
        Text(zh="浓度缺测时", en="Where a concentration is missing"),
        Text(
            zh="不结算，或以设计浓度代替并注明。",
            en="No settlement, or the design value stands in and this is said.",
        ),
        "readings",
        choices=HANDLINGS,
    ),
    "readings.flow": Term(
        Text(zh="流量缺测时", en="Where the flow is missing"),
        Text(
            zh="不结算，或以设计流量代替并注明。",
            en="No settlement, or the design flow stands in and this is said.",
        ),
        "readings",
        choices=HANDLINGS,
    ),
    **{
        f"cap.{side}.{span}": _money(
            Text(zh=f"{who.zh}{one.zh}", en=f"{who.en}, {one.en}"),
            Text(zh=f"{who.zh}最多付这么多。", en=f"{who.en} pays no more than this."),
            YUAN,
            "cap",
            without=Text(zh="不封顶", en="no cap"),
            required=False,
        )
        for side, who in (
            ("upstream", Text(zh="上游", en="Upstream")),
            ("downstream", Text(zh="下游", en="Downstream")),
        )
        for span, one in (
            ("settlement", Text(zh="单次封顶", en="cap of one settlement")),
            ("year", Text(zh="年度封顶", en="cap of a year")),
        )
    },
    "least": _money(
        Text(zh="起付额", en="Least amount"),
        Text(zh="不足它的不付。", en="Less than this is not paid."),
        YUAN,
        "least",
        required=False,
    ),
    "calendar.period": Term(
        Text(zh="结算周期", en="Period of settlement"),
        Text(
            zh="按月结算时单次封顶和起付额按月适用。",
            en="By the month, the cap of one settlement and the least amount apply to each month.",
        ),
        "calendar",
        choices=PERIODS,
    ),
}
