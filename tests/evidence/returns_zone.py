"""A small zone of its own for the tests of returns: one city, two counties, two forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ZONE = "trial"

PLACES = """
places:
  - {key: trial-city, kind: city, code: "999900", name: {zh: 试城, en: Trial City}}
  - {key: north, kind: county, code: "999901", parent: trial-city, name: {zh: 北县, en: North County}}
  - {key: south, kind: county, code: "999902", parent: trial-city, name: {zh: 南县, en: South County}}
groups:
  zone: [trial-city]
  counties: [north, south]
"""

WATER = """
key: water
title: {zh: 用水年报, en: "Water use, yearly"}
period: year
body: 市水务局
places:
  - {group: zone}
  - {group: counties}
review: 市发改委
due: {after: period, working_days: 60}
valid: {from: 2012-01-01, to: null}
cells:
  - key: use.total
    name: {zh: 用水总量, en: Total use}
    unit: wan_m3
    decimals: 2
    kind: flow
    plausible: [0, 200000]
  - key: use.industry
    name: {zh: 工业用水量, en: Industrial use}
    unit: wan_m3
    decimals: 2
    kind: flow
  - key: use.other
    name: {zh: 其他用水量, en: Other use}
    unit: wan_m3
    decimals: 2
    kind: flow
  - key: reuse.share
    name: {zh: 重复利用率, en: Share reused}
    unit: percent
    decimals: 1
    kind: ratio
    required: false
    places: [zone]
rules:
  - key: use-total
    severity: error
    formula: use.total == use.industry + use.other
    tolerance: 0.5
    text: {zh: 用水总量应等于各业之和, en: Total use is the sum of the sectors}
  - key: use-jump
    severity: warning
    formula: abs(use.total - previous(use.total)) <= 0.2 * previous(use.total)
    text: {zh: 用水总量比上年变化不应超过20%, en: Total use changes by at most 20 % a year}
"""

STAFF = """
key: staff
title: {zh: 人员季报, en: "Staff, quarterly"}
period: quarter
body: 市委组织部
places:
  - {group: zone}
review: 市发改委
due: {after: period, working_days: 15}
valid: {from: 2015-01-01, to: 2016-12-31}
cells:
  - key: officials.all
    name: {zh: 干部人数, en: Officials}
    unit: person
    decimals: 0
    kind: count
"""


def make_zone(folder: Path, **forms: str) -> Path:
    """Write the zone under a folder of zones; ``forms`` adds or replaces forms by key (``-`` written as ``_``)."""
    zone = folder / ZONE
    (zone / "mappings").mkdir(parents=True, exist_ok=True)
    (zone / "forms").mkdir(exist_ok=True)
    (zone / "mappings" / "_places.yaml").write_text(PLACES, encoding="utf-8")
    for key, text in {"water": WATER, "staff": STAFF, **forms}.items():
        (zone / "forms" / f"{key.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return zone


@dataclass(frozen=True)
class TrialBody:
    """A body as the plan's package would give it."""

    key: str
    name: str
    name_en: str
    division_code: str | None = None
    moved: tuple[dt.date, str] | None = None


@dataclass
class TrialDirectory:
    """The bodies of the trial zone; 市水务局 hands over to 市水利局 on 1 January 2019."""

    organisations: list[Any] = field(
        default_factory=lambda: [
            TrialBody("water", "市水务局", "Water Affairs Bureau", moved=(dt.date(2019, 1, 1), "water-new")),
            TrialBody("water-new", "市水利局", "Water Resources Bureau"),
            TrialBody("reform", "市发改委", "Reform Commission"),
            TrialBody("party-org", "市委组织部", "Organisation Department"),
            TrialBody("north-gov", "北县政府", "North County", "999901"),
            TrialBody("south-gov", "南县政府", "South County", "999902"),
        ]
    )

    def resolve(self, name: str) -> Any:
        found = [body for body in self.organisations if body.name == name]
        if not found:
            raise LookupError(name)
        return found[0]

    def organisation(self, key: str) -> Any:
        return {body.key: body for body in self.organisations}[key]

    def body_on(self, key: str, day: dt.date) -> Any:
        body = self.organisation(key)
        return self.organisation(body.moved[1]) if body.moved and body.moved[0] <= day else body
