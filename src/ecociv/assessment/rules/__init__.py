"""The pure engine of the assessment room: rule sets, scores, reasons, ranks. No Django.

Signatures that others stand on::

    load_rule_set(key, zone=None) -> RuleSet;  rule_sets(zone=None) -> Mapping[key, RuleSet];  rules.in_force(on)
    rules.group_of(unit, kind="") -> peer group of a unit (named member, or by kind of organisation)
    keys_of(rules) -> keys of items, adjustments and vetoes; each has `.source` (`rules.sources`) to gather by
    score(rules, units: Mapping[key, Unit(group, name)], inputs: Mapping[unit, Mapping[key, Figure | ItemScore]], year)
        -> Assessment: a mapping of unit to UnitResult (total, categories, items, rank, grade, reasons, trace, to_json)
    Figure(value | missing | parts, source, trace, revision, sample, error, note, target, context, duties, method)
        `target` (and `context`) come with the figure where an attainment item says `target: plan`;
        `duties` (see `Duty`, `duty_figure`) where it comes from tasks or projects; `method` identifies how it was made
    shares(rules.split, lead, support) -> Mapping[body, part 0..1];  duty_figure(duties, source.credit, on) -> Figure
    compare(a, b) -> Mapping[unit, Compared | NotComparable]
    rank_intervals(rules, units, inputs, year, *, seed, draws, weight_spread, coverage) -> Mapping[unit, RankInterval]
    what_if(rules, units, inputs, changes, year) -> Difference, of SetValue, SetWeight, SetDone
    most_effective(rules, units, inputs, unit, efforts: Mapping[change, effort], year, *, within, at_most) -> Best
    inputs_to_json / inputs_from_json, units_to_json / units_from_json, RuleSet.to_json / RuleSet.model_validate,
    Assessment.digest: the same after a way through JSON
"""

from ecociv.assessment.rules.comparability import Compared, NotComparable, compare
from ecociv.assessment.rules.declaration import OutsideValidity, RuleSet
from ecociv.assessment.rules.duties import credit_of, duty_figure
from ecociv.assessment.rules.engine import State, score_table
from ecociv.assessment.rules.inputs import (
    Duty,
    Entry,
    Figure,
    InputError,
    Inputs,
    ItemScore,
    Unit,
    Units,
    inputs_digest,
    inputs_from_json,
    inputs_to_json,
    units_from_json,
    units_to_json,
)
from ecociv.assessment.rules.load import load_rule_set, read_rule_set, rule_sets
from ecociv.assessment.rules.results import Assessment, CategoryResult, ItemResult, UnitResult, score
from ecociv.assessment.rules.split import shares
from ecociv.assessment.rules.table import Table, keys_of
from ecociv.assessment.rules.uncertainty import RankInterval, digest_of_draws, rank_intervals
from ecociv.assessment.rules.weights import effective_weights
from ecociv.assessment.rules.what_if import (
    Best,
    Difference,
    Option,
    SetDone,
    SetValue,
    SetWeight,
    most_effective,
    what_if,
)

__all__ = [
    "Best",
    "Compared",
    "Difference",
    "NotComparable",
    "Option",
    "RankInterval",
    "SetDone",
    "SetValue",
    "SetWeight",
    "compare",
    "digest_of_draws",
    "most_effective",
    "rank_intervals",
    "what_if",
    "Assessment",
    "CategoryResult",
    "Duty",
    "Entry",
    "Figure",
    "InputError",
    "Inputs",
    "ItemResult",
    "ItemScore",
    "OutsideValidity",
    "RuleSet",
    "State",
    "Table",
    "Unit",
    "UnitResult",
    "Units",
    "credit_of",
    "duty_figure",
    "effective_weights",
    "inputs_digest",
    "inputs_from_json",
    "inputs_to_json",
    "keys_of",
    "load_rule_set",
    "read_rule_set",
    "rule_sets",
    "score",
    "score_table",
    "shares",
    "units_from_json",
    "units_to_json",
]
