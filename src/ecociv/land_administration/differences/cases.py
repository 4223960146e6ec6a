"""Differences as cases: opened singly or in bulk, and closed when a run no longer finds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions import OpenCase, TakeStep
from ecociv.casework.models import Case
from ecociv.core.text import Text
from ecociv.land_administration.authority import authority, require_coordinator
from ecociv.land_administration.differences.declaration import rules
from ecociv.land_administration.differences.models import (
    Difference,
    DifferenceCase,
    DifferenceEvent,
    DifferencePatch,
    DifferenceRun,
)
from ecociv.land_administration.differences.queries import Standing, patch_row, standings
from ecociv.people import audit
from ecociv.plan.queries import current_package
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import Layer
from ecociv.territory.store import opened

TYPE = "plan-difference"
VANISHED = "vanish"
"""The move that closes a case whose difference a run no longer finds."""


class CoordinationRefused(ValueError):
    """Differences that cannot become cases, or cases that cannot be closed; ``texts`` has one sentence for each."""

    def __init__(self, *texts: Text) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = texts


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening came to: new cases, and differences that had an open one."""

    cases: tuple[DifferenceCase, ...]
    known: int


@dataclass(slots=True)
class OpenDifferences:
    """Open a case for each difference that stands and has none open: all of them, or none.

    Parameters
    ----------
    differences
        Those chosen; the same one twice counts once.
    """

    zone: str
    differences: Iterable[Difference]
    author: Any

    def check(self) -> list[Standing]:
        """The differences to be opened.

        Raises
        ------
        PermissionDenied
            Whoever acts neither for the body that answers for land nor for the leading group's office.
        CoordinationRefused
            Too many at once, a difference that no longer stands, a layer whose keeper is no body of the plan.
        """
        require_coordinator(self.author, self.zone)
        wanted = {one.pk for one in self.differences}
        most = rules().most_at_once
        if len(wanted) > most:
            raise CoordinationRefused(
                Text(
                    zh=f"选中{len(wanted)}处，一次最多立案{most}处，请缩小筛选范围。",
                    en=f"{len(wanted)} were chosen; at most {most} are opened at once. Narrow the filter.",
                )
            )
        if not wanted:
            raise CoordinationRefused(Text(zh="没有选中差异。", en="No difference was chosen."))
        found = standings(self.zone, differences=wanted)
        faults = [
            Text(
                zh=f"{one.difference.reference}已消除，不能立案。",
                en=f"{one.difference.reference} no longer stands; no case is opened about it.",
            )
            for one in found
            if not one.alive
        ]
        faults += self._ownerless(found)
        if faults:
            raise CoordinationRefused(*faults[:20])
        return found

    def execute(self) -> Opened:
        """Open the cases."""
        self.differences = tuple(self.differences)
        with transaction.atomic():
            audit.hold()
            found = self.check()
            waiting = [one for one in found if one.case is None or one.case.closed_at is not None]
            owners = self._owners(found)
            made = [self._open(one, owners) for one in waiting]
        return Opened(tuple(made), len(found) - len(waiting))

    def _owners(self, found: list[Standing]) -> dict[str, str]:
        """Body that keeps each layer today."""
        package, today = current_package(self.zone), timezone.localdate()
        keys = {key for one in found for key in (one.difference.layer_a, one.difference.layer_b)}
        return {
            layer.key: package.body_on(layer.owner, today).key
            for layer in Layer.objects.filter(zone=self.zone, key__in=keys)
            if package.has_organisation(layer.owner)
        }

    def _ownerless(self, found: list[Standing]) -> list[Text]:
        owners = self._owners(found)
        keys = {key for one in found for key in (one.difference.layer_a, one.difference.layer_b)}
        return [
            Text(
                zh=f"图层“{key}”的管理单位不在方案单位名单中，不能协调；请在图层中登记管理单位。",
                en=f"The body that keeps the layer {key!r} is not known to the plan, so nobody can be asked; record who keeps it.",
            )
            for key in sorted(keys - set(owners))
        ]

    def _open(self, one: Standing, owners: dict[str, str]) -> DifferenceCase:
        difference, patch = one.difference, one.patch
        row = patch_row(patch)
        feature = opened(patch.run.patches_sha256).of_identity(patch.key)
        assert feature is not None
        place = feature.geometry.representative_point()
        name_a, name_b = (
            f"{layer_kind(row[f'kind_{side}']).name.zh}·{layer_kind(row[f'kind_{side}']).class_name(row[f'class_{side}']).zh}"
            for side in ("a", "b")
        )
        case = OpenCase(
            zone=self.zone,
            type=TYPE,
            title=f"{difference.reference}：{name_a}与{name_b}"[:200],
            author=self.author,
            subject=f"difference:{difference.pk}",
            parties={
                "bureau": [authority(self.zone, timezone.localdate())],
                "body_a": [owners[difference.layer_a]],
                "body_b": [owners[difference.layer_b]],
            },
            fields={
                "about": f"{name_a}（{difference.layer_a} v{patch.version_a.number}，{patch.identity_a}）\n"
                f"{name_b}（{difference.layer_b} v{patch.version_b.number}，{patch.identity_b}）",
                "location": f"{place.x:.6f}, {place.y:.6f}（CGCS2000）",
                "area": str(patch.area),
                "lies_in": _lies_in(self.zone, patch),
                "cause": row["cause"]["zh"],
                "proposal": _proposal(row, name_a, name_b),
            },
            origin=f"difference-run:{patch.run.number}",
            sample=patch.run.sample,
        ).execute()
        return DifferenceCase.objects.create(
            difference=difference, case=case, run=patch.run, recorded_at=timezone.now()
        )


