"""Who pays what under a proposal: the households of a hearing paper, by use and by size."""

from __future__ import annotations

from collections.abc import Sequence

from ecociv.reporting.compose.paper import PaperWriter
from ecociv.reporting.document import Block, Paragraph, Run, Section
from ecociv.tariffs.comparison import LARGEST_SIZE, GroupEffect, percent
from ecociv.tariffs.papers import HearingFigures
from ecociv.tariffs.schedule import yuan


def households(writer: PaperWriter, figures: HearingFigures) -> Section:
    """The section on households: how many pay more or less, by tenth of use and by size."""
    whole, comparison = figures.comparison.whole, figures.comparison
    even = whole.households - whole.paying_more - whole.paying_less
    words = writer.say(
        "用量不变时，{more}户（{mp}%）多付，{less}户（{lp}%）少付，{even}户不变；增加最多的一户全年多付{rise}元，"
        "减少最多的少付{fall}元。",
        "With unchanged use {more} households ({mp} %) pay more, {less} ({lp} %) less and {even} the same; the "
        "largest rise is {rise} yuan a year, the largest fall {fall}.",
        more=f"{whole.paying_more:,}",
        mp=percent(whole.paying_more, whole.households, 1),
        less=f"{whole.paying_less:,}",
        lp=percent(whole.paying_less, whole.households, 1),
        even=f"{even:,}",
        rise=f"{yuan(whole.largest_rise):,}",
        fall=f"{yuan(whole.largest_fall):,}",
    )
    deciles = [(writer.say("第{n}", "{n}", n=group.key), group) for group in comparison.deciles]
    sizes = [
        (
            writer.say("{n}人及以上", "{n} and more", n=group.key)
            if group.key == str(LARGEST_SIZE)
            else writer.say("{n}人", "{n}", n=group.key),
            group,
        )
        for group in comparison.sizes
    ]
    names = {one.key: one.name for version in (figures.before, figures.after) for one in version.exemptions}
    exempt = [
        (
            writer.text(names[group.key])
            if group.key in names
            else group.key or writer.say("其他", "Others"),
            group,
        )
        for group in comparison.exemptions
    ]
    total = (writer.say("合计", "All"), whole)
    return Section(
        "households",
        writer.say("三、对住户的影响", "3. Effect on households"),
        (
            body(words),
            _groups(
                writer,
                "deciles",
                writer.say("按用量十等分", "By tenth of the households, by use"),
                [*deciles, total],
            ),
            Paragraph(
                (
                    Run(
                        writer.say(
                            "十等分按住户用量由小到大，不是按收入；收入资料不在本测算范围。",
                            "Tenths are by use, the smallest first, and not by income, which is not at hand.",
                        )
                    ),
                ),
                "note",
            ),
            _groups(writer, "sizes", writer.say("按户内人数", "By household size"), [*sizes, total]),
            _groups(writer, "exempt", writer.say("按减免类别", "By exemption"), [*exempt, total]),
        ),
        landscape=True,
    )


def _groups(writer: PaperWriter, key: str, title: str, groups: Sequence[tuple[str, GroupEffect]]) -> Block:
    return writer.table(
        key,
        title,
        [
            (writer.say("组", "Group"), 0.16, "left"),
            (writer.say("户数", "Households"), 0.12, "right"),
            (writer.say("户均用量（m³/年）", "Mean use (m³/year)"), 0.14, "right"),
            (writer.say("现行户均（元/年）", "Mean bill now (yuan/year)"), 0.15, "right"),
            (writer.say("方案户均（元/年）", "Proposed (yuan/year)"), 0.15, "right"),
            (writer.say("户均增减（元）", "Change (yuan)"), 0.13, "right"),
            ("%", 0.07, "right"),
            (writer.say("多付户", "Paying more"), 0.08, "right"),
        ],
        [
            [
                name,
                group.households,
                group.mean_use,
                group.mean_before,
                group.mean_after,
                group.mean_change,
                group.change_percent,
                group.paying_more,
            ]
            for name, group in groups
        ],
        total_last=True,
    )


def body(words: str) -> Paragraph:
    """Words as a paragraph of the text."""
    return Paragraph((Run(words),))
