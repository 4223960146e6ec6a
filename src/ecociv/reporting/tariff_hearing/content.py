"""What a hearing paper says: the proposal, its check, who pays what, what comes in, what may be saved."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from ecociv.core.decimals import shortest
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Language, Text
from ecociv.plan.package import ZonePackage
from ecociv.reporting.compose.paper import PaperWriter
from ecociv.reporting.document import Block, Cell, Document, Section
from ecociv.reporting.tariff_hearing.households import body, households
from ecociv.tariffs.checking import TariffCheck
from ecociv.tariffs.comparison import percent
from ecociv.tariffs.declaration import TariffVersion
from ecociv.tariffs.papers import HearingFigures
from ecociv.tariffs.schedule import cubic_metres, yuan

PERIODS = {
    "month": Text(zh="按月", en="by month"),
    "quarter": Text(zh="按季", en="by quarter"),
    "year": Text(zh="按年", en="by year"),
}
VERDICTS = {
    True: Text(zh="符合", en="follows it"),
    False: Text(zh="不符合", en="does not follow it"),
    None: Text(zh="不能判定", en="cannot be told"),
}


def hearing_document(
    figures: HearingFigures,
    package: ZonePackage,
    *,
    title: str,
    number: int,
    source: str,
    as_of: dt.datetime,
    office: str,
    language: Language,
) -> Document:
    """Compose the paper; the same figures give an equal document."""
    writer = PaperWriter(package, as_of, language)
    sections = [
        _proposal(writer, figures),
        _guidance(writer, figures),
        households(writer, figures),
        _revenue(writer, figures),
        _method(writer, figures, source),
    ]
    return writer.document(
        title=title,
        subtitle=writer.say("听证材料", "Paper for the hearing"),
        facts=(
            (writer.say("编号", "Number"), str(number)),
            (writer.say("价格", "Tariff"), writer.text(figures.name)),
            (writer.say("测算户数", "Households"), f"{figures.households:,}"),
            (writer.say("用量来源", "Consumption from"), source),
            (writer.say("编制时间", "Compiled"), writer.voice.moment(as_of)),
        ),
        office=office,
        sections=sections,
        sample=figures.sample,
    )


def _proposal(writer: PaperWriter, figures: HearingFigures) -> Section:
    rows: list[list[Cell | str | Decimal | None]] = []
    before, after = figures.before, figures.after
    for place in range(max(len(before.tiers), len(after.tiers))):
        rows.append(
            [
                writer.say("第{n}级", "Tier {n}", n=place + 1),
                *_tier(writer, before, place),
                *_tier(writer, after, place),
            ]
        )
    keys = dict.fromkeys(one.key for version in (before, after) for one in version.surcharges)
    for key in keys:
        cells = []
        for version in (before, after):
            found = next((one for one in version.surcharges if one.key == key), None)
            cells += ["", found.price if found else None]
        name = next(one.name for version in (before, after) for one in version.surcharges if one.key == key)
        rows.append([writer.text(name), *cells])
    table = writer.table(
        "tiers",
        writer.say("现行价格与方案价格", "The tariff in force and the proposal"),
        [
            ("", 0.2, "left"),
            (writer.say("现行：至（m³）", "Now: up to (m³)"), 0.2, "right"),
            (writer.say("价格（元/m³）", "Price (yuan/m³)"), 0.2, "right"),
            (writer.say("方案：至（m³）", "Proposed: up to (m³)"), 0.2, "right"),
            (writer.say("价格（元/m³）", "Price (yuan/m³)"), 0.2, "right"),
        ],
        rows,
    )
    words = [
        writer.say(
            "现行价格{a}累计，方案{b}累计；各级水（气）量为一个累计周期的量。",
            "The use is accumulated {a} now and {b} in the proposal; volumes are those of one accumulation period.",
            a=PERIODS[before.accumulation],
            b=PERIODS[after.accumulation],
        ),
        *_rules(writer, after),
    ]
    return Section(
        "proposal",
        writer.say("一、方案内容", "1. The proposal"),
        (*(body(one) for one in words), table),
    )


def _rules(writer: PaperWriter, version: TariffVersion) -> list[str]:
    words = []
    if version.household is not None:
        extras = "、".join(shortest(tier.extra_per_person) for tier in version.tiers[:-1])
        words.append(
            writer.say(
                "方案中户内人口超过{n}人的，每增加1人各级上限分别增加{v}m³。",
                "In the proposal each person above {n} raises the ends of the tiers by {v} m³.",
                n=version.household.persons,
                v=extras,
            )
        )
    words += [
        writer.say(
            "方案中{who}每月免费{v}m³。",
            "In the proposal {v} m³ a month are free for: {who}.",
            who=one.name,
            v=shortest(one.free_per_month),
        )
        for one in version.exemptions
    ]
    return words


def _tier(writer: PaperWriter, version: TariffVersion, place: int) -> list[Cell | str | Decimal | None]:
    if place >= len(version.tiers):
        return [None, None]
    tier = version.tiers[place]
    end: Cell | str = writer.say("以上", "beyond")
    if tier.up_to is not None:
        end = Cell(shortest(tier.up_to), tier.up_to)
    return [end, tier.price]


def _guidance(writer: PaperWriter, figures: HearingFigures) -> Section:
    blocks: list[Block] = []
    for name, check in (
        (writer.say("现行价格", "The tariff in force"), figures.check_before),
        (writer.say("方案价格", "The proposal"), figures.check_after),
    ):
        blocks.append(
            body(
                writer.say(
                    "{name}：{verdict}（{edition}{mark}）。{reasons}",
                    "{name} against {edition}{mark}: {verdict}. {reasons}",
                    name=name,
                    verdict=VERDICTS[check.verdict.ok],
                    edition=check.edition,
                    mark="" if check.verified else writer.say("，待核实", ", to be verified"),
                    reasons=writer.say("；", "; ").join(
                        writer.text(reason.text) for reason in check.verdict.reasons
                    ),
                )
            )
        )
    blocks.append(_coverage(writer, figures.check_after))
    return Section(
        "guidance", writer.say("二、与国家指导意见的核对", "2. Against the national guidance"), tuple(blocks)
    )


def _coverage(writer: PaperWriter, check: TariffCheck) -> Block:
    return writer.table(
        "coverage",
        writer.say("方案各级覆盖的户数", "Households that the proposed tiers cover"),
        [
            (writer.say("级", "Tier"), 0.12, "left"),
            (writer.say("月上限（m³）", "Ends at, a month (m³)"), 0.22, "right"),
            (writer.say("应覆盖（%）", "Should cover (%)"), 0.2, "right"),
            (writer.say("实际覆盖（%）", "Covers (%)"), 0.2, "right"),
            (writer.say("覆盖所需（m³）", "Volume that would (m³)"), 0.26, "right"),
        ],
        [
            [
                str(one.tier),
                round_half_even(one.bound, 2),
                one.wanted_share,
                round_half_even(Decimal(str(one.covered_share)), 1),
                round_half_even(Decimal(str(one.needed)), 2),
            ]
            for one in check.coverage
        ],
        empty=writer.say(
            "方案不分级，没有可核对的上限。", "The proposal has no tiers whose ends could be looked at."
        ),
    )


def _revenue(writer: PaperWriter, figures: HearingFigures) -> Section:
    whole, comparison = figures.comparison.whole, figures.comparison
    change = whole.fen_after - whole.fen_before
    blocks: list[Block] = [
        writer.table(
            "revenue",
            writer.say("全年收入（用量不变）", "Revenue of a year, use unchanged"),
            [("", 0.5, "left"), (writer.say("元", "yuan"), 0.5, "right")],
            [
                [
                    writer.say("现行价格", "The tariff in force"),
                    writer.figure("revenue-before", figures.revenue_trace(False)),
                ],
                [
                    writer.say("方案价格", "The proposal"),
                    writer.figure("revenue-after", figures.revenue_trace(True)),
                ],
                [
                    writer.say("增减（{p}%）", "Change ({p} %)", p=percent(change, whole.fen_before) or "—"),
                    writer.figure("revenue-change", figures.change_trace()),
                ],
            ],
        ),
        writer.table(
            "volumes",
            writer.say("方案各级用量", "Volume in each proposed tier"),
            [
                (writer.say("级", "Tier"), 0.3, "left"),
                ("m³", 0.4, "right"),
                ("%", 0.3, "right"),
            ],
            [
                [str(place), cubic_metres(litres), percent(litres, whole.litres)]
                for place, litres in enumerate(comparison.tiers_after, 1)
            ],
        ),
    ]
    if figures.elasticity is not None:
        kinds = {
            "weak": writer.say("弱", "weak"),
            "central": writer.say("中", "central"),
            "strong": writer.say("强", "strong"),
            "stated": writer.say("自定", "stated"),
        }
        blocks.append(
            writer.table(
                "saving",
                writer.say("价格响应：预计节约", "Answer to prices: expected saving"),
                [
                    (writer.say("响应", "Response"), 0.16, "left"),
                    (writer.say("弹性", "Elasticity"), 0.16, "right"),
                    (writer.say("节约（m³/年）", "Saved (m³/year)"), 0.26, "right"),
                    ("%", 0.14, "right"),
                    (writer.say("方案收入（元）", "Revenue (yuan)"), 0.28, "right"),
                ],
                [
                    [
                        kinds[one.kind],
                        one.elasticity,
                        writer.figure(
                            f"saving:{'stated' if one.kind == 'stated' else one.elasticity}", figures.saving_trace(one)
                        ),
                        percent(whole.litres - one.litres, whole.litres),
                        yuan(one.fen),
                    ]
                    for one in comparison.responses
                ],
                note=writer.say(
                    "弹性出处：{c}{mark}。{own}负的节约量表示用量增加。",
                    "Elasticity from: {c}{mark}. {own}A negative saving is more use.",
                    c=figures.elasticity.citation,
                    own=_stated(writer, figures),
                    mark="" if figures.elasticity.verified else writer.say("（待核实）", " (to be verified)"),
                ),
            )
        )
    return Section("revenue", writer.say("四、收入与节约", "4. Revenue and saving"), tuple(blocks))


def _stated(writer: PaperWriter, figures: HearingFigures) -> str:
    """Where the elasticity that was stated with the proposal is from."""
    if figures.elasticity is None or figures.elasticity.stated is None:
        return ""
    source = figures.elasticity.stated_source or writer.say("未说明", "not said")
    return writer.say("自定弹性出处：{s}。", "The stated one from: {s}. ", s=source)


def _method(writer: PaperWriter, figures: HearingFigures, source: str) -> Section:
    words = [
        writer.say(
            "账单按整数分和整数升计算，每个累计周期一张账单，只在账单总额上修约一次（GB/T 8170）。",
            "Bills are in whole fen and litres, one an accumulation period, rounded once on the total (GB/T 8170).",
        ),
        writer.say(
            "用量来源：{s}；数据摘要 {d}。逐户数据不随本材料保存。",
            "Consumption: {s}; digest {d}. Figures of single households are not kept.",
            s=source,
            d=figures.digest[:32],
        ),
        writer.say(
            "价格响应按各户平均价格之比的弹性次方计算，一次近似，不含用量结构的长期变化。",
            "The answer to prices is the ratio of each household's average prices to the power of the elasticity, to first "
            "order and without long-term change.",
        ),
    ]
    if figures.generated:
        words.append(
            writer.say(
                "住户用量系按声明的分布生成，不能作为定价依据；正式听证须用抄表数据重新测算。",
                "The households are generated from a declared distribution and are no basis for a price: compile the "
                "paper again from meter readings before a hearing.",
            )
        )
    return Section(
        "method", writer.say("五、方法与数据", "5. Method and data"), tuple(body(one) for one in words)
    )
