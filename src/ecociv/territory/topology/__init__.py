"""What is wrong with a layer, how it is repaired by declared rules, and how two versions differ."""

from ecociv.territory.topology.difference import ChangeKind, Difference, FeatureChange, difference
from ecociv.territory.topology.examine import report
from ecociv.territory.topology.findings import Defect, Finding, Report, Tolerances
from ecociv.territory.topology.repair import Repair, Repaired, repair
from ecociv.territory.topology.rules import RepairPlan, Rule, RuleRefused, mending

__all__ = [
    "ChangeKind",
    "Defect",
    "Difference",
    "FeatureChange",
    "Finding",
    "Repair",
    "RepairPlan",
    "Repaired",
    "Report",
    "Rule",
    "RuleRefused",
    "Tolerances",
    "difference",
    "mending",
    "repair",
    "report",
]
