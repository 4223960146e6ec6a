"""Assessment: green development index, goal assessment, scoring rules, entropy weights, TOPSIS, sensitivity of ranks.

>>> round(individual_index(63.1, lowest=10, highest=66.8).value, 2)
97.39
"""

from ecociv.standards.assessment.decision import EntropyWeights, Topsis, entropy_weights, topsis
from ecociv.standards.assessment.goals import (
    GoalAssessment,
    GoalGrade,
    GoalItem,
    goal_assessment,
    goal_items,
)
from ecociv.standards.assessment.green_development import (
    ClassComposite,
    GreenDevelopmentIndex,
    composite_of_classes,
    green_development_index,
)
from ecociv.standards.assessment.indicators import (
    CLASSES,
    GreenIndicator,
    IndexClass,
    Sense,
    Tier,
    class_units_weights,
    green_indicators,
    green_weights,
)
from ecociv.standards.assessment.individual import IndividualIndex, individual_index
from ecociv.standards.assessment.ranking import competition_rank
from ecociv.standards.assessment.scoring import (
    Score,
    adjusted_score,
    piecewise_score,
    ratio_score,
    step_deduction,
)
from ecociv.standards.assessment.sensitivity import RankSensitivity, rank_sensitivity

__all__ = [
    "CLASSES",
    "ClassComposite",
    "EntropyWeights",
    "GoalAssessment",
    "GoalGrade",
    "GoalItem",
    "GreenDevelopmentIndex",
    "GreenIndicator",
    "IndexClass",
    "IndividualIndex",
    "RankSensitivity",
    "Score",
    "Sense",
    "Tier",
    "Topsis",
    "adjusted_score",
    "class_units_weights",
    "competition_rank",
    "composite_of_classes",
    "entropy_weights",
    "goal_assessment",
    "goal_items",
    "green_development_index",
    "green_indicators",
    "green_weights",
    "individual_index",
    "piecewise_score",
    "rank_sensitivity",
    "ratio_score",
    "step_deduction",
    "topsis",
]
