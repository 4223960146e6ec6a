"""What was another figure on another day, and which inputs made it so: from the evidence itself, and from the record."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.evidence.store import EvidenceStore
from ecociv.indicators.changes import Change, what_changed
from ecociv.indicators.compute import compute, plan_of
from ecociv.indicators.declarations import RegisterShare
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.engine.duck import DuckDBEngine
from ecociv.indicators.fingerprints import fingerprints
from ecociv.indicators.graph import nodes_of
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.records import both_keys, marks_of
from ecociv.indicators.statements import InputChange, entered, statements


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is another on the second day, both derived from what was known on the day."""

    series: str
    place: str
    unit: str
    before: IndicatorValue | None
    after: IndicatorValue | None
    inputs: tuple[InputChange, ...]

    @property
    def why(self) -> str:
        """Code of the cause: ``evidence`` where something was said about an input, else ``plan-or-rule``."""
        return "evidence" if self.inputs else "plan-or-rule"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "series": self.series,
            "place": self.place,
            "unit": self.unit,
            "before": _side(self.before),
            "after": _side(self.after),
            "why": self.why,
            "inputs": [
                {
                    "series": item.series,
                    "period": item.period,
                    "before": item.before,
                    "after": item.after,
                    "revision": item.revision,
                    "author": item.author,
                    "reason": item.reason,
                    "recorded_at": item.recorded_at.isoformat() if item.recorded_at else None,
                    "statements": item.statements,
                }
                for item in self.inputs
            ],
        }


def differences(
    zone: str, year: int, since: dt.datetime, until: dt.datetime, *, store: EvidenceStore | None = None
) -> list[Difference]:
    """Figures of a year that differ between what was known on two days, derived anew from the evidence.

    Only figures are derived of which something that they follow from differs between the two.
    """
    used = store or EvidenceStore()
    then, now = (_prints(zone, year, moment, used) for moment in (since, until))
    moved = {key for key in then.keys() | now.keys() if then.get(key) != now.get(key)}
    sides = [
        {
            (value.series, value.place): value
            for value in compute(zone, year, as_of=moment, store=used, only=moved).values
        }
        for moment in (since, until)
    ]
    changed = [
        pair
        for pair in dict.fromkeys([*sides[1], *sides[0]])
        if _content(sides[0].get(pair)) != _content(sides[1].get(pair))
    ]
    package = plan_of(zone, until)
    declared = load_derivations(package)
    nodes = {(node.series, node.place): node for node in nodes_of(package, declared, year)}
    said = statements(nodes.values(), year, since, until, used) if changed else {}
    rules = declared.by_series
    found = []
    for pair in changed:
        before, after = sides[0].get(pair), sides[1].get(pair)
        series, place = pair
        node = nodes.get(pair)
        keys = both_keys(node.keys) if node is not None else ()
        if node is None or (node.hourly and place != declared.place):
            keys = [key for key in said if f"/{place}/" in key]
        inputs = tuple(item for key in sorted(keys) for item in said.get(key, ()))
        rule = rules.get(series)
        if isinstance(rule, RegisterShare):
            inputs += tuple(entered(zone, rule, since, until, year))
        unit = (after or before).unit  # type: ignore[union-attr]
        found.append(Difference(series, place, unit, before, after, inputs))
    return found


def _prints(zone: str, year: int, moment: dt.datetime, store: EvidenceStore) -> dict[str, str]:
    """Digests of what each figure followed from, as known at a moment."""
    package = plan_of(zone, moment)
    declared = load_derivations(package)
    nodes = nodes_of(package, declared, year)
    marks = marks_of(nodes, year, DuckDBEngine(store), moment)
    return fingerprints(package, declared, nodes, year, timezone.localdate(moment), marks, moment)


def _content(value: IndicatorValue | None) -> Any:
    if value is None:
        return None
    return (value.figure, value.part_figures, value.missing_kind, value.light, value.sample)


def _side(value: IndicatorValue | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "value": float(value.figure) if value.figure else None,
        "parts": {name: float(part) for name, part in value.part_figures.items()},
        "missing": value.missing_kind or None,
        "light": value.light or None,
        "sample": value.sample,
    }


def diff_as_json(
    zone: str, year: int, since: dt.datetime, until: dt.datetime, *, store: EvidenceStore | None = None
) -> dict[str, Any]:
    """Both answers: figures derived anew for both days, and the revisions that were recorded in between."""
    return {
        "zone": zone,
        "year": year,
        "from": since.isoformat(),
        "to": until.isoformat(),
        "from_evidence": [item.to_json() for item in differences(zone, year, since, until, store=store)],
        "recorded": [_recorded(change) for change in what_changed(zone, since, until, year=year)],
    }


def _recorded(change: Change) -> dict[str, Any]:
    def side(item: Any) -> dict[str, Any] | None:
        if item is None:
            return None
        return {
            "value": None if item.value is None else float(item.value),
            "parts": {name: float(part) for name, part in item.parts.items()},
            "missing": item.missing.value if item.missing else None,
            "light": item.light.value if item.light else None,
            "revision": item.revision,
            "computed_at": item.computed_at.isoformat(),
        }

    return {
        "series": change.series,
        "place": change.place,
        "before": side(change.before),
        "after": side(change.after),
        "why": change.cause,
        "why_text": change.why.to_mapping(),
        "reasons": list(change.statements),
    }


def diff_as_text(found: dict[str, Any], language: str = "zh") -> str:
    """What `diff_as_json` gives, for a reader."""
    zh = language.startswith("zh")
    lines = [f"{found['zone']} {found['year']}: {found['from'][:10]} → {found['to'][:10]}"]
    if not found["from_evidence"]:
        lines.append("两日之间没有数值变化" if zh else "No figure differs between the two days")
    for item in found["from_evidence"]:
        lines.append(
            f"{item['series']} {item['place']}: {_shown(item['before'])} → {_shown(item['after'])} {item['unit']}  [{item['why']}]"
        )
        for change in item["inputs"]:
            if change["recorded_at"] is None:
                lines.append(f"    {change['series']} {change['period']}: +{change['statements']}")
                continue
            lines.append(
                f"    {change['series']} {change['period']} r{change['revision']}: "
                f"{change['before'] or '—'} → {change['after'] or '—'}  {change['author']}  {change['reason']}".rstrip()
            )
    lines.append(
        f"期间记录的修订：{len(found['recorded'])}"
        if zh
        else f"Revisions recorded in between: {len(found['recorded'])}"
    )
    return "\n".join(lines)


def _shown(side: dict[str, Any] | None) -> str:
    if side is None:
        return "—"
    value = side["value"] if side["value"] is not None else side["parts"] or side["missing"]
    return f"{value} ({side['light'] or '—'})"
