"""Searching for sites on the layers in force, and keeping a search as a scenario."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import actor_of
from ecociv.territory.models import SEES_ALL, LayerVersion
from ecociv.territory.queries import layer_file, may_read, versions_in_force
from ecociv.territory.rules.loading import SpaceRules, space_rules
from ecociv.territory.rules.purposes import Purpose, purpose_of
from ecociv.territory.site_check.queries import may_check
from ecociv.territory.site_check.sites import read_site
from ecociv.territory.siting.candidates import SitingRefused, Wanted
from ecociv.territory.siting.declaration import criteria
from ecociv.territory.siting.engine import find_sites
from ecociv.territory.siting.ground import SitingLayer, tiles_of
from ecociv.territory.siting.models import SitingScenario

BOUNDARIES = "administrative-boundary"
_NO_RULES = ("boundary", "patches")


@dataclass(frozen=True, slots=True)
class SitingRequest:
    """What is asked.

    Attributes
    ----------
    area : float
        Least contiguous area in m2.
    counties
        Division codes to search in; all where none is named.
    within
        WKT or GeoJSON of a polygon to search in besides; anywhere where empty.
    candidates
        Key of a layer of parcels; a grid where empty.
    cell : float
        Side of the grid's cells in m; from the area where 0.
    weights, without, versions
        What if: weights of criteria, layers left out, other versions of layers than those in force (by key, number).
    yes, no, documents
        Traits that are stated, and numbers of documents at hand, as in a site check.
    """

    purpose: str
    area: float
    on: dt.date
    counties: Sequence[str] = ()
    within: str = ""
    candidates: str = ""
    cell: float = 0.0
    weights: Mapping[str, int] = field(default_factory=dict)
    without: Sequence[str] = ()
    versions: Mapping[str, int] = field(default_factory=dict)
    yes: Sequence[str] = ()
    no: Sequence[str] = ()
    documents: Mapping[str, str] = field(default_factory=dict)
    most: int = 20

    def to_json(self) -> dict[str, Any]:
        """Plain values for the record."""
        return {
            "purpose": self.purpose,
            "area": self.area,
            "on": self.on.isoformat(),
            "counties": sorted(self.counties),
            "within": self.within,
            "candidates": self.candidates,
            "cell": self.cell,
            "weights": dict(self.weights),
            "without": sorted(self.without),
            "versions": dict(self.versions),
            "yes": sorted(self.yes),
            "no": sorted(self.no),
            "documents": dict(self.documents),
            "most": self.most,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> SitingRequest:
        """From the record."""
        return cls(**{**kept, "on": dt.date.fromisoformat(kept["on"])})


@dataclass(frozen=True, eq=False)
class Searched:
    """A search that was made."""

    result: dict[str, Any]
    digest: str
    versions: tuple[LayerVersion, ...]
    restricted: bool
    withheld: bool
    sample: bool


@dataclass(slots=True)
class FindSites:
    """Search for sites; nothing is recorded unless :meth:`execute` keeps the search as a scenario.

    Parameters
    ----------
    author
        A user, whose rights decide which layers are consulted; or the name of a command, which sees all.
    """

    request: SitingRequest
    zone: str
    author: Any
    title: str = ""
    progress: Callable[[int, int], None] | None = None

    def check(self) -> None:
        """Refuse whoever has no account of the zone.

        Raises
        ------
        PermissionDenied
            With the sentence.
        """
        if isinstance(self.author, User):
            if not may_check(self.author, self.zone):
                raise PermissionDenied(_("Log in with an account of this zone to search for sites."))
        else:
            name_of(self.author)

    def examine(self, as_of: dt.datetime | None = None) -> Searched:
        """Search as the layers were known at a moment.

        Raises
        ------
        SitingRefused, ecociv.territory.rules.purposes.PurposeRefused, ecociv.territory.site_check.sites.SiteRefused
            With a sentence in both languages.
        """
        self.check()
        asked, rules = self.request, space_rules(self.zone)
        purpose = self._purpose(rules)
        versions, seen = self._layers(as_of)
        boundary = next((one for one in seen if one.layer.kind == BOUNDARIES), None)
        parcels = None
        if asked.candidates:
            chosen = next((one for one in seen if one.layer.key == asked.candidates), None)
            if chosen is None:
                raise SitingRefused(
                    Text(
                        zh=f"没有可用的备选地块图层“{asked.candidates}”。",
                        en=f"There is no layer of candidates {asked.candidates!r} in force that is open to you.",
                    )
                )
            parcels = layer_file(chosen).features()
        found = find_sites(
            self._search(boundary, rules.tolerances),
            purpose,
            Wanted(asked.area, asked.cell, asked.weights, asked.documents, asked.most),
            [
                SitingLayer(one.layer.key, one.layer.kind, one.layer.title, layer_file(one))
                for one in seen
                if one.layer.kind != BOUNDARIES
            ],
            rules,
            asked.on,
            candidates=parcels,
            progress=self.progress,
        )
        consulted = [[one.layer.key, one.number, one.sha256] for one in seen]
        result = {
            **found,
            "request": asked.to_json(),
            "versions": consulted,
            "withheld": len(seen) < len(versions),
        }
        # Through JSON, so that what is kept and what is made again have one form.
        result = json.loads(json.dumps(result, ensure_ascii=False))
        return Searched(
            result,
            digest_of_json(json.dumps(result, ensure_ascii=False, sort_keys=True)),
            tuple(seen),
            any(one.confidentiality == "restricted" for one in seen),
            len(seen) < len(versions),
            any(one.sample for one in seen),
        )

    def execute(self) -> SitingScenario:
        """Search, and keep the search."""
        moment = timezone.now()
        return self.keep(self.examine(moment), moment)

    def keep(self, made: Searched, moment: dt.datetime) -> SitingScenario:
        """Keep what was found on the layers as they were known at a moment."""
        self.check()
        with transaction.atomic():
            audit.hold()
            last = SitingScenario.objects.filter(zone=self.zone).aggregate(Max("number"))["number__max"] or 0
            kept = SitingScenario.objects.create(
                zone=self.zone,
                number=last + 1,
                title=self.title.strip()[:200] or made.result["purpose"]["name_zh"][:200],
                purpose=self.request.purpose,
                request=self.request.to_json(),
                on=self.request.on,
                as_of=moment,
                result=made.result,
                digest=made.digest,
                versions=made.result["versions"],
                restricted=made.restricted,
                withheld=made.withheld,
                sample=made.sample,
                author=account_of(self.author),
                author_name=name_of(self.author),
                author_organisation=getattr(self.author, "organisation", ""),
                recorded_at=timezone.now(),
            )
            audit.record(
                actor=self.author,
                action="siting.save",
                zone=self.zone,
                subject_kind="siting-scenario",
                subject_key=str(kept.number),
                after={"digest": kept.digest},
            )
        return kept

    def size(self, as_of: dt.datetime | None = None) -> int:
        """How many tiles of 0.05 degrees the search would look at, before it is made.

        Raises
        ------
        SitingRefused, ecociv.territory.rules.purposes.PurposeRefused, ecociv.territory.site_check.sites.SiteRefused
            As :meth:`examine`, as far as it can be said without searching.
        """
        self.check()
        rules = space_rules(self.zone)
        self._purpose(rules)
        _versions, seen = self._layers(as_of)
        boundary = next((one for one in seen if one.layer.kind == BOUNDARIES), None)
        return tiles_of(self._search(boundary, rules.tolerances))

    def _purpose(self, rules: SpaceRules) -> Purpose:
        """The purpose, where purpose, documents and number of alternatives make sense."""
        asked = self.request
        purpose = purpose_of(asked.purpose, rules, yes=asked.yes, no=asked.no)
        if strange := sorted(set(asked.documents) - set(rules.exemptions)):
            raise SitingRefused(
                Text(
                    zh=f"没有文件类别“{strange[0]}”：{'、'.join(rules.exemptions)}。",
                    en=f"{strange[0]!r} is no document of the rules: {', '.join(rules.exemptions)}.",
                )
            )
        if not 0 < asked.most <= criteria().most_alternatives:
            most = criteria().most_alternatives
            raise SitingRefused(
                Text(zh=f"备选数量为1至{most}。", en=f"Between 1 and {most} alternatives can be asked for.")
            )
        return purpose

    def _layers(self, as_of: dt.datetime | None) -> tuple[list[LayerVersion], list[LayerVersion]]:
        """Layer versions that take part, and those of them that are open to the author."""
        asked = self.request
        everything = versions_in_force(self.zone, asked.on, as_of)
        known = {one.layer.key for one in everything}
        if strange := sorted((set(asked.without) | set(asked.versions)) - known):
            raise SitingRefused(
                Text(
                    zh=f"{asked.on}没有生效的图层“{strange[0]}”：{'、'.join(sorted(known))}。",
                    en=f"No layer {strange[0]!r} is in force on {asked.on}: {', '.join(sorted(known))}.",
                )
            )
        versions = [self._version(one) for one in everything if one.layer.key not in asked.without]
        seen = [one for one in versions if not isinstance(self.author, User) or may_read(self.author, one)]
        return versions, seen

    def _version(self, held: LayerVersion) -> LayerVersion:
        """The version that takes part: the one in force, or another that the scenario names."""
        number = self.request.versions.get(held.layer.key)
        if number is None or number == held.number:
            return held
        other = (
            LayerVersion.objects.filter(layer=held.layer, number=number)
            .exclude(change=LayerVersion.Change.WITHDRAWAL)
            .select_related("layer")
            .first()
        )
        if other is None:
            raise SitingRefused(
                Text(
                    zh=f"图层“{held.layer.key}”没有第{number}版。",
                    en=f"The layer {held.layer.key!r} has no version {number}.",
                )
            )
        return other

    def _search(self, boundary: LayerVersion | None, tolerances: Any) -> shapely.Geometry:
        if boundary is None:
            raise SitingRefused(
                Text(
                    zh=f"{self.request.on}没有生效的行政区划图层，无法确定搜索范围。",
                    en=f"No administrative boundaries hold on {self.request.on}, so there is nothing to search in.",
                )
            )
        wanted = set(self.request.counties)
        areas = list(layer_file(boundary).all())
        if strange := sorted(wanted - {one.identity for one in areas}):
            raise SitingRefused(
                Text(
                    zh=f"没有行政区“{strange[0]}”：{'、'.join(one.identity for one in areas)}。",
                    en=f"There is no area {strange[0]!r}: {', '.join(one.identity for one in areas)}.",
                )
            )
        search = shapely.union_all([one.geometry for one in areas if not wanted or one.identity in wanted])
        if self.request.within.strip():
            search = shapely.intersection(search, read_site(self.request.within, tolerances).geometry)
        parts = [one for one in shapely.get_parts(search) if one.geom_type == "Polygon" and not one.is_empty]
        if not parts:
            raise SitingRefused(
                Text(zh="所画范围不在示范区内。", en="The polygon given does not lie in the zone.")
            )
        return shapely.MultiPolygon(parts)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A scenario made again."""

    same: bool
    digest: str
    rules_changed: bool


def repeat(scenario: SitingScenario) -> Repeated:
    """Make a scenario again on the layers that were known then, and compare the digests."""
    author = scenario.author or scenario.author_name
    again = FindSites(SitingRequest.from_json(scenario.request), scenario.zone, author).examine(
        scenario.as_of
    )
    changed = any(again.result[name] != scenario.result[name] for name in ("rules_digest", "criteria_digest"))
    return Repeated(again.digest == scenario.digest, again.digest, changed)


def may_read_scenario(user: Any, scenario: SitingScenario) -> bool:
    """Whether a user may read a scenario: as a site check, so that restricted lines stay restricted."""
    if not may_check(user, scenario.zone):
        return False
    actor = actor_of(user)
    if not scenario.restricted or actor.role in SEES_ALL or scenario.author_id == getattr(user, "pk", None):
        return True
    return bool(actor.organisation and actor.organisation == scenario.author_organisation)
