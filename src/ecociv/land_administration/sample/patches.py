"""Sample change patches: dispatched on different days, each at another step."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from django.db import transaction

from ecociv.land_administration.patches.actions import DispatchPatches
from ecociv.land_administration.patches.models import DispatchedPatch
from ecociv.land_administration.sample.declared import SampleLand
from ecociv.land_administration.sample.playing import began, later, moment, sample_accounts, take
from ecociv.territory.models import LayerVersion


def load_sample_patches(zone: str, given: SampleLand, today: dt.date) -> int:
    """Dispatch the declared patches; how many, 0 where some are dispatched, or layer or accounts are missing."""
    people = sample_accounts(zone)
    version = (
        LayerVersion.objects.of_zone(zone)
        .filter(layer__key=given.patches.layer, sample=True)
        .select_related("layer")
        .order_by("-number")
        .first()
    )
    if not people or version is None or DispatchedPatch.objects.filter(zone=zone).exists():
        return 0
    county = people["county"].organisation
    placed = sorted(
        one.feature.identity for one in DispatchPatches(version, people["land"]).check() if one.body == county
    )
    stories = given.patches.stories[: len(placed)]
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        paper = Path(folder, "paper.txt")
        paper.write_text("样例材料\n", encoding="utf-8")
        for identity, story in zip(placed, stories, strict=False):
            day = began(today, story.age)
            action = DispatchPatches(version, people["land"], [identity], sample=True, at=moment(day))
            (sent,) = action.execute().sent
            for minute, move in enumerate(story.moves, 1):
                day = later(day, move.after)
                take(sent.case, move, people[move.by], day, minute, paper)
    return len(stories)
