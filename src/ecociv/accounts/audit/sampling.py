"""The records of a term that can be drawn, and the published sample. Pure: no Django."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ecociv.accounts.audit.declaration import Sampling
from ecociv.supervision.inspection import draw
from ecociv.supervision.inspection.allocation import allocate


def publication(population: dict[str, tuple[str, dict[str, str]]], rule: Sampling, seed: str, size: int | None = None) -> dict[str, Any]:
    """What is published before a draw: the list with strata, the sizes, the seed, and the digest that ties them.

    Parameters
    ----------
    population
        Stratum and name (both languages) of each record.

    Raises
    ------
    SampleImpossible
        When no such sample can be drawn.
    """
    draw.seed_of_draw(seed)
    listed = {key: stratum for key, (stratum, _) in population.items()}
    counts = Counter(listed.values())
    sizes = allocate(counts, min(size or rule.size, len(listed)), least=rule.least)
    population_digest = draw.digest_of(draw.population_text(listed))
    design_digest = draw.digest_of(draw.design_text(sizes))
    return {
        "version": draw.VERSION,
        "seed": seed,
        "sizes": sizes,
        "by_stratum": dict(sorted(counts.items())),
        "population": [
            {"key": key, "stratum": stratum, "name": name} for key, (stratum, name) in sorted(population.items())
        ],
        "population_digest": population_digest,
        "design_digest": design_digest,
        "commitment": draw.commitment(population_digest, design_digest, seed),
    }


def sample_of(published: dict[str, Any]) -> list[dict[str, Any]]:
    """The sample that follows from what was published; the same for everybody who draws it again."""
    listed = {each["key"]: each["stratum"] for each in published["population"]}
    names = {each["key"]: each["name"] for each in published["population"]}
    return [
        {"key": each.key, "stratum": each.stratum, "rank": each.rank, "probability": f"{each.drawn}/{each.of}", "name": names[each.key]}
        for each in draw.draw(listed, published["sizes"], published["seed"])
    ]
