"""Reading a zone package from its folder, all problems at once, each with file and line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ecociv.core.digests import digest_of_json
from ecociv.plan.package.consistency import inconsistencies
from ecociv.plan.package.duties import Project, Task
from ecociv.plan.package.indicators import Indicator
from ecociv.plan.package.organisations import Organisation
from ecociv.plan.package.positions import Place, PositionedDocument, Problem, YamlProblem, read_yaml
from ecociv.plan.package.zone import Zone
from ecociv.plan.package.zone_package import ZonePackage

Model = TypeVar("Model", bound=BaseModel)

_PARTS: dict[str, type[BaseModel]] = {
    "organisations": Organisation,
    "indicators": Indicator,
    "tasks": Task,
    "projects": Project,
}


class PackageError(ValueError):
    """A zone package that cannot be used; lists every problem with file and line."""

    def __init__(self, zone: str, problems: Iterable[Problem]) -> None:
        self.zone = zone
        self.problems = tuple(problems)
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"the zone package {zone!r} has {len(self.problems)} problem(s):\n{listed}")


def zones_directory() -> Path:
    """The folder of zone packages; another one by ``ECOCIV_ZONES``."""
    elsewhere = os.environ.get("ECOCIV_ZONES")
    return Path(elsewhere) if elsewhere else Path(__file__).resolve().parents[2] / "zones"


def zone_directory(key: str) -> Path:
    """The folder of one zone package.

    Raises
    ------
    PackageError
        When there is no such zone; the message names those there are.
    """
    folder = zones_directory() / key
    if not key or Path(key).name != key or not (folder / "zone.yaml").is_file():
        known = ", ".join(available_zones()) or "none"
        problem = Problem(zones_directory(), 1, "", f"there is no zone {key!r}; zones there are: {known}")
        raise PackageError(key, [problem])
    return folder


def available_zones() -> list[str]:
    """Keys of the zone packages that are installed."""
    return sorted(file.parent.name for file in zones_directory().glob("*/zone.yaml"))


def load_zone(key: str) -> ZonePackage:
    """The zone package ``key``, validated.

    Read again only when a file has changed.

    Raises
    ------
    PackageError
        With every problem found: unknown keys, wrong types, unknown bodies, series or topics.
    """
    folder = zone_directory(key)
    files = [folder / "zone.yaml", *(file for part in _PARTS for file in _files(folder, part))]
    return _load(key, folder, tuple((str(file), file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=8)
def _load(key: str, folder: Path, _stamp: tuple[tuple[str, int], ...]) -> ZonePackage:
    problems: list[Problem] = []
    zone_document = _read(folder / "zone.yaml", problems)
    zone = _validate(Zone, zone_document, (), problems) if zone_document else None
    items: dict[str, list[Any]] = {}
    places: dict[str, tuple[PositionedDocument, Place]] = {}
    for part, model in _PARTS.items():
        items[part] = []
        for file in _files(folder, part):
            document = _read(file, problems)
            if document is None:
                continue
            if not isinstance(document.data, list):
                problems.append(Problem(file, 1, "", f"a list of {part} is expected here"))
                continue
            for index in range(len(document.data)):
                item = _validate(model, document, (index,), problems)
                if item is not None:
                    items[part].append(item)
                    places[place_of(part, item)] = (document, (index,))
    if zone is None or problems:
        raise PackageError(key, problems)
    package = package_from_items(
        zone, items["organisations"], items["indicators"], items["tasks"], items["projects"]
    )
    for inconsistency in inconsistencies(package):
        document, at = places.get(inconsistency.place, (zone_document, ()))
        assert document is not None
        problems.append(
            Problem(
                document.file,
                document.line_of((*at, *inconsistency.path)),
                inconsistency.place,
                inconsistency.message,
            )
        )
    if problems:
        raise PackageError(key, problems)
    return package


def package_from_items(
    zone: Zone,
    organisations: Iterable[Organisation],
    indicators: Iterable[Indicator],
    tasks: Iterable[Task],
    projects: Iterable[Project],
) -> ZonePackage:
    """A package of validated parts, with the digest of their content."""
    bodies, measures, duties, works = list(organisations), list(indicators), list(tasks), list(projects)
    items: list[BaseModel] = [zone, *bodies, *measures, *duties, *works]
    digest = digest_of_json([payload(item) for item in items])
    return ZonePackage(zone, bodies, measures, duties, works, digest=digest)


def payload(item: BaseModel) -> dict[str, Any]:
    """An item as JSON data, in the shape of its YAML."""
    return item.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def place_of(part: str, item: Any) -> str:
    """How an item is named in findings and links, e.g. ``indicator:46``."""
    return f"{part.removesuffix('s')}:{item.key if part == 'organisations' else item.number}"


def _files(folder: Path, part: str) -> list[Path]:
    single = folder / f"{part}.yaml"
    return [single] if single.is_file() else sorted((folder / part).glob("*.yaml"))


def _read(file: Path, problems: list[Problem]) -> PositionedDocument | None:
    if not file.is_file():
        problems.append(Problem(file, 1, "", "the file is missing"))
        return None
    try:
        return read_yaml(file)
    except YamlProblem as error:
        problems.append(error.problem)
        return None


def _validate(
    model: type[Model], document: PositionedDocument, place: Place, problems: list[Problem]
) -> Model | None:
    data = document.data
    for step in place:
        data = data[step]
    if not isinstance(data, Mapping):
        problems.append(
            Problem(document.file, document.line_of(place), "", f"a mapping is expected, not {data!r}")
        )
        return None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            at: Place = (*place, *detail["loc"])
            where = " > ".join(str(step) for step in detail["loc"])
            problems.append(Problem(document.file, document.line_of(at), where, _plainly(detail)))
        return None


def _plainly(detail: Any) -> str:
    """Pydantic's message as a sentence that says what to do."""
    match detail["type"]:
        case "extra_forbidden":
            return f"the key {detail['loc'][-1]!r} is not known here; remove it or correct its spelling"
        case "missing":
            return f"the key {detail['loc'][-1]!r} is missing"
        case "value_error":
            return str(detail["ctx"]["error"])
        case "enum" | "literal_error":
            return f"{detail['input']!r} is not one of {detail['ctx']['expected']}"
        case _:
            return f"{detail['msg']} (found {detail['input']!r})"
