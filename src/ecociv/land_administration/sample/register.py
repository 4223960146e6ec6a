"""Sample units of the register with their history."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.db import transaction

from ecociv.land_administration.rights.actions import (
    CancelUnit,
    RegisterChange,
    RegisterCorrection,
    RegisterFirst,
    RegisterTransfer,
    Source,
)
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.sample.declared import SampleLand, SampleRegistration, SampleUnit
from ecociv.territory.models import LayerVersion
from ecociv.territory.sample.ground import outline

AUTHOR = "sample data"
_KM_A_DEGREE = 111.2


def load_sample_register(zone: str, given: SampleLand) -> int:
    """Enter the declared registrations; how many, 0 where the register has entries or the zone no boundaries."""
    boundaries = LayerVersion.objects.of_zone(zone).filter(layer__kind="administrative-boundary")
    if RightUnit.objects.filter(zone=zone).exists() or not boundaries.exists():
        return 0
    declared = given.register_
    newest: dict[str, Registration] = {}
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        for number, said in enumerate(declared.registrations, 1):
            paper = Path(folder) / f"{number}.txt"
            paper.write_text(
                f"样例登记依据 {number}：{said.unit} {said.event} {said.day}\n", encoding="utf-8"
            )
            common = {
                "author": AUTHOR,
                "documents": (Source(paper, f"样例登记依据{number}.txt"),),
                "reason": said.reason,
                "effective_on": said.day,
                "sample": True,
            }
            unit = declared.unit(said.unit)
            newest[said.unit] = _entered(zone, unit, said, newest.get(said.unit), common, given.seed)
    return len(declared.registrations)


def _entered(
    zone: str,
    unit: SampleUnit,
    said: SampleRegistration,
    before: Registration | None,
    common: dict[str, Any],
    seed: int,
) -> Registration:
    if before is None:
        first, last = said.notice or (None, None)
        return RegisterFirst(
            zone=zone,
            kind=unit.kind,
            state=unit.state.state(),
            boundary=_boundary(unit, unit.reach, seed),
            notice_from=first,
            notice_to=last,
            **common,
        ).execute()
    known: dict[str, Any] = {"unit": before.unit, "seen": before.serial, **common}
    if said.transfer is not None:
        giver, taker = said.transfer.parties_in(before.state)
        return RegisterTransfer(
            right=said.transfer.right, giver=giver, taker=taker, share=said.transfer.share, **known
        ).execute()
    if said.event == "cancellation":
        return CancelUnit(**known).execute()
    state = before.state
    if said.restrictions is not None:
        limits = unit.state.model_copy(update={"restrictions": said.restrictions}).state().restrictions
        state = replace(state, restrictions=limits)
    boundary = _boundary(unit, said.reach, seed) if said.reach else None
    if said.corrects is not None:
        return RegisterCorrection(corrects=said.corrects, state=state, boundary=boundary, **known).execute()
    return RegisterChange(state=state, boundary=boundary, **known).execute()


def _boundary(unit: SampleUnit, reach: float, seed: int) -> shapely.Geometry:
    """An irregular area around the unit's point, in degrees; the same shape larger or smaller with another reach."""
    longitude, latitude = unit.at
    shape = outline(np.zeros(2), reach, seed + sum(map(ord, unit.key)), corners=40)
    wide = _KM_A_DEGREE * math.cos(math.radians(latitude))
    degrees = shapely.transform(
        shape, lambda pairs: np.round(pairs / [wide, _KM_A_DEGREE] + [longitude, latitude], 7)
    )
    return shapely.normalize(degrees)
