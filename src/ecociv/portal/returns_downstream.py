"""What a restatement moves downstream: the indicators that are derived from the cells that change.

The evidence room knows which series change (``evidence.returns.queries.moved_series``) and nothing of indicators; the
room of indicators knows which of them depend on a series. This page joins the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib import import_module, util
from typing import Any

from ecociv.indicators.derivations import load_derivations
from ecociv.plan.package import Indicator, Series, ZonePackage

GRAPH = "ecociv.indicators.graph"


def downstream(plan: ZonePackage, series_keys: Iterable[str], year: int) -> list[tuple[Indicator, Series]]:
    """The series of the plan that depend on cells that change in a year, in the order of the plan.

    Where the installed room of indicators draws no graph, the answer comes from the declared derivations alone.
    """
    keys = list(series_keys)
    if not keys:
        return []
    wanted = _by_graph(plan.zone.key, keys, year)
    if wanted is None:
        wanted = _by_declaration(plan, keys)
    return [
        (indicator, one) for indicator in plan.indicators for one in indicator.series if one.key in wanted
    ]


def _by_graph(zone: str, keys: list[str], year: int) -> set[str] | None:
    if util.find_spec(GRAPH) is None:
        return None
    dependents: Any = getattr(import_module(GRAPH), "dependents", None)
    if dependents is None:
        return None
    found: set[str] = set()
    for each in dependents(zone, keys, year):
        found.add(str(getattr(each, "series", each)))
    return found


def _by_declaration(plan: ZonePackage, keys: list[str]) -> set[str]:
    """Series whose declared derivation names the form and the cell, anywhere in its inputs."""
    cells = {tuple(key.removeprefix("sample/").split("/", 2)[::2]) for key in keys}
    return {
        str(derivation.series)
        for derivation in load_derivations(plan).derivations
        if not cells.isdisjoint(_named(derivation.model_dump(mode="json")))
    }


def _named(content: Any) -> Iterator[tuple[str, str]]:
    """Pairs of a form and each word that is said beside it: the names of its cells are among them."""
    if isinstance(content, dict):
        if isinstance(form := content.get("form"), str):
            yield from ((form, word) for word in _words(content))
        for each in content.values():
            yield from _named(each)
    elif isinstance(content, list):
        for each in content:
            yield from _named(each)


def _words(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for each in content.values():
            yield from _words(each)
    elif isinstance(content, list):
        for each in content:
            yield from _words(each)
