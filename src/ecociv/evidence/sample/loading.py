"""Writing the sample files and loading them like any others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from ecociv.evidence.actions import LoadFile
from ecociv.evidence.report import ImportReport
from ecociv.evidence.sample.air import write_air
from ecociv.evidence.sample.assumptions import Assumptions, Years, load_assumptions
from ecociv.evidence.sample.returns import write_restatement, write_return
from ecociv.evidence.staging import Progress


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What loading the sample came to."""

    zone: str
    files: tuple[Path, ...]
    years: Years
    reports: tuple[ImportReport, ...]

    @property
    def changed_nothing(self) -> bool:
        """Whether the store is as before."""
        return all(report.changed_nothing for report in self.reports)


def write_files(zone: str, folder: Path) -> tuple[Path, Path, Path]:
    """Write the daily air, the yearly return and its restatement of a zone into ``folder``."""
    assumptions = load_assumptions(zone)
    folder.mkdir(parents=True, exist_ok=True)
    names = assumptions.file_names
    air, annual, restated = (folder / name for name in (names.air, names.annual_return, names.restatement))
    write_air(assumptions.air, assumptions.seed, air)
    write_return(assumptions, annual)
    write_restatement(assumptions, restated)
    return air, annual, restated


def load(
    zone: str = "jingdezhen",
    *,
    author: Any = "sample data",
    folder: Path | None = None,
    progress: Callable[[str, int, str], None] | None = None,
) -> SampleReport:
    """Write the sample files and load them; a second time changes nothing.

    Parameters
    ----------
    zone
        Key of the zone; its ``sample.yaml`` holds the assumptions.
    author
        A user, or the name of the command that loads.
    folder
        Where the files go; ``sample/<zone>`` under ``ECOCIV_VAR`` when not given.
    progress
        Called with the file name, the rows so far and the stage.
    """
    assumptions = load_assumptions(zone)
    air, annual, restated = write_files(zone, folder or Path(settings.ECOCIV_VAR) / "sample" / zone)
    plan = (
        (air, assumptions.air.mapping, "sample data generated anew"),
        (annual, assumptions.annual_return.mapping, "sample data generated anew"),
        (restated, assumptions.restatement.mapping, assumptions.restatement.reason.zh),
    )
    reports = []
    for path, mapping, reason in plan:
        tell = None if progress is None else _for_file(progress, path.name)
        reports.append(
            LoadFile(path, mapping, author, reason, zone=zone, sample=True, progress=tell).execute()
        )
    return SampleReport(zone, (air, annual, restated), _years(assumptions), tuple(reports))


def _for_file(progress: Callable[[str, int, str], None], name: str) -> Progress:
    return lambda rows, stage: progress(name, rows, stage)


def _years(assumptions: Assumptions) -> Years:
    return Years(
        first=min(assumptions.years.first, assumptions.air.years.first),
        last=max(assumptions.years.last, assumptions.air.years.last),
    )
