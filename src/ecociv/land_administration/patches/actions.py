"""Sending change patches to the counties in which they lie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions import OpenCase
from ecociv.core.text import Text
from ecociv.land_administration.authority import authority, require_authority
from ecociv.land_administration.patches.models import DispatchedPatch
from ecociv.people import audit
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import current_package
from ecociv.standards.land import ledger_area
from ecociv.territory.layers.features import Feature
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.location import Share, shares_of
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file, may_read, versions_in_force

TYPE = "change-patch"
KIND = "change-patches"
BOUNDARIES = "administrative-boundary"


class DispatchRefused(ValueError):
    """Patches that cannot be dispatched; ``texts`` has one sentence for each fault."""

    def __init__(self, *texts: Text) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = texts


@dataclass(frozen=True, slots=True)
class Placed:
    """A patch with the areas in which it lies and the body that looks into it."""

    feature: Feature
    shares: tuple[Share, ...]
    body: str


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What dispatching came to: what was sent, and how many patches had been sent before."""

    sent: tuple[DispatchedPatch, ...]
    known: int


@dataclass(slots=True)
class DispatchPatches:
    """Open a case for each patch of a layer version that was not dispatched before, with the county in which it lies.

    A patch on a border goes to the county with its largest part; the others are named with their shares, so that a
    case at the wrong door is handed over and not sent back. Either all patches are dispatched or none.

    Parameters
    ----------
    version
        A version of a layer of kind ``change-patches``.
    identities
        Only these patches; all where not given.
    at
        When it was done, for samples.
    """

    version: LayerVersion
    author: Any
    identities: Collection[str] | None = None
    sample: bool = False
    at: dt.datetime | None = None

    def check(self) -> list[Placed]:
        """The patches to be sent, each with its body.

        Raises
        ------
        PermissionDenied
            When the author's body may not dispatch, or may not see the layer.
        DispatchRefused
            Another kind of layer, unknown patches, no boundaries, patches outside every county.
        """
        require_authority(self.author, self.version.layer.zone)
        if not may_read(self.author, self.version):
            raise DispatchRefused(Text(zh="您无权查看该图层。", en="This layer is not open to you."))
        if self.version.layer.kind != KIND:
            raise DispatchRefused(
                Text(
                    zh=f"“{self.version.layer.key}”不是变化图斑图层。",
                    en=f"{self.version.layer.key!r} is not a layer of change patches.",
                )
            )
        if self.version.change == LayerVersion.Change.WITHDRAWAL:
            raise DispatchRefused(Text(zh="该版本是撤回记录。", en="This version is a withdrawal."))
        features = self._asked()
        placed, outside = self._placed(features)
        if outside:
            listed = ", ".join(outside[:10])
            raise DispatchRefused(
                Text(
                    zh=f"{len(outside)} 个图斑不在任何县（市、区）内：{listed}。请核对坐标系，或只选其余图斑下发。",
                    en=f"{len(outside)} patches lie in no county: {listed}. Check the coordinate system, or choose the others.",
                )
            )
        return placed

    def execute(self) -> Dispatch:
        """Open the cases."""
        with transaction.atomic():
            audit.hold()
            placed = self.check()
            known = set(self._dispatched())
            sent = [self._send(one) for one in placed if one.feature.identity not in known]
        return Dispatch(tuple(sent), len(placed) - len(sent))

    def _asked(self) -> list[Feature]:
        features = list(layer_file(self.version).all())
        if self.identities is None:
            return features
        strange = set(self.identities) - {feature.identity for feature in features}
        if strange:
            listed = ", ".join(sorted(strange)[:10])
            raise DispatchRefused(
                Text(zh=f"图层中没有图斑：{listed}。", en=f"The layer has no patches {listed}.")
            )
        return [feature for feature in features if feature.identity in self.identities]

    def _placed(self, features: list[Feature]) -> tuple[list[Placed], list[str]]:
        zone = self.version.layer.zone
        boundaries = versions_in_force(zone, self.version.valid_from, kinds=[BOUNDARIES])
        if not boundaries:
            raise DispatchRefused(
                Text(
                    zh=f"{self.version.valid_from} 没有有效的行政区划图层，请先用 ecociv layer add 导入。",
                    en=f"No administrative boundaries hold on {self.version.valid_from}: add that layer first.",
                )
            )
        file = layer_file(boundaries[-1])
        bodies = county_bodies(current_package(zone), timezone.localdate())
        placed, outside = [], []
        for feature in features:
            shares = tuple(share for share in shares_of(feature.geometry, file) if share.key in bodies)
            if shares:
                placed.append(Placed(feature, shares, bodies[shares[0].key]))
            else:
                outside.append(feature.identity)
        return placed, outside

    def _dispatched(self) -> Any:
        return DispatchedPatch.objects.filter(layer=self.version.layer).values_list("identity", flat=True)

    def _send(self, one: Placed) -> DispatchedPatch:
        layer, feature = self.version.layer, one.feature
        kind = layer_kind(layer.kind)
        area = ledger_area(feature.area)
        place = feature.geometry.representative_point()
        case = OpenCase(
            zone=layer.zone,
            type=TYPE,
            title=f"{kind.class_name(feature.class_key).zh}：{feature.name or feature.identity}",
            author=self.author,
            subject=f"patch:{layer.key}/{feature.identity}",
            parties={"bureau": [authority(layer.zone, timezone.localdate())], "county": [one.body]},
            fields={
                "location": f"{place.x:.6f}, {place.y:.6f}（CGCS2000）",
                "area": str(area),
                "lies_in": "；".join(f"{share.name or share.key} {share.share:.1%}" for share in one.shares),
            },
            origin=f"layer:{layer.key}/{self.version.number}",
            sample=self.sample or self.version.sample,
            at=self.at,
        ).execute()
        row = DispatchedPatch(
            zone=layer.zone,
            layer=layer,
            version=self.version,
            identity=feature.identity,
            class_key=feature.class_key,
            area=area,
            county=one.shares[0].key,
            shares=[[share.key, round(share.share, 6)] for share in one.shares],
            case=case,
            recorded_at=timezone.now(),
        )
        row.save()
        return row


def county_bodies(package: ZonePackage, day: dt.date) -> dict[str, str]:
    """Key of the body that governs each county on a day, by division code."""
    return {
        body.division_code: package.body_on(body.key, day).key
        for body in package.organisations
        if body.kind == "county" and body.division_code
    }
