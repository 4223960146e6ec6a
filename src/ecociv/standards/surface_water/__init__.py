"""Surface water: classes, states of sections, basins and lakes, trophic state, ranking, trends, uses, capacity.

>>> water = classify(ph=7.7, do=6.2, codmn=4.1, nh3n=1.2)
>>> water.value, water.limiting
(4, ('nh3n',))
"""

from ecociv.standards.surface_water.basin import BasinEvaluation, evaluate_basin
from ecociv.standards.surface_water.black_odorous import BlackOdorousGrade, black_odorous_grade
from ecociv.standards.surface_water.capacity import (
    Capacity,
    capacity_river,
    capacity_wide_river,
    capacity_zero_dimension,
    design_flow,
    mixed_concentration,
)
from ecociv.standards.surface_water.change import Change, QualityChange, basin_change, section_change
from ecociv.standards.surface_water.classes import Exceedance, WaterClass
from ecociv.standards.surface_water.classify import classify, saturated_oxygen, temperature_change_complies
from ecociv.standards.surface_water.drinking import (
    ComplianceRate,
    SourceCompliance,
    evaluate_sources,
    source_compliance_rate,
    specific_items,
)
from ecociv.standards.surface_water.function_zone import ZoneCompliance, evaluate_function_zones
from ecociv.standards.surface_water.items import ITEM_NAMES, ITEMS, NO_CLASS, ItemSets, class_name
from ecociv.standards.surface_water.lake import LakeEvaluation, evaluate_lake
from ecociv.standards.surface_water.ranking import (
    CityIndex,
    Ranking,
    WaterQualityIndex,
    city_index,
    rank_change,
    rank_state,
    water_quality_index,
)
from ecociv.standards.surface_water.region import RegionShare, region_share
from ecociv.standards.surface_water.section import (
    MainIndicator,
    SectionEvaluation,
    WaterState,
    describe,
    evaluate_section,
    indicators_text,
)
from ecociv.standards.surface_water.shares import ClassShares, basin_state
from ecociv.standards.surface_water.statistics import PeriodMean, period_mean, ph_mean, replace_censored
from ecociv.standards.surface_water.trend import SpearmanTrend, Trend, spearman_trend
from ecociv.standards.surface_water.trophic import (
    TrophicLevel,
    TrophicState,
    combine_tli,
    trophic_level_index,
    trophic_state,
)

__all__ = [
    "ITEMS",
    "ITEM_NAMES",
    "NO_CLASS",
    "BasinEvaluation",
    "BlackOdorousGrade",
    "Capacity",
    "Change",
    "CityIndex",
    "ClassShares",
    "ComplianceRate",
    "Exceedance",
    "ItemSets",
    "LakeEvaluation",
    "MainIndicator",
    "PeriodMean",
    "QualityChange",
    "Ranking",
    "RegionShare",
    "SectionEvaluation",
    "SourceCompliance",
    "SpearmanTrend",
    "Trend",
    "TrophicLevel",
    "TrophicState",
    "WaterClass",
    "WaterQualityIndex",
    "WaterState",
    "ZoneCompliance",
    "basin_change",
    "basin_state",
    "black_odorous_grade",
    "capacity_river",
    "capacity_wide_river",
    "capacity_zero_dimension",
    "city_index",
    "class_name",
    "classify",
    "combine_tli",
    "describe",
    "design_flow",
    "evaluate_basin",
    "evaluate_function_zones",
    "evaluate_lake",
    "evaluate_section",
    "evaluate_sources",
    "indicators_text",
    "mixed_concentration",
    "period_mean",
    "ph_mean",
    "rank_change",
    "rank_state",
    "region_share",
    "replace_censored",
    "saturated_oxygen",
    "section_change",
    "source_compliance_rate",
    "spearman_trend",
    "specific_items",
    "temperature_change_complies",
    "trophic_level_index",
    "trophic_state",
    "water_quality_index",
]
