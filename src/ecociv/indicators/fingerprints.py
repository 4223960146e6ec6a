"""Which figures of a year may have changed since they were derived last: a digest of all that a figure follows from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from ecociv.core.digests import digest_of_bytes, digest_of_json
from ecociv.evidence.declared import zone_folder
from ecociv.evidence.schema import series_id
from ecociv.indicators.declarations import GoodDayRatio
from ecociv.indicators.derivations import Derivations
from ecociv.indicators.derive.patches import layer_for
from ecociv.indicators.engine import Engine, Window
from ecociv.indicators.graph import Node
from ecociv.indicators.lights import status_rule_on
from ecociv.indicators.records import both_keys
from ecociv.plan.package import ZonePackage

ARITHMETIC = 1
"""Raised when the code of a derivation changes what comes out, so that every figure is derived again once."""


def fingerprints(
    package: ZonePackage,
    declared: Derivations,
    nodes: Iterable[Node],
    year: int,
    on: dt.date,
    engine: Engine,
) -> dict[str, str]:
    """Digest of everything that each figure and its light follow from, by node.

    Evidence enters by its marks (rows, sum of revisions, last recording of each series), which any new row changes; the
    derivation, the plan's indicator, places and forms, the dated parameters and the status rule enter by their content; the
    day enters where a status depends on it.
    """
    nodes = tuple(nodes)
    marks = _marks(nodes, year, engine)
    around = {
        "arithmetic": ARITHMETIC,
        "places": _content(package.zone.key, ("mappings/_places.yaml", "forms/*.yaml")),
        "parameters": _parameters(),
    }
    peers = _content(package.zone.key, ("peers.yaml",))
    day = {
        "rule": repr(status_rule_on(on)),
        "overdue": on > declared.due.after(year),
        "running": on.isoformat() if on < dt.date(year, 12, 31) else "",
        "base": package.zone.base_year,
    }
    found = {}
    for node in nodes:
        rule = declared.by_series[node.series]
        indicator, _ = package.series(node.series)
        known = [
            [year_of, key, *marks[year_of].get(key, ())]
            for year_of, keys in _keys_by_year(node, year).items()
            for key in both_keys(sorted(keys))
        ]
        content: dict[str, Any] = {
            **around,
            "evidence": known,
            "derivation": repr(rule),
            "indicator": repr(indicator),
        }
        if node.place == declared.place:
            content["day"] = day
        if isinstance(rule, GoodDayRatio):
            content["peers"] = peers
        if node.document is not None:
            document = layer_for(package.zone.key, node.document, year, None)
            content["document"] = None if document is None else document.sha256
        found[node.key] = digest_of_json(content)
    return found


def _keys_by_year(node: Node, year: int) -> dict[int, frozenset[str]]:
    found = dict(node.yearly)
    found[year] = found.get(year, frozenset()) | node.monthly | node.hourly
    return found


def _marks(nodes: tuple[Node, ...], year: int, engine: Engine) -> dict[int, dict[str, tuple[int, ...]]]:
    """Marks by year and stored key. Earlier years are read only for what is added up over years."""
    wanted: dict[int, set[str]] = {year: set()}
    for node in nodes:
        for each, read in _keys_by_year(node, year).items():
            wanted.setdefault(each, set()).update(read)
    # What is read over a whole year lies in every month's files; yearly figures in those of January alone.
    whole = {key for node in nodes for key in (*node.monthly, *node.hourly)}
    found: dict[int, dict[str, tuple[int, ...]]] = {}
    for each, keys in wanted.items():
        found[each] = {}
        parts = [(keys - whole, Window.yearly(each)), (keys & whole, Window.year(each))]
        for chosen, window in parts:
            names = {series_id(key): key for key in both_keys(chosen)}
            for row in engine.marks(names, [window], None).to_pylist():
                found[each][names[row["series_id"]]] = (row["rows"], row["revisions"], row["recorded_at"])
    return found


def _content(zone: str, patterns: tuple[str, ...]) -> str:
    folder = zone_folder(zone)
    files = sorted(path for pattern in patterns for path in folder.glob(pattern))
    return _digest(tuple((str(path), path.stat().st_mtime_ns) for path in files))


def _parameters() -> str:
    import ecociv.standards.parameters as parameters

    files = sorted(Path(parameters.__file__).parent.glob("*.yaml"))
    return _digest(tuple((str(path), path.stat().st_mtime_ns) for path in files))


@lru_cache(maxsize=64)
def _digest(files: tuple[tuple[str, int], ...]) -> str:
    return digest_of_json([digest_of_bytes(Path(path).read_bytes()) for path, _ in files])
