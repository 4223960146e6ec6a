"""From which size of effect a person should look.

Each figure was chosen on one half of the real series (see ``benchmarks/falsification.py --choose``) so that about one
series in a hundred of that half is above it, and its rate of false alarms was then measured on the other half:
``docs/data-quality.md``. A zone with other instruments measures its own and gives ``threshold=``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ALPHA = 0.01
"""Level of the p-value, where a test has one."""

THRESHOLDS: Mapping[str, float] = MappingProxyType(
    {
        "terminal-digits": 0.10,
        "benford-first": 0.015,
        "benford-second": 0.012,
        "repeated-days": 9.0,
        "bunching": 0.35,
        "limit-avoidance": 0.25,
        "night-step": 0.17,
        "weekday": 0.10,
        "neighbour-correlation": 1.08,
        "neighbour-variance": 0.46,
        "neighbour-shift": 0.47,
        "variance-for-mean": 1.5,
        "reported-figure": 3.0,
        "late-records": 0.2,
        "deadline-burst": 3.0,
        "one-way-edits": 0.6,
    }
)
"""For hourly series of stations of one city; chosen on Beijing 2013-2015. Benford: Nigrini's bounds. Reported figure:
three standard uncertainties. Edits: chosen on simulated books, for no real ones are public."""

BETWEEN_CITIES: Mapping[str, float] = MappingProxyType(
    {
        **THRESHOLDS,
        "weekday": 0.12,
        "neighbour-correlation": 0.50,
        "neighbour-variance": 1.07,
        "neighbour-shift": 0.71,
        "variance-for-mean": 2.5,
    }
)
"""For daily series whose neighbours are other cities of the province; chosen on Jiangxi 2015."""
