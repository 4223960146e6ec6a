"""The check itself: layers in force, what of them lies on the site, what the rules say of it, and the verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.territory.layers.geopackage import LayerFile, LayerFileUnreadable
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file, may_read, versions_in_force
from ecociv.territory.rules.declaration import Rule
from ecociv.territory.rules.judging import (
    ANSWERS,
    Answer,
    Finding,
    Status,
    answer_of,
    judge,
    kind_name,
    missing_layers,
    unconsulted,
)
from ecociv.territory.rules.loading import SpaceRules, space_rules
from ecociv.territory.rules.purposes import Purpose
from ecociv.territory.site_check.outline import survey_outline
from ecociv.territory.site_check.overlaps import ClassOverlap, Overlap, overlap, within
from ecociv.territory.site_check.reasons import NO_BOUNDARY, NOT_CONSULTED, NOT_SHOWN, NOTHING, RESTRICTED
from ecociv.territory.site_check.results import FORMAT, both, site_facts, square_metres
from ecociv.territory.site_check.sites import Site, SiteRefused
from ecociv.territory.site_check.tables import Balanced, balanced, boundary_facts, layer_facts
from ecociv.territory.site_check.verdicts import changes, finding_facts, finding_reason, is_sliver

_LOOKED_AT = ("plan", "control-line", "survey", "right")


@dataclass(frozen=True)
class CheckedSite:
    """A check that was made.

    Attributes
    ----------
    result : dict
        JSON values; the same request on the same layers and rules gives the same ones, whatever order they come in.
    digest : str
        SHA-256 of the result.
    versions : tuple of LayerVersion
        Those that were consulted.
    withheld : bool
        Whether layers are in force that the asker may not see.
    restricted : bool
        Whether a restricted layer was consulted, so that the result is not for everybody.
    """

    answer: Answer
    result: dict[str, Any]
    digest: str
    versions: tuple[LayerVersion, ...]
    withheld: bool
    restricted: bool
    sample: bool


@dataclass
class _Touched:
    """One layer that was looked at."""

    version: LayerVersion
    file: LayerFile
    found: Overlap
    shown: Balanced
    findings: list[dict[str, Any]] = field(default_factory=list)


def check_site(
    site: Site,
    purpose: Purpose,
    *,
    zone: str,
    on: dt.date,
    as_of: dt.datetime | None = None,
    user: Any = None,
    documents: Mapping[str, str] | None = None,
) -> CheckedSite:
    """Check a site for a purpose against every layer in force.

    Parameters
    ----------
    on
        The day whose layers and rules apply (valid time).
    as_of
        Only versions that had been recorded by then.
    user
        Who asks: layers that they may not see are not consulted (see ``restricted`` in the zone's ``space.yaml``).
        Every layer is, when not given.
    documents
        Numbers of documents at hand, by key of the exemption.

    Raises
    ------
    SiteRefused
        ``outside-zone``: no part of the site lies in the zone.
    ecociv.standards.declared.DeclarationError
        When the rules cannot be used.
    """
    return _Check(site, purpose, zone, on, as_of, user, dict(documents or {})).run()


class _Check:
    def __init__(
        self,
        site: Site,
        purpose: Purpose,
        zone: str,
        on: dt.date,
        as_of: dt.datetime | None,
        user: Any,
        documents: dict[str, str],
    ) -> None:
        self.site, self.purpose, self.zone, self.on, self.as_of = site, purpose, zone, on, as_of
        self.rules: SpaceRules = space_rules(zone)
        self.documents = {key: value.strip() for key, value in documents.items() if value.strip()}
        if strange := sorted(set(self.documents) - set(self.rules.exemptions)):
            raise SiteRefused(
                "document-unknown",
                "没有文件类别“{key}”：{known}。",
                "{key} is no document of the rules: {known}.",
                key=strange[0],
                known=", ".join(self.rules.exemptions),
            )
        everything = versions_in_force(zone, on, as_of)
        self.versions = [one for one in everything if user is None or may_read(user, one)]
        self.unseen = [one for one in everything if one not in self.versions]
        self.outline = survey_outline(site.geometry)
        self.reasons: list[Reason] = []
        self.statuses: list[Status] = []
        self.forbidden: list[Any] = []
        self.open_ended = False

    def run(self) -> CheckedSite:
        boundary = self._boundary()
        touched = [one for version in self.versions if (one := self._touch(version)) is not None]
        zones = self._function_zones(touched)
        for one in touched:
            self._apply(one, zones)
        self.reasons += missing_layers(
            self.rules, (each.layer.kind for each in (*self.versions, *self.unseen)), self.purpose, self.on
        )
        self.reasons += self._restricted(zones)
        answer = answer_of(self.statuses, self.reasons)
        findings = sorted(
            (each for one in touched for each in one.findings),
            key=lambda each: (
                _ORDER[each["status"]],
                each["priority"],
                each["rule"],
                each["layer"],
                each["class"],
            ),
        )
        reasons = [finding_reason(each) for each in findings if each["status"] != Status.SLIVER]
        reasons += [each.to_json() for each in self.reasons]
        if not reasons:
            reasons.append(NOTHING.to_json())
        result = {
            "format": FORMAT,
            "zone": self.zone,
            "on": self.on.isoformat(),
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "purpose": self.purpose.to_json(),
            "documents": self.documents,
            "site": {
                "geometry": self.site.geojson(),
                "point": self.site.point,
                "crs_given": self.site.crs,
                "notes": [note.to_mapping() for note in self.site.notes],
                **site_facts(self.site.area),
                **boundary,
            },
            "answer": answer.value,
            **both(ANSWERS[answer], "answer"),
            "reasons": reasons,
            "findings": findings,
            "changes": changes(
                self.forbidden, self.outline, self.site.area, findings, self.rules, whole=not self.open_ended
            ),
            "layers": [
                layer_facts(one.version, one.file, one.found, one.shown, self.site) for one in touched
            ],
            "not_consulted": [
                {"kind": kind, **both(kind_name(kind), "name")}
                for kind in unconsulted(
                    self.rules, (each.layer.kind for each in self.versions), self.purpose, self.on
                )
            ],
            "rules_digest": self.rules.digest,
            "sample": any(one.version.sample for one in touched),
        }
        return CheckedSite(
            answer=answer,
            result=result,
            digest=digest_of_json(result),
            versions=tuple(self.versions),
            withheld=bool(self.unseen),
            restricted=any(one.confidentiality == "restricted" for one in self.versions),
            sample=bool(result["sample"]),
        )

    # -- layers ---------------------------------------------------------------------------------------

    def _boundary(self) -> dict[str, Any]:
        """Whether the site lies in the zone, and in which of its parts."""
        version = next((one for one in self.versions if one.layer.kind == "administrative-boundary"), None)
        if version is None:
            self.reasons.append(NO_BOUNDARY)
            return {"places": [], "boundary": None}
        facts, outside = boundary_facts(version, layer_file(version), self.outline, self.site)
        if not facts["places"]:
            raise SiteRefused(
                "outside-zone",
                "地块不在本示范区范围内；请核对坐标和坐标系。",
                "The site does not lie in this zone; check the coordinates and their system.",
            )
        if outside > self.rules.tolerances.uncovered_share.value * self.site.area:
            self.reasons.append(
                Reason(
                    "outside-zone",
                    Text(
                        zh="地块有{area}平方米在本示范区之外，该部分无法判定。",
                        en="{area} m² of the site lie outside the zone; nothing can be said of them.",
                    ).fill(area=square_metres(outside)),
                    {"area_m2": square_metres(outside)},
                )
            )
        return facts

    def _touch(self, version: LayerVersion) -> _Touched | None:
        kind = layer_kind(version.layer.kind)
        if kind.role not in _LOOKED_AT:
            return None
        try:
            file = layer_file(version)
            found = overlap(file, self.outline, self.site.area)
        except LayerFileUnreadable as error:
            self.reasons.append(Reason("layer-unreadable", error.text, {"layer": version.layer.key}))
            return None
        required = {one.layer for one in self.rules.required if one.from_ <= self.on}
        uncovered = max(0.0, self.site.area - found.covered)
        if (
            kind.partition
            and version.layer.kind in required
            and uncovered > self.rules.tolerances.uncovered_share.value * self.site.area
        ):
            self.reasons.append(
                Reason(
                    "not-covered",
                    Text(
                        zh="“{title}”未覆盖地块中的{area}平方米，该部分无法判定。",
                        en="“{title}” leaves out {area} m² of the site; nothing can be said of them.",
                    ).fill(title=version.layer.title, area=square_metres(uncovered)),
                    {"layer": version.layer.key, "area_m2": square_metres(uncovered)},
                )
            )
        return _Touched(version, file, found, balanced(found, self.site))

    def _function_zones(self, touched: Iterable[_Touched]) -> set[str] | None:
        ours = [one for one in touched if one.version.layer.kind == "function-zone"]
        return {key for one in ours for key in one.found.classes} if ours else None

    # -- rules ----------------------------------------------------------------------------------------

    def _apply(self, one: _Touched, zones: set[str] | None) -> None:
        for rule in self.rules.of_layer(one.version.layer.kind, self.on):
            if self.purpose.falls_under(rule) is False:
                continue
            if rule.within:
                self._apply_within(one, rule, zones)
                continue
            for class_key, part in sorted(one.found.classes.items()):
                if rule.names_class(class_key):
                    self._apply_class(one, rule, class_key, part, zones)

    def _apply_class(
        self, one: _Touched, rule: Rule, class_key: str, part: ClassOverlap, zones: set[str] | None
    ) -> None:
        sliver = not self.site.point and is_sliver(part, self.site.area, self.rules.tolerances)
        finding = judge(rule, self.purpose, self.documents, function_zones=zones, sliver=sliver)
        if finding is None:
            return
        shape = part.union() if finding.status is Status.STANDS else None
        self._record(one, finding, class_key, part.area, shape, kept=part.pieces is not None)

    def _apply_within(self, one: _Touched, rule: Rule, zones: set[str] | None) -> None:
        kind = layer_kind(one.version.layer.kind)
        classes = [key for key in kind.class_names() if rule.names_class(key)]
        near = within(
            one.file,
            self.outline,
            rule.within,
            classes,
            int(self.rules.tolerances.buffer_segments.value),
        )
        if near.distance is None:
            return
        finding = judge(rule, self.purpose, self.documents, function_zones=zones)
        if finding is not None:
            self._record(
                one, finding, "", near.area, near.geometry, kept=near.geometry is not None, near=near.distance
            )

    def _record(
        self,
        one: _Touched,
        finding: Finding,
        class_key: str,
        area: float,
        shape: shapely.Geometry | None,
        *,
        kept: bool,
        near: float | None = None,
    ) -> None:
        self.statuses.append(finding.status)
        if finding.status is Status.STANDS:
            if shape is not None and kept:
                self.forbidden.append(shape)
            elif not self.site.point:
                self.open_ended = True
        facts = finding_facts(one.version, finding, class_key, area, self.site.area, self.rules, near)
        if near is None:  # of a class: in the very figures of the layer's table
            facts["area_m2"], facts["share"] = one.shown.classes[class_key]
        one.findings.append(facts)

    def _restricted(self, zones: set[str] | None) -> list[Reason]:
        """What may be said of layers that the asker may not see: never where they lie, what they are or who keeps them."""
        hidden_layers = [one for one in self.unseen if layer_kind(one.layer.kind).role in _LOOKED_AT]
        if not hidden_layers:
            return []
        # Whatever the purpose and the place: an answer that changed with them would tell what is hidden, and where.
        if not any(self.rules.of_layer(one.layer.kind, self.on) for one in hidden_layers):
            return [NOT_SHOWN]
        if self.rules.restricted == "withheld":
            return [NOT_CONSULTED]
        worst = ""
        for version in hidden_layers:
            hidden = self._touch(version)
            if hidden is None:
                continue
            before = list(self.statuses), list(self.forbidden), self.open_ended
            self.statuses = []
            self._apply(hidden, zones)
            found = set(self.statuses)
            self.statuses, self.forbidden, self.open_ended = before
            if found & {Status.STANDS, Status.OPEN}:
                worst = "forbids"
            elif Status.CONDITION in found and not worst:
                worst = "limits"
        return [Reason("restricted-line", RESTRICTED[worst], {"effect": worst})] if worst else []


_ORDER = {
    status.value: place
    for place, status in enumerate(
        (Status.STANDS, Status.OPEN, Status.CONDITION, Status.MET, Status.ENCOURAGES, Status.SLIVER)
    )
}