def _proposal(row: dict[str, Any], name_a: str, name_b: str) -> str:
    prevails = {"a": name_a, "b": name_b}.get(row["prevails"])
    order = f"优先：{prevails}。" if prevails else "由双方协商。"
    return f"{order}{row['resolution']['zh']}（{row['citation']['zh']}）"


def _lies_in(zone: str, patch: DifferencePatch) -> str:
    names = {one.code: one.name.zh for one in current_package(zone).zone.counties}
    parts = [f"{names.get(code, code) or '县界以外'} {Decimal(area)}平方米" for code, area in patch.counties]
    return "；".join(parts)


def closings(zone: str, run: DifferenceRun) -> list[tuple[DifferenceEvent, Case]]:
    """Open cases whose difference a run no longer found, or found succeeded by others."""
    rows = run.events.filter(
        kind__in=(DifferenceEvent.Kind.RESOLVED, DifferenceEvent.Kind.SUCCEEDED)
    ).select_related("difference")
    ended = {event.difference_id: event for event in rows}
    linked = (
        DifferenceCase.objects.filter(difference__in=list(ended), case__closed_at__isnull=True)
        .select_related("case", "difference")
        .order_by("difference__number")
    )
    return [(ended[one.difference_id], one.case) for one in linked]


@dataclass(slots=True)
class CloseVanished:
    """Close the open cases whose difference a run no longer finds, each with the run and the versions that did it.

    A difference that others succeeded is closed as succeeded: its successors are differences of their own.
    """

    run: DifferenceRun
    author: Any

    def check(self) -> list[tuple[DifferenceEvent, Case]]:
        """The cases to be closed.

        Raises
        ------
        PermissionDenied, CoordinationRefused
            Whoever may not; a run that is not the last; nothing to close.
        """
        require_coordinator(self.author, self.run.zone)
        last = DifferenceRun.objects.filter(zone=self.run.zone).order_by("-number").first()
        if last is not None and last.pk != self.run.pk:
            raise CoordinationRefused(
                Text(
                    zh=f"第{self.run.number}次比对之后又有第{last.number}次，请按最近一次销案。",
                    en=f"Run {last.number} followed run {self.run.number}; close by the last one.",
                )
            )
        found = closings(self.run.zone, self.run)
        if not found:
            raise CoordinationRefused(
                Text(zh="没有可销的案件。", en="There is no open case whose difference is gone.")
            )
        return found

    def execute(self) -> list[Case]:
        """Close them: all, or none."""
        with transaction.atomic():
            audit.hold()
            done = []
            for event, case in self.check():
                gone = event.kind == DifferenceEvent.Kind.RESOLVED
                TakeStep(
                    case,
                    VANISHED,
                    self.author,
                    case.steps_taken,
                    reason="新版图层中已无此差异。" if gone else "差异已由新的图斑接续。",
                    fields={"verified_by": verified_by(event)},
                    outcome="resolved" if gone else "succeeded",
                ).execute()
                done.append(case)
        return done


def verified_by(event: DifferenceEvent) -> str:
    """Run and versions, in a line for the case."""
    versions = "；".join(f"{one['layer']} v{one['before']}→v{one['after']}" for one in event.by)
    return f"第{event.run.number}次比对（{event.run.on}）{versions or '规则变化'}"
