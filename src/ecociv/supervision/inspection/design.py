"""From rated units to a published design and a sample, as plain values that go on record. Pure: no Django."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ecociv.supervision.inspection import draw
from ecociv.supervision.inspection.allocation import Allocation, allocate
from ecociv.supervision.inspection.declaration import InspectionRules
from ecociv.supervision.inspection.risk import CERTAINTY, RatedUnit, Unit, rate_all


def publication(
    units: Iterable[Unit],
    rules: InspectionRules,
    *,
    seed: str,
    size: int,
    how: Allocation = Allocation.PROPORTIONAL,
    declared: Mapping[str, int] | None = None,
    public_number_of: str = "",
) -> dict[str, Any]:
    """What is published before a draw: the list with strata, the sizes, the seed, and the digest that ties them.

    Raises
    ------
    SampleImpossible
        When no such sample can be drawn.
    """
    draw.seed_of_draw(seed)
    rated = rate_all(units, rules)
    counts = Counter(each.stratum for each in rated)
    sizes = allocate(
        {key: counts[key] for key in rules.strata},
        size,
        certain=counts[CERTAINTY],
        how=how,
        expected={key: band.share_with_findings for key, band in rules.strata.items()},
        declared=declared,
        least=rules.least_of_a_stratum,
    )
    listed = {each.unit.key: each.stratum for each in rated}
    population_digest = draw.digest_of(draw.population_text(listed))
    design_digest = draw.digest_of(draw.design_text(sizes))
    return {
        "version": draw.VERSION,
        "seed": seed,
        "public_number_of": public_number_of,
        "size": size,
        "allocation": how.value,
        "sizes": sizes,
        "units_by_stratum": dict(sorted(counts.items())),
        "population": [_unit_json(each) for each in rated],
        "population_digest": population_digest,
        "design_digest": design_digest,
        "commitment": draw.commitment(population_digest, design_digest, seed),
    }


def sample_of(published: Mapping[str, Any], public_number: str = "") -> dict[str, Any]:
    """The sample that follows from what was published; the same for everybody who draws it again."""
    seed = draw.seed_of_draw(published["seed"], public_number)
    listed = {each["key"]: each["stratum"] for each in published["population"]}
    drawn = draw.draw(listed, published["sizes"], seed)
    return {
        "public_number": public_number,
        "seed_used": seed,
        "sample": [
            {
                "key": each.key,
                "stratum": each.stratum,
                "rank": each.rank,
                "drawn": each.drawn,
                "of": each.of,
                "probability": f"{each.drawn}/{each.of}",
            }
            for each in drawn
        ],
    }


def _unit_json(each: RatedUnit) -> dict[str, Any]:
    return {
        "key": each.unit.key,
        "kind": each.unit.kind,
        "name": each.unit.name.to_mapping(),
        "bodies": list(each.unit.bodies),
        "score": each.score,
        "stratum": each.stratum,
        "reasons": [reason.to_json() for reason in each.reasons],
    }
