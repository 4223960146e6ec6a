"""Writing the sample files and loading them, with the returns, through the actions that real evidence takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from django.conf import settings

from ecociv.core.text import Text
from ecociv.evidence import registry
from ecociv.evidence.actions import AppendObservations, LoadFile
from ecociv.evidence.documents import digest_of_file, keep_document
from ecociv.evidence.library.actions import FileDocument
from ecociv.evidence.mapping import load_mapping
from ecociv.evidence.models import ImportRun
from ecociv.evidence.returns.actions import FileReturns, Filing
from ecociv.evidence.returns.bodies import Directory
from ecociv.evidence.returns.figures import accepted_revisions
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.sample.assumptions import Assumptions, Years, load_assumptions
from ecociv.evidence.sample.control import TITLE, control, declare_windows
from ecociv.evidence.sample.daily_air import daily_air, write_daily
from ecociv.evidence.sample.filings import SampleReturn, write_returns
from ecociv.evidence.sample.hourly_air import COLUMNS, city_days, hourly_air, staged_hours
from ecociv.evidence.sample.monthly import write_ions, write_sections, write_sources
from ecociv.evidence.sample.patches import write_patches
from ecociv.evidence.store import EvidenceStore

PROHIBITED = "patches/prohibited-development"
_REASON = "sample data generated anew"
_REVIEWER = "sample data review"
STEPS = 9
"""Steps of a loading: two of returns, the hours, four files, the patches, quality control."""


@dataclass(frozen=True, slots=True)
class SampleStep:
    """What one step of the loading came to: new, changed and known figures, returns or documents."""

    title: Text
    new: int
    revised: int
    unchanged: int

    def as_text(self, language: str = "zh") -> str:
        """One line."""
        if language.startswith("zh"):
            return f"{self.title.zh}：新增{self.new}，修订{self.revised}，未变{self.unchanged}（示例数据）"
        return f"{self.title.en}: {self.new} new, {self.revised} revised, {self.unchanged} as they were (sample data)"


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What loading the sample came to."""

    zone: str
    files: tuple[Path, ...]
    years: Years
    steps: tuple[SampleStep, ...]

    @property
    def changed_nothing(self) -> bool:
        """Whether the store is as before."""
        return not any(step.new or step.revised for step in self.steps)


def years(zone: str) -> range:
    """The years of a zone's sample."""
    return load_assumptions(zone).years.all()


def write_files(zone: str, folder: Path) -> tuple[Path, ...]:
    """Write the files of a zone's sample into ``folder``: air by day and hour, sections, sources, ions and patches."""
    given = load_assumptions(zone)
    folder.mkdir(parents=True, exist_ok=True)
    air, water = given.air, given.water_quality
    names = (
        air.daily.file,
        air.hourly.file,
        water.sections.file,
        water.sources.file,
        given.ions.file,
        given.patches.file,
    )
    daily, hourly, sections, sources, ions, patches = paths = tuple(folder / name for name in names)
    cities = daily_air(air, given.seed)
    hours = hourly_air(given, cities)
    cities.figures[air.daily.home] = city_days(hours)
    cities.missing[air.daily.home][:] = False
    write_daily(cities, daily)
    mapping = load_mapping(air.hourly.mapping, zone=zone)
    pq.write_table(staged_hours(hours, mapping, mapping.supplier.constant or ""), hourly, compression="zstd")
    write_sections(zone, given, sections)
    write_sources(zone, given, sources)
    write_ions(zone, given, ions)
    write_patches(given, patches)
    return paths


