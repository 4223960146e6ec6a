"""An observed property means one thing in the whole zone: forms and mappings that use its key agree on name and unit."""

from __future__ import annotations

from collections import defaultdict

import pytest

from ecociv.core.quantities import same_dimension
from ecociv.evidence.mapping import available_mappings
from ecociv.evidence.returns.forms import load_forms


def declared() -> dict[str, list[tuple[str, str, str]]]:
    """Every declaration of each property: where, Chinese name, unit."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for form in load_forms("jingdezhen"):
        for cell in form.cells:
            found[cell.key].append((f"form {form.key}", cell.name.zh, cell.unit))
    for mapping in available_mappings("jingdezhen"):
        for value in mapping.values.values():
            found[value.property].append((f"mapping {mapping.key}", value.name.zh, value.unit))
    return found


def test_there_is_something_to_compare() -> None:
    assert sum(len(uses) > 1 for uses in declared().values()) >= 5  # pollutants of air, items of water


@pytest.mark.parametrize("key", sorted(key for key, uses in declared().items() if len(uses) > 1))
def test_a_property_has_one_dimension(key: str) -> None:
    (first, _, unit), *others = declared()[key]
    for where, _, other in others:
        assert same_dimension(unit, other), f"{key} is in {unit} in {first} and in {other} in {where}"
