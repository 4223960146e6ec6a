"""Sample data of the room: one hearing paper on the declared sample tariff, with generated households."""

from __future__ import annotations

from ecociv.tariffs.actions import CompileHearing
from ecociv.tariffs.consumption import generate
from ecociv.tariffs.declaration import zone_tariffs
from ecociv.tariffs.models import HearingPaper

HOUSEHOLDS = 100_000
AUTHOR = "sample data"


def load_sample_tariffs(zone: str) -> int:
    """Compile a paper on the newest change of the first sample tariff; how many were added, 0 where papers exist."""
    declared = zone_tariffs(zone)
    if declared is None or HearingPaper.objects.filter(zone=zone).exists():
        return 0
    tariff = next((one for one in declared.tariffs if one.sample and len(one.versions) > 1), None)
    if tariff is None:
        return 0
    CompileHearing(
        zone=zone,
        title=f"{tariff.name.zh}调整方案（示例）",
        tariff=tariff,
        before=tariff.versions[-2],
        after=tariff.versions[-1],
        consumption=generate(declared.distributions[tariff.utility], HOUSEHOLDS),
        source="生成的用量分布（示例）",
        elasticity=declared.elasticities[tariff.utility],
        author=AUTHOR,
    ).execute()
    return 1
