"""A share from a stratified sample, with its standard error and confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist
from typing import Any

from ecociv.core.decimals import plain, to_decimal
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceParameter
from ecociv.indicators.declarations import SurveyShare
from ecociv.indicators.derive.cells import (
    Asked,
    Resolved,
    decimal_of,
    members_of,
    missing_of,
    resolve,
)
from ecociv.indicators.derive.figures import Derived, Figure
from ecociv.indicators.derive.formulas import Gathered, finish, published


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum: its size, how many were asked, and how many of them are what is looked for.

    ``clusters`` is how many clusters were drawn, in the unit of the size, where the units asked came in clusters.
    """

    size: Fraction
    sampled: Fraction
    hits: Fraction
    clusters: Fraction | None = None

    @property
    def share(self) -> Fraction:
        """Share of the sample."""
        return self.hits / self.sampled

    @property
    def drawn(self) -> Fraction:
        """How many independent draws the sample holds at least."""
        return self.sampled if self.clusters is None else min(self.clusters, self.sampled)


@dataclass(frozen=True, slots=True)
class StratifiedShare:
    """An estimated share with its standard error, both from 0 to 1."""

    share: Fraction
    standard_error: float
    low: float
    high: float


def stratified_share(
    strata: Sequence[Stratum], confidence: float = 0.95, *, finite_population: bool = True
) -> StratifiedShare:
    """The share of a population from a stratified random sample.

    Parameters
    ----------
    strata
        With sizes above 0 and at least two sampled in each.
    confidence
        Of the interval (normal approximation, cut at 0 and 1).
    finite_population
        Whether the sample is of the same units as the size, so that the variance shrinks with the sampled part.

    Notes
    -----
    ``p = sum(W p_h)``, ``var = sum(W**2 (1 - f_h) p_h (1 - p_h) / (n_h - 1))`` with ``W = N_h / N`` and
    ``f_h = n_h / N_h`` (Cochran, Sampling Techniques, 5.10). Where units came in clusters, ``n_h`` is the number of clusters:
    the design effect ``1 + (m - 1) rho`` of clusters of about equal size ``m`` is at most ``m``, which it reaches when the
    units of a cluster are all alike (``rho = 1``; Kish, Survey Sampling, 5.4). How alike they are cannot be told from totals.

    Examples
    --------
    Two strata of 600 and 400, 60 and 40 asked, 30 and 10 hits: p = 0.6 * 0.5 + 0.4 * 0.25 = 0.4, and
    var = 0.36 * 0.9 * 0.25 / 59 + 0.16 * 0.9 * 0.1875 / 39 = 0.0013729 + 0.0006923 = 0.0020652

    >>> found = stratified_share([Stratum(Fraction(600), Fraction(60), Fraction(30)),
    ...                           Stratum(Fraction(400), Fraction(40), Fraction(10))])
    >>> found.share, round(found.standard_error, 5), round(found.low, 4), round(found.high, 4)
    (Fraction(2, 5), 0.04544, 0.3109, 0.4891)
    """
    population = sum((item.size for item in strata), Fraction(0))
    share, variance = Fraction(0), Fraction(0)
    for item in strata:
        weight = item.size / population
        share += weight * item.share
        left = 1 - item.drawn / item.size if finite_population else Fraction(1)
        variance += weight**2 * max(left, Fraction(0)) * item.share * (1 - item.share) / (item.drawn - 1)
    error = float(variance) ** 0.5
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    return StratifiedShare(
        share, error, max(0.0, float(share) - z * error), min(1.0, float(share) + z * error)
    )


def derive_survey(declared: SurveyShare, asked: Asked, label: Text) -> Derived:
    """The share of the whole population, strata weighted by their size."""
    items = dict(declared.cells)
    members = members_of(asked.zone, items["size"])
    made = Gathered()
    strata: list[Stratum] = []
    traces: list[Trace] = []
    lacking: list[Text] = []
    by_member: dict[str, dict[str, Resolved]] = {}
    for member in members:
        found = {name: resolve(asked, item, (member,)) for name, item in items.items()}
        by_member[member] = found
        for name, each in found.items():
            made.inputs[f"{member}.{name}"] = each
        stratum = _stratum(found)
        if stratum is None and _absence(found) is not Missing.NOT_APPLICABLE:
            lacking.append(asked.name_of(member))
        elif stratum is not None:
            strata.append(stratum)
        traces.append(
            Trace(
                asked.name_of(member),
                None if stratum is None else decimal_of(stratum.share * 100),
                "percent",
                "hits / sampled * 100",
                tuple(each.trace for each in found.values()),
            )
        )
    kinds = [_absence(item) for item in by_member.values()]
    counted = [kind for kind in kinds if kind is not Missing.NOT_APPLICABLE]
    figure: Figure = Missing.MISSING if None in counted else missing_of(counted or kinds)
    extras: dict[str, Any] = {}
    parameters: list[TraceParameter] = []
    if lacking:
        made.notes.append(
            Text(
                zh=f"缺少可用样本的层：{'、'.join(n.zh for n in lacking)}",
                en=f"Strata without a usable sample: {', '.join(n.en for n in lacking)}",
            )
        )
    if strata and len(strata) >= declared.members * len(counted):
        # Clusters are counted in the unit of the size.
        same_units = declared.clusters is not None or declared.size_unit == declared.sample_unit
        result = stratified_share(strata, declared.confidence, finite_population=same_units)
        figure = published(result.share * 100, declared.decimals)
        low, high = (
            published(Fraction(to_decimal(bound * 100)), declared.decimals)
            for bound in (result.low, result.high)
        )
        extras["interval"] = {
            "confidence": declared.confidence,
            "low": plain(low),
            "high": plain(high),
            "standard_error": round(result.standard_error * 100, 4),
            "strata": len(strata),
            "sampled": float(sum(item.sampled for item in strata)),
        }
        if declared.clusters is not None:
            extras["interval"]["clusters"] = float(sum(item.drawn for item in strata))
        parameters.append(
            TraceParameter(
                Text(zh="置信水平", en="Confidence"), to_decimal(declared.confidence * 100), "percent"
            )
        )
        made.notes.append(
            Text(
                zh=f"{declared.confidence:.0%}置信区间 {plain(low)}%～{plain(high)}%（标准误{result.standard_error:.2%}）",
                en=f"{declared.confidence:.0%} confidence interval {plain(low)} % to {plain(high)} % "
                f"(standard error {result.standard_error:.2%})",
            )
        )
    made.parameters = parameters
    return finish(
        declared,
        asked,
        label,
        figure,
        "sum(size / all * hits / sampled) * 100",
        made,
        extras=extras,
        inputs=tuple(traces),
    )


def _absence(found: dict[str, Resolved]) -> Missing | None:
    """Why a stratum has no figures, where all that lack one lack it for the same reason; none where there are figures."""
    lost = [item.value for item in found.values() if isinstance(item.value, Missing)]
    return missing_of(lost) if lost else None


def _stratum(found: dict[str, Resolved]) -> Stratum | None:
    """The stratum, or none where a figure is missing or the sample says nothing (fewer than 2, more hits than asked)."""
    size, sampled, hits = (found[name].value for name in ("size", "sampled", "hits"))
    if isinstance(size, Missing) or isinstance(sampled, Missing) or isinstance(hits, Missing):
        return None
    clusters = found["clusters"].value if "clusters" in found else None
    if isinstance(clusters, Missing) or (clusters is not None and clusters < 2):
        return None
    if size <= 0 or sampled < 2 or not 0 <= hits <= sampled:
        return None
    return Stratum(size, sampled, hits, clusters)
