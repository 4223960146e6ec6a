"""Typed targets: what was promised, in a form that can be judged, shown, stored and read from a plan's cell.

====================  =========================================  ==========================================
class                 mapping in a zone package                  met when
====================  =========================================  ==========================================
`AtLeast`             ``{at_least: 1895}``                       value >= 1895
`AtMost`              ``{at_most: 8.45}``                        value <= 8.45
`Between`             ``{between: [1, 2]}``                      1 <= value <= 2
`Hold`                ``{hold: 65.73}``                          not worse than 65.73 in the declared direction
`Zero`                ``{zero: true}``                           nothing is left (hold at 0)
`Composition`         ``{composition: {primary: 7.2, ...}}``     each part keeps its side, part by part
`Vector`              ``{vector: {walking: {at_least: 17}}}``    each part meets its own target
`Cumulative`          ``{cumulative: {at_least: 15, from: 2014, to: 2020}}``  the sum over the years does
`RelativeToBase`      ``{relative_to_base: {change_percent: -20, base: 2012}}``  changed so much since the base year
`RelativeToPeers`     ``{relative_to_peers: {rule: province-advanced-level}}``   as good as the peers' level of that year
`Delegated`           ``{delegated: {to: province, cell: ...}}``  the level above has set it, and that is met
`Qualitative`         ``{qualitative: {acceptance: {zh:, en:}}}``  accepted
`Unset`               ``{unset: dash}``, ``{unset: blank}``      never: the plan sets no target here
====================  =========================================  ==========================================

The direction in which a series gets better is declared by whoever builds the target, never inferred from its figures.
"""

from ecociv.core.targets.base import (
    NO_CONTEXT,
    Context,
    Demand,
    Direction,
    Judgement,
    PeerStanding,
    Sense,
    Target,
    TargetError,
    TargetValue,
    number_or_missing,
)
from ecociv.core.targets.cells import CellNotUnderstood, CellReading, known_forms, read_cell, read_quantity
from ecociv.core.targets.deferred import Delegated, Qualitative, Unset
from ecociv.core.targets.mapping import TargetMappingError, target_from_mapping
from ecociv.core.targets.parted import Composition, Vector
from ecociv.core.targets.relative import Cumulative, RelativeToBase, RelativeToPeers
from ecociv.core.targets.scalar import AtLeast, AtMost, Between, Hold, Zero

__all__ = [
    "NO_CONTEXT",
    "AtLeast",
    "AtMost",
    "Between",
    "CellNotUnderstood",
    "CellReading",
    "Composition",
    "Context",
    "Cumulative",
    "Delegated",
    "Demand",
    "Direction",
    "Hold",
    "Judgement",
    "PeerStanding",
    "Qualitative",
    "RelativeToBase",
    "RelativeToPeers",
    "Sense",
    "Target",
    "TargetError",
    "TargetMappingError",
    "TargetValue",
    "Unset",
    "Vector",
    "Zero",
    "known_forms",
    "number_or_missing",
    "read_cell",
    "read_quantity",
    "target_from_mapping",
]
