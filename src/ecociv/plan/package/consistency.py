"""What must hold between the files of a package before it can be used at all.

Weaknesses of the plan itself are not errors here; ``ecociv.plan.check`` reports those as findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ecociv.plan.package.duties import Project, Task
from ecociv.plan.package.zone_package import ZonePackage


@dataclass(frozen=True)
class Inconsistency:
    """A reference that leads nowhere, or a name or number used twice."""

    place: str
    path: tuple[str | int, ...]
    message: str


def inconsistencies(package: ZonePackage) -> Iterator[Inconsistency]:
    """Every inconsistency of a package, in the order of its files."""
    yield from _names(package)
    yield from _successors(package)
    yield from _indicators(package)
    for duty in package.duties:
        yield from _duty(package, duty)
    yield from _numbers(package)


def _names(package: ZonePackage) -> Iterator[Inconsistency]:
    owner: dict[str, str] = {}
    for body in package.organisations:
        place = f"organisation:{body.key}"
        for name in dict.fromkeys(body.names):
            if name in owner:
                yield Inconsistency(
                    place,
                    (),
                    f"the name {name!r} already belongs to {owner[name]!r}; a name resolves to one body",
                )
            owner.setdefault(name, body.key)
    for key, count in Counter(body.key for body in package.organisations).items():
        if count > 1:
            yield Inconsistency(
                f"organisation:{key}", ("key",), f"the key {key!r} stands {count} times; keys are unique"
            )


def _successors(package: ZonePackage) -> Iterator[Inconsistency]:
    for body in package.organisations:
        place = f"organisation:{body.key}"
        for index, step in enumerate(body.successors):
            if not package.has_organisation(step.to):
                yield Inconsistency(
                    place, ("successors", index, "to"), f"the successor {step.to!r} is not declared"
                )
        if isinstance(body.members, tuple):
            for key in body.members:
                if not package.has_organisation(key):
                    yield Inconsistency(place, ("members",), f"the member {key!r} is not declared")


def _indicators(package: ZonePackage) -> Iterator[Inconsistency]:
    categories = {category.key for category in package.zone.categories}
    known = {name for body in package.organisations for name in body.names}
    for indicator in package.indicators:
        place = f"indicator:{indicator.number}"
        if indicator.category not in categories:
            yield Inconsistency(
                place, ("category",), f"the category {indicator.category!r} is not declared in zone.yaml"
            )
        if indicator.supplier.body not in known:
            yield Inconsistency(
                place, ("supplier", "body"), f"no organisation goes by the name {indicator.supplier.body!r}"
            )
        for index, series in enumerate(indicator.series):
            for year in series.targets:
                if year not in package.zone.milestones:
                    yield Inconsistency(
                        place, ("series", index, "targets", year), f"{year} is no milestone year of the zone"
                    )
    for key, count in Counter(key for item in package.indicators for key in item.series_keys).items():
        if count > 1:
            yield Inconsistency("zone:", (), f"the series {key!r} is declared {count} times")


def _duty(package: ZonePackage, duty: Task | Project) -> Iterator[Inconsistency]:
    known = {name for body in package.organisations for name in body.names}
    for field in ("lead", "support"):
        for index, name in enumerate(getattr(duty, field)):
            if name.strip() not in known:
                message = f"no organisation goes by the name {name!r}; declare it in organisations.yaml"
                yield Inconsistency(duty.place, (field, index), message)
    series = {key for item in package.indicators for key in item.series_keys}
    for index, target in enumerate(duty.targets):
        if target.series is not None and target.series not in series:
            yield Inconsistency(
                duty.place, ("targets", index, "series"), f"there is no series {target.series!r}"
            )
    if isinstance(duty, Task):
        systems = {system.key for system in package.zone.systems}
        topics = {(topic.key, topic.system) for topic in package.zone.topics}
        if duty.system not in systems:
            yield Inconsistency(
                duty.place, ("system",), f"the system {duty.system!r} is not declared in zone.yaml"
            )
        elif (duty.topic, duty.system) not in topics:
            yield Inconsistency(
                duty.place, ("topic",), f"the topic {duty.topic!r} is not declared under {duty.system!r}"
            )
    elif duty.programme not in {programme.key for programme in package.zone.programmes}:
        yield Inconsistency(
            duty.place, ("programme",), f"the programme {duty.programme!r} is not declared in zone.yaml"
        )
    if duty.cell_shared_with is not None and duty.cell_shared_with >= duty.number:
        yield Inconsistency(duty.place, ("cell_shared_with",), "a shared cell belongs to an earlier row")


def _numbers(package: ZonePackage) -> Iterator[Inconsistency]:
    parts = {
        "indicator": [item.number for item in package.indicators],
        "task": [item.number for item in package.tasks],
        "project": [item.number for item in package.projects],
    }
    for name, numbers in parts.items():
        declared = package.zone.plan.counts.get(f"{name}s")
        if declared is not None and numbers != list(range(1, declared + 1)):
            absent = sorted(set(range(1, declared + 1)) - set(numbers))
            twice = sorted(number for number, count in Counter(numbers).items() if count > 1)
            yield Inconsistency(
                "zone:",
                ("plan", "counts"),
                f"{declared} {name}s are declared; missing: {absent or 'none'}, twice: {twice or 'none'}",
            )