def load(
    zone: str = "jingdezhen",
    *,
    author: Any = "sample data",
    folder: Path | None = None,
    directory: Directory | None = None,
    store: EvidenceStore | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> SampleReport:
    """Write the sample files and load them, and file the returns; a second time changes nothing.

    Parameters
    ----------
    zone
        Key of the zone; its ``sample.yaml`` holds the assumptions.
    author
        A user, or the name of the command that loads.
    folder
        Where the files go; ``sample/<zone>`` under ``ECOCIV_VAR`` when not given.
    directory
        The bodies of the zone, so that returns name the body in office on the day; without it the forms' own names stand.
    progress
        Called with the title of a step that is done, its number and the number of steps.
    """
    given = load_assumptions(zone)
    steps = []

    def done(step: SampleStep) -> None:
        steps.append(step)
        if progress is not None:
            progress(step.title.en, len(steps), STEPS)

    for step in _file_returns(zone, given, author, directory, store):
        done(step)
    files = write_files(zone, folder or Path(settings.ECOCIV_VAR) / "sample" / zone)
    daily, hourly, sections, sources, ions, patches = files
    done(_load_hours(zone, given, hourly, author, store))
    for path, name in (
        (daily, given.air.daily.mapping),
        (sections, given.water_quality.sections.mapping),
        (sources, given.water_quality.sources.mapping),
        (ions, given.ions.mapping),
    ):
        report = LoadFile(path, name, author, _REASON, zone=zone, sample=True, store=store).execute()
        title = load_mapping(name, zone=zone).title
        done(SampleStep(title, report.values_new, report.values_revised, report.values_unchanged))
    done(_file_patches(zone, given, patches, author))
    declare_windows(zone, given, author)
    done(SampleStep(TITLE, *control(zone, given, author, store)))
    return SampleReport(zone, files, given.years, tuple(steps))


def _file_returns(
    zone: str, given: Assumptions, author: Any, directory: Directory | None, store: EvidenceStore | None
) -> Iterator[SampleStep]:
    """The returns as first handed in, then the restatement; what was restated is not filed as it first was again."""
    first, later = write_returns(zone, given)
    restated = {
        (told.form, told.place, told.year)
        for told in later
        if (told.place, str(told.year))
        in accepted_revisions(zone, told.form, [ReturnPeriod.parse(str(told.year))], sample=True)
    }
    for title, returns in (
        (
            Text(zh="部门统计报表", en="Departmental returns"),
            [each for each in first if (each.form, each.place, each.year) not in restated],
        ),
        (Text(zh="报表更正", en="Restated returns"), later),
    ):
        filed = FileReturns(
            zone, [_filing(each) for each in returns], author, _REVIEWER, True, directory, store
        ).execute()
        yield SampleStep(title, filed.new, filed.restated, filed.unchanged)


def _filing(each: SampleReturn) -> Filing:
    return Filing(
        each.form,
        each.place,
        str(each.year),
        each.values,
        each.explanations,
        each.reason or _REASON,
        each.submitted_at,
        each.accepted_at,
    )


def _load_hours(
    zone: str, given: Assumptions, path: Path, author: Any, store: EvidenceStore | None
) -> SampleStep:
    """The hours in bulk. The same bytes that are already on record are not compared again."""
    mapping = load_mapping(given.air.hourly.mapping, zone=zone)
    title, source = mapping.title, digest_of_file(path)
    load_key = source[:16]
    store = store or EvidenceStore()
    before = ImportRun.objects.filter(load_key=load_key, state=ImportRun.State.FINISHED).first()
    if before is not None and store.holds(load_key):
        return SampleStep(title, 0, 0, before.values_new + before.values_revised + before.values_unchanged)
    pairs = [(station, column) for station in given.air.stations.exposure for column in COLUMNS.values()]
    registry.ensure_series(zone, mapping, pairs, sample=True)
    appended = AppendObservations(
        path,
        author=author,
        kind="bulk",
        source=source,
        sample=True,
        reason=_REASON,
        zone=zone,
        load_key=load_key,
        label=path.name,
        document=keep_document(path, received_from=str(author), sample=True),
        mapping=mapping.key,
        mapping_digest=mapping.digest,
        store=store,
    ).execute()
    return SampleStep(title, appended.new, appended.revised, appended.unchanged)


def _file_patches(zone: str, given: Assumptions, path: Path, author: Any) -> SampleStep:
    title = Text(zh="禁止开发区域图斑（示例）", en="Areas where development is prohibited (sample)")
    filed = FileDocument(
        path,
        subject=PROHIBITED,
        type="patches",
        title=title.zh,
        author=author,
        sample=True,
        zone=zone,
        confidentiality="public",
        description=title.en,
    ).execute()
    return SampleStep(title, int(not filed.known), 0, int(filed.known))
