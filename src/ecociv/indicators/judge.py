"""Holding derived figures against the plan."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from ecociv.core.missing import Missing
from ecociv.core.targets import Context, Direction
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.indicators.derivations import Derivations, load_derivations
from ecociv.indicators.derive.figures import Derived
from ecociv.indicators.gather import Gathered
from ecociv.indicators.lights import Status
from ecociv.indicators.status import status_of
from ecociv.indicators.trajectory import Shape
from ecociv.plan.package import Indicator, Series, ZonePackage

SAMPLE = Reason("sample-data", Text(zh="依据的是生成的示例数据", en="It rests on generated sample data"))


def judged_status(
    package: ZonePackage, declared: Derivations, item: Derived, gathered: Gathered, on: date
) -> Status | None:
    """The status of a figure of the zone's own place on the day ``on``; none for a peer's figure."""
    if item.place != gathered.home:
        return None
    indicator, series = package.series(item.series)
    standing = gathered.standing(item.series)
    status = status_of(
        direction=directions(indicator),
        baseline=(package.zone.base_year, series.baseline_value),
        targets=series.typed_targets,
        year=item.year,
        value=item.figure,
        evaluated_on=on,
        shape=Shape(indicator.trajectory),
        context=Context(
            peers=standing.context if standing else None,
            part_directions=part_directions(indicator),
            part_names=_part_names(indicator),
        ),
        data_due=declared.due.after(item.year),
    )
    more = []
    if standing and standing.reason:
        more.append(standing.reason)
    if standing and (doubt := _doubt(item, gathered)):
        more.append(doubt)
    if item.sample:
        more.append(SAMPLE)
    return status.with_reasons(*more) if more else status


def directions(indicator: Indicator) -> Direction | dict[str, Direction]:
    """The declared direction, by part for a composition."""
    return part_directions(indicator) or indicator.direction


def part_directions(indicator: Indicator) -> dict[str, Direction]:
    """Direction of each part; empty for single figures."""
    return {name: part.direction for name, part in indicator.parts.items()}


def _part_names(indicator: Indicator) -> dict[str, Text]:
    """How the reasons call each part; empty for single figures."""
    return {key: part.name for key, part in indicator.parts.items()}


def _doubt(item: Derived, gathered: Gathered) -> Reason | None:
    """A reason where the verdict depends on how the data are read."""
    verdicts = gathered.standing_of(item).get("standing_by_reading", {})
    reached = {key: verdict["reached"] for key, verdict in verdicts.items()}
    if len(set(reached.values())) <= 1:
        return None
    return Reason(
        "verdict-depends-on-reading",
        Text(
            zh="是否达到先进水平取决于臭氧数值的判读方式，本结论不稳定",
            en="Whether the level is reached depends on how the ozone figure is read: the verdict is not firm",
        ),
        reached,
    )


def status_without_figure(package: ZonePackage, indicator: Indicator, series: Series, year: int) -> Status:
    """The status of a year that was never computed: no figure is known, and whether it is late follows from the date."""
    return status_of(
        direction=directions(indicator),
        baseline=(package.zone.base_year, series.baseline_value),
        targets=series.typed_targets,
        year=year,
        value=Missing.MISSING,
        evaluated_on=timezone.localdate(),
        shape=Shape(indicator.trajectory),
        context=Context(part_directions=part_directions(indicator), part_names=_part_names(indicator)),
        data_due=load_derivations(package).due.after(year),
    )
