"""Which figures of a year may have changed since they were derived last: a digest of all that a figure follows from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ecociv.core.digests import digest_of_bytes, digest_of_json
from ecociv.evidence.declared import declared_files
from ecociv.indicators.declarations import GoodDayRatio, RegisterShare
from ecociv.indicators.derivations import Derivations
from ecociv.indicators.derive.patches import layer_for
from ecociv.indicators.derive.register_shares import year_entries
from ecociv.indicators.graph import Node
from ecociv.indicators.lights import status_rule_on
from ecociv.indicators.records import Marks, any_generated, both_keys
from ecociv.plan.package import ZonePackage
from ecociv.territory.retained.queries import layers_digest

ARITHMETIC = 2
"""Raised when the code of a derivation changes what comes out, so that every figure is derived again once."""


def fingerprints(
    package: ZonePackage,
    declared: Derivations,
    nodes: Iterable[Node],
    year: int,
    on: dt.date,
    marks: Mapping[int, Marks],
    as_of: dt.datetime | None = None,
) -> dict[str, str]:
    """Digest of everything that each figure and its light follow from, by node.

    Evidence enters by its marks (`marks_of` these nodes), which any new row changes; the
    derivation, the plan's indicator, places and forms, the dated parameters and the status rule enter by their content; the
    day enters where a status depends on it.
    """
    same = {
        **around(),
        "places": _content(package.zone.key, ("mappings/_places.yaml", "forms/*.yaml")),
    }
    peers = _content(package.zone.key, ("peers.yaml",))
    day = {
        "rule": repr(status_rule_on(on)),
        "overdue": on > declared.due.after(year),
        "running": on.isoformat() if on < dt.date(year, 12, 31) else "",
        "base": package.zone.base_year,
    }
    found = {}
    written: dict[str, tuple[str, str]] = {}  # by series: the figures of counties follow from the same
    for node in nodes:
        rule = declared.by_series[node.series]
        if node.series not in written:
            written[node.series] = repr(rule), repr(package.series(node.series)[0])
        known = [
            [each, key, *marks[each][key]]
            for each, keys in ((year, node.monthly | node.hourly), *node.yearly.items())
            for key in both_keys(sorted(keys))
            if key in marks[each]
        ]
        content: dict[str, Any] = {
            **same,
            "evidence": known,
            "derivation": written[node.series][0],
            "indicator": written[node.series][1],
        }
        if node.place == declared.place:
            content["day"] = day
        if any(item.since is not None and item.since > year for _, item in rule.cells):
            content["beside"] = any_generated(
                marks[year]
            )  # a sum that has not begun is marked like the year's other data
        if isinstance(rule, GoodDayRatio):
            content["peers"] = peers
        if node.area is not None:
            content["layers"] = layers_digest(package.zone.key, node.area, year, as_of)
        if isinstance(rule, RegisterShare):
            content["register"] = year_entries(package.zone.key, rule, year, as_of).digest
        if node.document is not None:
            document = layer_for(package.zone.key, node.document, year, as_of)
            content["document"] = None if document is None else document.sha256
        found[node.key] = digest_of_json(content)
    return found


def around() -> dict[str, Any]:
    """What every figure follows from besides its own evidence and derivation: the code and the parameters."""
    return {"arithmetic": ARITHMETIC, "parameters": _parameters()}


def _content(zone: str, patterns: tuple[str, ...]) -> str:
    return _digest(declared_files(zone, *patterns))


def _parameters() -> str:
    import ecociv.standards.parameters as parameters

    files = sorted(Path(parameters.__file__).parent.glob("*.yaml"))
    return _digest(tuple((str(path), path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=64)
def _digest(files: tuple[tuple[str, int], ...]) -> str:
    return digest_of_json([digest_of_bytes(Path(path).read_bytes()) for path, _ in files])
