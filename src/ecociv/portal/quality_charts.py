"""Charts of the evidence for a finding: the values of the page's script, and the same values as a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from ecociv.core.quantities import label_of
from ecociv.evidence.falsification.shape import by_day, mean_of_rows
from ecociv.evidence.models import QualityFinding, Series
from ecociv.evidence.quality.declaration import NetworkRules, load_rules
from ecociv.evidence.quality.grid import grid_of
from ecociv.evidence.store import EvidenceStore
from ecociv.portal.as_of import LOCAL
from ecociv.portal.zone import language

MOST_POINTS = 24 * 31
NEIGHBOURS = 4


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart with its words and its table; ``payload`` is for ``portal/quality-chart.js``."""

    id: str
    title: str
    summary: str
    payload: dict[str, Any]
    table_heads: tuple[str, ...]
    table_rows: tuple[tuple[str, ...], ...]

    @property
    def data_id(self) -> str:
        """Id of the element that holds the values."""
        return f"quality-data-{self.id}"


def charts_of(zone: str, finding: QualityFinding, as_of: dt.datetime | None) -> list[Drawn]:
    """The readings about the finding with those of its neighbours, then the picture of its own evidence."""
    drawn = []
    network = load_rules(zone).of(finding.series.network, finding.starts_at.astimezone(LOCAL).date())
    if network is not None and (readings := _readings(finding, network, as_of)) is not None:
        drawn.append(readings)
    picture = _PICTURES.get(str(finding.evidence.get("kind", "")))
    if picture is not None:
        drawn.append(picture(finding))
    return drawn


