"""Entering a registration: the row, its documents, and the next version of the boundaries; all or nothing."""

from __future__ import annotations

from typing import Any

import shapely
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.documents import keep_document
from ecociv.land_administration.authority import authority
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.registering import LAYER, Registering, current_boundaries
from ecociv.land_administration.rights.state import UnitState
from ecociv.people import audit
from ecociv.standards.land import ledger_area
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.location import polygonal_area
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file


def boundary_of(registration: Registration) -> shapely.Geometry:
    """The boundary of a unit as a registration has it."""
    feature = layer_file(registration.boundary).of_identity(registration.unit.number)
    assert feature is not None, f"{registration} has no boundary in {registration.boundary}"
    return feature.geometry


def enter(
    asked: Registering,
    unit: RightUnit,
    event: Registration.Event,
    state: UnitState,
    boundary: shapely.Geometry | None,
    *,
    before: Registration | None = None,
    **more: Any,
) -> Registration:
    """Write a registration with its documents and, where the boundary changed, the next version of the layer."""
    ends = event == Registration.Event.CANCELLATION
    version = before.boundary if before is not None else None
    area = before.area if before is not None else None
    if (
        ends
        or boundary is not None
        or version is None
        or (before is not None and before.state.name != state.name)
    ):
        shape = boundary if boundary is not None else boundary_of(before) if before is not None else None
        assert shape is not None
        added = _add_boundary(asked, unit, state.name, shape, ends)
        if not ends:
            # The boundary of a cancelled unit is read in the version that had it last.
            version = added
        area = ledger_area(polygonal_area(shape))
    assert area is not None
    registration = Registration(
        unit=unit,
        serial=before.serial + 1 if before is not None else 1,
        event=event,
        effective_on=asked.day(),
        recorded_at=timezone.now(),
        author=account_of(asked.author),
        author_name=name_of(asked.author),
        reason=asked.reason.strip(),
        said=state.to_json(),
        area=area,
        boundary=version,
        **more,
    )
    registration.save()
    for source in asked.documents:
        registration.documents.add(
            keep_document(
                source.path, received_from=name_of(asked.author), sample=asked.sample, name=source.name
            )
        )
    audit.record(
        actor=asked.author,
        action=f"registration.{event}",
        zone=unit.zone,
        subject_kind="right-unit",
        subject_key=unit.number,
        before=before.said if before is not None else None,
        after=registration.said,
        reason=asked.reason,
    )
    return registration


def _add_boundary(
    asked: Registering, unit: RightUnit, name: str, shape: shapely.Geometry, ends: bool
) -> LayerVersion:
    current = current_boundaries(unit.zone)
    kept = (
        [] if current is None else [one for one in layer_file(current).all() if one.identity != unit.number]
    )
    features = Features.of(
        [*(one.geometry for one in kept), *([] if ends else [shape])],
        [*(one.identity for one in kept), *([] if ends else [unit.number])],
        [*(one.class_key for one in kept), *([] if ends else [unit.kind])],
        [*(one.name for one in kept), *([] if ends else [name])],
    )
    return (
        AddLayerVersion(
            features,
            unit.zone,
            LAYER,
            LAYER,
            "自然资源确权登记单元",
            name_of(asked.author),
            asked.day(),
            layer_title=Text(zh="自然资源确权登记单元", en="Registered natural resource units"),
            owner=authority(unit.zone, timezone.localdate()),
            reason=asked.reason,
            sample=_holds_samples(unit, [one.identity for one in kept]),
            may_be_empty=True,
            from_register=True,
        )
        .execute()
        .version
    )


def _holds_samples(unit: RightUnit, kept: list[str]) -> bool:
    """Whether any boundary in the layer is sample data: then the whole version says so."""
    samples = RightUnit.objects.filter(zone=unit.zone, sample=True).values_list("number", flat=True)
    return unit.sample or not set(samples).isdisjoint(kept)
