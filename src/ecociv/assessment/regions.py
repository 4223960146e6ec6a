"""Regions scored from a table of figures, or of published class indices: no zone, no database. Pure: no Django."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ecociv.assessment.rules import Assessment, Figure, InputError, RuleSet, Unit, score
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.standards.parameters import parameter


def score_table_file(rules: RuleSet, path: Path, year: int) -> Assessment:
    """Score the regions of a CSV file: column ``region``, then keys of items, or of categories for class indices.

    An empty cell is *missing*. With class indices the published weights of the classes apply.

    Raises
    ------
    InputError
        For a column that is no key, a cell that is no number, or no rows; with line and remedy.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = [name for name in reader.fieldnames or () if name != "region"]
        rows = list(reader)
    if not rows or not columns or "region" not in (reader.fieldnames or ()):
        raise InputError(f"{path.name} holds no table: give a column `region` and a row for each.")
    by_class = set(columns) <= set(rules.categories)
    if not by_class and (strange := set(columns) - set(rules.items)):
        raise InputError(
            f"{path.name}:1: {', '.join(sorted(strange))} is no item of {rules.key}; columns are items, such as "
            f"{', '.join(list(rules.items)[:3])}, or all of the classes {', '.join(rules.categories)}."
        )
    rules = _of_classes(rules) if by_class else rules
    group = next(iter(rules.peer_groups))
    units = {row["region"]: Unit(group, Text(zh=row["region"], en=row["region"])) for row in rows}
    if len(units) < len(rows):
        raise InputError(f"{path.name}: a region occurs twice; give each one row.")
    inputs = {
        row["region"]: {
            f"{name}-index" if by_class else name: _figure(row, name, path.name, line) for name in columns
        }
        for line, row in enumerate(rows, 2)
    }
    return score(rules, units, inputs, year)


def _figure(row: Mapping[str, str | None], name: str, file: str, line: int) -> Figure:
    text = (row[name] or "").strip()
    source = f"{file}:{line}:{name}"
    if not text:
        return Figure(None, Missing.MISSING, source=source)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InputError(
            f"{file}:{line}: {name}: {text!r} is no number; leave an absent figure empty."
        ) from None
    return Figure(value, source=source)


def _of_classes(rules: RuleSet) -> RuleSet:
    """The same rules over class indices that were published: each class is one given figure."""
    weights = parameter("assessment.gdi.class_weights", edition="2016 green development index").table
    data = rules.to_json()
    first: dict[str, object] = data["weights"][0]  # type: ignore[index]
    titles = {key: category.title for key, category in rules.categories.items()}
    data["weights_sum"] = 100
    data["weights"] = [first | {"categories": dict(weights)}]
    data["categories"] = {
        key: {
            "title": titles[key].to_mapping(),
            "items_sum": 1,
            "items": {
                f"{key}-index": {
                    "title": titles[key].to_mapping(),
                    "weight": 1,
                    "source": {"kind": "review"},
                    "function": {"kind": "given"},
                }
            },
        }
        for key in weights
    }
    return RuleSet.model_validate(data)