def _readings(finding: QualityFinding, network: NetworkRules, as_of: dt.datetime | None) -> Drawn | None:
    series = finding.series
    hours = network.every_hours
    margin = dt.timedelta(hours=48 * hours)
    start, end = finding.starts_at - margin, finding.ends_at + margin
    start = start.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0)
    near = list(
        Series.objects.filter(network=series.network, property=series.property, sample=series.sample)
        .exclude(pk=series.pk)
        .select_related("place")
        .order_by("key")[:NEIGHBOURS]
    )
    members = [series, *near]
    ids = [each.pk for each in members]
    table = EvidenceStore().observations(ids, start=start, end=end, as_of=as_of)
    if not table.num_rows:
        return None
    grid = grid_of(table, ids, start, end, hours * 3600)
    doubt = np.isin(grid.states[0], (2, 4))
    slots = grid.values.shape[1]
    daily = slots > MOST_POINTS and network.per_day > 1
    if daily:
        lines = [mean_of_rows(by_day(line, network.per_day), 1) for line in grid.values]
        marked = by_day(np.where(doubt, 1.0, 0.0), network.per_day).max(axis=1) > 0
        step, count = dt.timedelta(days=1), lines[0].size
    else:
        lines, marked = list(grid.values), doubt
        step, count = dt.timedelta(hours=hours), slots
    form = "%Y-%m-%d" if daily or hours >= 24 else "%m-%d %H:%M"
    labels = [(start + step * at).astimezone(LOCAL).strftime(form) for at in range(count)]
    tongue = language()
    own = series.place.name.in_language(tongue)
    shown: list[dict[str, Any]] = [{"role": "own", "name": own, "values": _plain(lines[0])}]
    shown += [
        {"role": "near", "name": each.place.name.in_language(tongue), "values": _plain(line)}
        for each, line in zip(near, lines[1:], strict=True)
    ]
    if marked.any():
        doubted = np.where(marked, lines[0], np.nan)
        shown.append({"role": "doubt", "name": _("In doubt"), "values": _plain(doubted)})
    limit = (
        network.properties[series.property.key].limit if series.property.key in network.properties else None
    )
    first, last = ((moment - start) // step for moment in (finding.starts_at, finding.ends_at))
    payload: dict[str, Any] = {
        "kind": "lines",
        "labels": labels,
        "unit": label_of(series.unit).in_language(tongue),
        "series": shown,
        "limit": None if limit is None else {"name": _("Limit"), "value": limit},
        "span": [max(0, int(first)), min(count - 1, max(int(first), int(last) - 1))],
        "words": {"span": _("Finding")},
    }
    title = _("%(property)s at %(place)s and its neighbours") % {
        "property": series.property.name.in_language(tongue),
        "place": own,
    }
    summary = (
        _("Daily means from %(first)s to %(last)s.") if daily else _("Readings from %(first)s to %(last)s.")
    ) % {
        "first": labels[0],
        "last": labels[-1],
    }
    heads = (_("Period"), *(each["name"] for each in shown))
    return _drawn("readings", title, summary, payload, heads, labels, [each["values"] for each in shown])


def _digits(finding: QualityFinding) -> Drawn:
    evidence = finding.evidence
    labels = [str(digit) for digit in evidence["digits"]]
    return _bars(
        _("Digits found and expected"),
        _("How often each digit occurs, and how often it should."),
        _("Digit"),
        labels,
        [(_("Found"), evidence["observed"]), (_("Expected"), evidence["expected"])],
    )


def _histogram(finding: QualityFinding) -> Drawn:
    evidence = finding.evidence
    edges = evidence["edges"]
    labels = [f"{low:g}–{high:g}" for low, high in zip(edges[:-1], edges[1:], strict=True)]
    drawn = _bars(
        _("Values about the limit %(limit)s") % {"limit": f"{evidence['limit']:g}"},
        _("How many values lie in each bin, and how many a smooth curve gives."),
        _("From – to"),
        labels,
        [(_("Found"), evidence["observed"]), (_("Expected"), evidence["expected"])],
    )
    drawn.payload["divide"] = {"name": _("Limit"), "at": len(labels) // 2 - 0.5}
    return drawn


def _days(finding: QualityFinding) -> Drawn:
    evidence = finding.evidence
    first = finding.starts_at.astimezone(LOCAL).date()
    names = [(first + dt.timedelta(days=day)).isoformat() for day in evidence["pair"]]
    labels = [f"{at}:00" for at in range(len(evidence["first"]))]
    shown = [
        {"role": "own", "name": names[0], "values": evidence["first"]},
        {"role": "doubt-line", "name": names[1], "values": evidence["second"]},
    ]
    payload: dict[str, Any] = {
        "kind": "lines",
        "labels": labels,
        "unit": "",
        "series": shown,
        "limit": None,
        "span": None,
        "words": {},
    }
    summary = _("%(first)s and %(second)s hour by hour; %(count)s pairs of days are as close.") % {
        "first": names[0],
        "second": names[1],
        "count": evidence.get("pairs_in_all", 1),
    }
    heads = (_("Hour"), *names)
    return _drawn(
        "evidence", _("Two days alike"), summary, payload, heads, labels, [s["values"] for s in shown]
    )


def _ratios(finding: QualityFinding, title: str, head: str, labels: list[str]) -> Drawn:
    return _bars(
        title,
        _("Mean ratio of the station to the median of its neighbours."),
        head,
        labels,
        [(_("Ratio"), finding.evidence["ratio"])],
    )


def _hours(finding: QualityFinding) -> Drawn:
    labels = [f"{hour}:00" for hour in range(24)]
    return _ratios(finding, _("Ratio to the neighbours by hour of the day"), _("Hour"), labels)


def _weekdays(finding: QualityFinding) -> Drawn:
    labels = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
    return _ratios(finding, _("Ratio to the neighbours by day of the week"), _("Day"), labels)


def _blocks(finding: QualityFinding) -> Drawn:
    first = finding.starts_at.astimezone(LOCAL).date()
    step = dt.timedelta(days=finding.evidence["days"])
    labels = [(first + step * at).isoformat() for at in range(len(finding.evidence["values"]))]
    return _bars(
        _("Correlation with the neighbours, by 30 days"),
        _("1 is moving together, 0 is having nothing to do with each other."),
        _("From"),
        labels,
        [(_("Correlation"), finding.evidence["values"])],
    )


def _shift(finding: QualityFinding) -> Drawn:
    evidence = finding.evidence
    first = finding.starts_at.astimezone(LOCAL).date()
    step = dt.timedelta(days=evidence.get("days", 1))
    labels = [(first + step * at).isoformat() for at in range(len(evidence["ratio"]))]
    cut = int(evidence["day"]) // max(1, int(evidence.get("days", 1)))
    level = [evidence["before"] if at < cut else evidence["after"] for at in range(len(labels))]
    moves = evidence.get("label") == "sd"
    name = _("Movement against the neighbours") if moves else _("Ratio to the neighbours")
    shown = [
        {"role": "own", "name": name, "values": evidence["ratio"]},
        {"role": "level", "name": _("Median before and after"), "values": level},
    ]
    payload: dict[str, Any] = {
        "kind": "lines",
        "labels": labels,
        "unit": "",
        "series": shown,
        "limit": None,
        "span": None,
        "words": {},
    }
    summary = _("The median is %(before)s before %(day)s and %(after)s after it.") % {
        "before": f"{evidence['before']:.3g}",
        "after": f"{evidence['after']:.3g}",
        "day": labels[min(cut, len(labels) - 1)],
    }
    return _drawn(
        "evidence",
        name,
        summary,
        payload,
        (_("Day"), *(s["name"] for s in shown)),
        labels,
        [s["values"] for s in shown],
    )


def _reported(finding: QualityFinding) -> Drawn:
    evidence = finding.evidence
    spread = 2 * evidence["uncertainty"]
    labels = [_("Reported"), _("Sensors, lower"), _("Sensors, mean"), _("Sensors, upper")]
    values = [evidence["reported"], evidence["mean"] - spread, evidence["mean"], evidence["mean"] + spread]
    return _bars(
        _("Reported and measured"),
        _(
            "The figure reported, and the mean of the sensors with twice its standard uncertainty below and above."
        ),
        _("Figure"),
        labels,
        [(_("Value"), [round(value, 4) for value in values])],
    )


def _avoidance(finding: QualityFinding) -> Drawn:
    first = finding.starts_at.astimezone(LOCAL).date()
    days = finding.evidence["days"]
    labels = [(first + dt.timedelta(days=each["day"])).isoformat() for each in days]
    return _bars(
        _("Days that should be above the limit"),
        _("Daily means that would follow from the neighbours, and those found, on the days that are not above the limit though they should be."),
        _("Day"),
        labels,
        [(_("Found"), [each["own"] for each in days]), (_("Expected"), [each["expected"] for each in days])],
    )  # fmt: skip


_PICTURES: dict[str, Callable[[QualityFinding], Drawn]] = {
    "digits": _digits,
    "histogram": _histogram,
    "days": _days,
    "hours": _hours,
    "weekdays": _weekdays,
    "blocks": _blocks,
    "shift": _shift,
    "reported": _reported,
    "avoidance": _avoidance,
}


def _bars(
    title: str, summary: str, axis: str, labels: list[str], shown: Sequence[tuple[str, list[float | None]]]
) -> Drawn:
    payload: dict[str, Any] = {
        "kind": "bars",
        "labels": labels,
        "unit": "",
        "series": [{"role": role, "name": name, "values": values} for role, (name, values) in zip(("own", "level"), shown, strict=False)],
    }  # fmt: skip
    heads = (axis, *(name for name, _values in shown))
    return _drawn("evidence", title, summary, payload, heads, labels, [values for _name, values in shown])


def _drawn(
    key: str,
    title: str,
    summary: str,
    payload: dict[str, Any],
    heads: tuple[str, ...],
    labels: Sequence[str],
    columns: Sequence[Sequence[float | None]],
) -> Drawn:
    rows = tuple(
        (label, *("–" if column[at] is None else f"{column[at]:.6g}" for column in columns))
        for at, label in enumerate(labels)
    )
    return Drawn(key, title, summary, payload, heads, rows)


def _plain(values: Any) -> list[float | None]:
    return [None if not np.isfinite(value) else round(float(value), 6) for value in values]
