"""Changes to the plan: loading a zone package and revising items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from pydantic import BaseModel, ValidationError

from ecociv.people import audit
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.models import ItemKind, PlanItemRevision, RevisionSource
from ecociv.plan.package import ZonePackage, load_zone, package_from_items
from ecociv.plan.package.consistency import inconsistencies
from ecociv.plan.package.load import payload
from ecociv.plan.queries import MODELS, latest_revisions


@dataclass(frozen=True)
class ItemChange:
    """A new version of one item: its kind, its key and the whole payload."""

    kind: str
    key: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class LoadReport:
    """What loading a zone package did."""

    zone: str
    added: int
    revised: tuple[str, ...]
    unchanged: int
    kept: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.added or self.revised)


class PlanChangeRefused(ValueError):
    """A change that would leave the plan invalid; lists every problem, and nothing is written."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the change was not made:\n" + "\n".join(f"  {problem}" for problem in problems))


def items_of(package: ZonePackage) -> list[tuple[str, str, BaseModel]]:
    """Every item of a package with its kind and key."""
    found: list[tuple[str, str, BaseModel]] = [(ItemKind.ZONE, package.zone.key, package.zone)]
    found += [(ItemKind.ORGANISATION, body.key, body) for body in package.organisations]
    found += [(ItemKind.INDICATOR, str(item.number), item) for item in package.indicators]
    found += [(ItemKind.TASK, str(item.number), item) for item in package.tasks]
    found += [(ItemKind.PROJECT, str(item.number), item) for item in package.projects]
    return found


@dataclass(frozen=True)
class LoadZonePackage:
    """Bring the database to the state of a zone package, as new revisions.

    An item that people have revised since the package was last loaded is kept as they left it and named in
    the report, unless ``replace_edited`` is set.
    """

    zone: str
    author: Any = None
    replace_edited: bool = False

    def check(self) -> ZonePackage:
        """Read and validate the package; raises ``PackageError`` with every problem."""
        return load_zone(self.zone)

    def execute(self) -> LoadReport:
        """Write what differs; a second run writes nothing."""
        package = self.check()
        with transaction.atomic():
            current = {(row.kind, row.key): row for row in latest_revisions(self.zone)}
            loaded_before = {
                (row.kind, row.key): row.payload
                for row in PlanItemRevision.objects.filter(
                    zone=self.zone, source=RevisionSource.PACKAGE
                ).order_by("id")
            }
            rows: list[PlanItemRevision] = []
            revised: list[str] = []
            kept: list[str] = []
            unchanged = 0
            now = timezone.now()
            for kind, key, item in items_of(package):
                new, row = payload(item), current.get((kind, key))
                if row is not None:
                    edited = row.source != RevisionSource.PACKAGE
                    if new == row.payload or (edited and new == loaded_before.get((kind, key))):
                        unchanged += 1
                        continue
                    if edited and not self.replace_edited:
                        kept.append(f"{kind}:{key}")
                        continue
                    revised.append(f"{kind}:{key}")
                rows.append(
                    PlanItemRevision(
                        zone=self.zone,
                        kind=kind,
                        key=key,
                        revision=row.revision + 1 if row else 1,
                        payload=new,
                        source=RevisionSource.PACKAGE,
                        recorded_at=now,
                        author=self.author,
                        reason="zone package",
                    )
                )
            PlanItemRevision.objects.bulk_create(rows, batch_size=200)
            if rows:
                audit.record(
                    actor=self.author or "ecociv",
                    action="load-zone-package",
                    zone=self.zone,
                    subject_kind="zone",
                    subject_key=self.zone,
                    after={"digest": package.digest, "items": len(rows)},
                )
        return LoadReport(self.zone, len(rows) - len(revised), tuple(revised), unchanged, tuple(kept))


@dataclass(frozen=True)
class RevisePlan:
    """Record new versions of plan items, all or none.

    The plan that would result is validated whole, so that a change cannot break a reference elsewhere.
    """

    zone: str
    changes: Sequence[ItemChange]
    author: Any
    reason: str
    source: str = RevisionSource.PAGE

    def check(self) -> None:
        """Refuse whoever may not edit the plan, and a plan that would not hold together.

        Raises
        ------
        PermissionDenied
            When the author may not edit this zone's plan.
        PlanChangeRefused
            With every problem of the resulting plan.
        """
        require(self.author, Action.EDIT_PLAN, zone=self.zone)
        if not self.reason.strip():
            raise PlanChangeRefused(["give the reason for the change: it stays in the plan's history"])
        if not self.changes:
            raise PlanChangeRefused(["there is nothing to change"])
        problems = list(_problems(self.zone, self.changes))
        if problems:
            raise PlanChangeRefused(problems)

    def execute(self) -> list[PlanItemRevision]:
        """Write the revisions and the audit entries; items that stay the same are passed over."""
        with transaction.atomic():
            self.check()
            current = {(row.kind, row.key): row for row in latest_revisions(self.zone).select_for_update()}
            written = []
            for change in self.changes:
                row = current[change.kind, change.key]
                if row.payload == change.payload:
                    continue
                revision = PlanItemRevision(
                    zone=self.zone,
                    kind=change.kind,
                    key=change.key,
                    revision=row.revision + 1,
                    payload=change.payload,
                    source=self.source,
                    recorded_at=timezone.now(),
                    author=self.author,
                    reason=self.reason,
                )
                revision.save()
                audit.record(
                    actor=self.author,
                    action="revise-plan-item",
                    zone=self.zone,
                    subject_kind=change.kind,
                    subject_key=change.key,
                    before=row.payload,
                    after=change.payload,
                    reason=self.reason,
                )
                written.append(revision)
        return written


def _problems(zone: str, changes: Iterable[ItemChange]) -> Iterable[str]:
    payloads = {(row.kind, row.key): row.payload for row in latest_revisions(zone)}
    for change in changes:
        if (change.kind, change.key) not in payloads:
            yield f"{change.kind}:{change.key} is not in the plan"
            return
        payloads[change.kind, change.key] = change.payload
    items: dict[str, list[Any]] = {kind: [] for kind in MODELS}
    failed = False
    for (kind, key), content in payloads.items():
        try:
            items[kind].append(MODELS[kind].model_validate(content))
        except ValidationError as error:
            failed = True
            for detail in error.errors(include_url=False):
                where = " > ".join(str(step) for step in detail["loc"])
                yield f"{kind}:{key}, {where}: {detail['msg']}"
    if failed:
        return
    package = package_from_items(
        items[ItemKind.ZONE][0],
        items[ItemKind.ORGANISATION],
        items[ItemKind.INDICATOR],
        items[ItemKind.TASK],
        items[ItemKind.PROJECT],
    )
    for inconsistency in inconsistencies(package):
        yield f"{inconsistency.place}: {inconsistency.message}"
