"""A file of sites checked together: read row by row, all or none, results as a table or as a layer."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.documents import keep_document
from ecociv.evidence.models import Document
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.territory.importing import ImportRefused, read_polygons
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.site_check.actions import CheckSite, SiteRequest, next_number, record_of
from ecociv.territory.site_check.engine import CheckedSite
from ecociv.territory.site_check.models import BatchState, SiteCheck, SiteCheckBatch
from ecociv.territory.site_check.queries import may_check
from ecociv.territory.site_check.sites import SiteRefused

MOST_SITES = 10_000
NAMES = ("name", "title", "名称", "项目名称", "地块名称")
PURPOSES = ("purpose", "用途", "行业代码")
SHAPES = ("wkt", "geometry", "geojson", "图形")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One site of a file; the row counts from 1."""

    row: int
    title: str
    request: SiteRequest


class BatchRefused(ValueError):
    """A file none of whose sites was checked; ``report`` has one entry for each row that is at fault."""

    def __init__(self, report: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(f"row {each['row']}: {each['en']}" for each in report[:5]))
        self.report = report


def fault(row: int, title: str, code: str, text: Text) -> dict[str, Any]:
    """One line of the report."""
    return {"row": row, "title": title, "code": code, **text.to_mapping()}


def read_rows(path: Path, common: SiteRequest) -> list[BatchRow]:
    """The sites of a file: any layer of polygons, or CSV with a column of WKT or GeoJSON.

    A column ``name`` gives titles, a column ``purpose`` a purpose of its own for a site; the rest is common to all.

    Raises
    ------
    BatchRefused
        A file that cannot be read, without sites, or with more than 10,000.
    """
    rows = list(
        _csv_rows(path, common) if path.suffix.lower() in (".csv", ".txt") else _layer_rows(path, common)
    )
    if not rows:
        raise BatchRefused([fault(0, "", "empty", Text(zh="文件中没有地块。", en="The file has no sites."))])
    if len(rows) > MOST_SITES:
        raise BatchRefused(
            [
                fault(
                    0,
                    "",
                    "too-many",
                    Text(
                        zh=f"文件有{len(rows)}个地块，一次最多{MOST_SITES}个。",
                        en=f"The file has {len(rows)} sites; at most {MOST_SITES} are checked at once.",
                    ),
                )
            ]
        )
    return rows


def _csv_rows(path: Path, common: SiteRequest) -> Iterator[BatchRow]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", errors="replace")
    csv.field_size_limit(10_000_000)
    try:
        reader = csv.DictReader(io.StringIO(text))
        columns = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
        shape = next((columns[each] for each in SHAPES if each in columns), None)
        if shape is None:
            raise BatchRefused(
                [
                    fault(
                        0,
                        "",
                        "no-geometry-column",
                        Text(
                            zh=f"CSV须有图形列（{'、'.join(SHAPES)}之一），内容为WKT或GeoJSON。",
                            en=f"The CSV needs a column of geometry ({', '.join(SHAPES)}) with WKT or GeoJSON.",
                        ),
                    )
                ]
            )
        for number, line in enumerate(reader, start=1):
            given = {
                key: (line.get(name) or "")
                for key, name in columns.items()
                if isinstance(line.get(name), str)
            }
            yield _row(number, given, line.get(shape) or "", common)
    except csv.Error as error:
        raise BatchRefused(
            [
                fault(
                    0,
                    "",
                    "unreadable",
                    Text(zh=f"CSV无法读取：{error}", en=f"The CSV cannot be read: {error}"),
                )
            ]
        ) from error


def _layer_rows(path: Path, common: SiteRequest) -> Iterator[BatchRow]:
    try:
        read = read_polygons(path, crs=common.crs or None)
    except ImportRefused as refused:
        raise BatchRefused([fault(0, "", refused.code, refused.text)]) from refused
    columns = {name.lower(): name for name in read.attributes.column_names}
    wanted = {key: columns[key] for key in (*NAMES, *PURPOSES) if key in columns}
    values = {key: read.attributes.column(name).to_pylist() for key, name in wanted.items()}
    plain = replace(common, crs="")
    for place, shape in enumerate(read.geometries):
        given = {key: str(column[place] or "") for key, column in values.items()}
        yield _row(int(read.rows[place]), given, shapely.to_wkt(shape, rounding_precision=12), plain)


def _row(number: int, given: Mapping[str, str], shape: str, common: SiteRequest) -> BatchRow:
    title = next((given[each].strip() for each in NAMES if given.get(each, "").strip()), "")
    purpose = next((given[each].strip() for each in PURPOSES if given.get(each, "").strip()), common.purpose)
    return BatchRow(number, title[:200], replace(common, geometry=shape, purpose=purpose))


@dataclass(slots=True)
class OpenBatch:
    """Keep a file of sites and put it in line; :func:`run_batch` does the work."""

    path: Path
    common: SiteRequest
    zone: str
    author: Any
    title: str = ""
    name: str = ""

    def check(self) -> list[BatchRow]:
        """The rows, when every one of them can be checked.

        Raises
        ------
        PermissionDenied
            Nobody without an account of the zone.
        BatchRefused
            One entry for each row at fault.
        """
        if isinstance(self.author, User):
            if not may_check(self.author, self.zone):
                raise PermissionDenied(_("Log in with an account of this zone to have a site checked."))
        else:
            name_of(self.author)
        rows = read_rows(self.path, self.common)
        faults = []
        for row in rows:
            try:
                CheckSite(row.request, self.zone, self.author, row.title).check()
            except (SiteRefused, PurposeRefused) as refused:
                faults.append(fault(row.row, row.title, getattr(refused, "code", "purpose"), refused.text))
        if faults:
            raise BatchRefused(faults)
        return rows

    def execute(self) -> SiteCheckBatch:
        """Record the batch."""
        rows = self.check()
        name = self.name or self.path.name
        document = keep_document(self.path, received_from=name_of(self.author), sample=False, name=name)
        with transaction.atomic():
            audit.hold()
            batch = SiteCheckBatch.objects.create(
                zone=self.zone,
                title=self.title.strip()[:200] or name[:200],
                request=replace(self.common, geometry="").to_json(),
                document=document.pk,
                source_name=name[-255:],
                author=account_of(self.author),
                author_name=name_of(self.author),
                created_at=timezone.now(),
                total=len(rows),
            )
            audit.record(
                actor=self.author,
                action="site.batch",
                zone=self.zone,
                subject_kind="site-check-batch",
                subject_key=str(batch.pk),
                after={"document": document.pk, "sites": len(rows)},
            )
        return batch


def run_batch(pk: int, progress: Progress | None = None) -> SiteCheckBatch:
    """Check every site of a batch; either all of them are recorded, or none and the report says why.

    Safe to run again after a stop: a batch that is done stays as it is, and one that was broken off begins anew.
    """
    batch = SiteCheckBatch.objects.select_related("author").get(pk=pk)
    if batch.state in (BatchState.DONE, BatchState.REFUSED):
        return batch
    _tell(batch, state=BatchState.RUNNING, done=0)
    author: Any = batch.author or batch.author_name
    common = SiteRequest.from_json(batch.request)
    moment = timezone.now()
    with tempfile.TemporaryDirectory(dir=_folder()) as scratch:
        source = Path(scratch) / Path(batch.source_name).name
        document = Document.objects.get(pk=batch.document)
        with default_storage.open(document.stored_as, "rb") as stored:
            source.write_bytes(stored.read())
        spool = Path(scratch) / "results.jsonl"
        try:
            rows = read_rows(source, common)
            _examine(batch, rows, author, moment, spool, progress)
        except BatchRefused as refused:
            return _tell(batch, state=BatchState.REFUSED, report=refused.report, finished_at=timezone.now())
        with transaction.atomic():
            audit.hold()
            number = next_number(batch.zone)
            made = []
            with spool.open(encoding="utf-8") as kept:
                for place, (row, line) in enumerate(zip(rows, kept, strict=True)):
                    action = CheckSite(
                        row.request, batch.zone, author, row.title or f"{batch.title} {row.row}"
                    )
                    checked = _from_line(json.loads(line))
                    made.append(record_of(action, checked, moment, number + place, batch=batch, row=row.row))
                    if len(made) == 500:
                        SiteCheck.objects.bulk_create(made)
                        made = []
            SiteCheck.objects.bulk_create(made)
            _tell(batch, state=BatchState.DONE, done=len(rows), finished_at=timezone.now())
            audit.record(
                actor=author,
                action="site.batch-done",
                zone=batch.zone,
                subject_kind="site-check-batch",
                subject_key=str(batch.pk),
                after={"sites": len(rows), "first": number},
            )
    return batch


def _examine(
    batch: SiteCheckBatch,
    rows: list[BatchRow],
    author: Any,
    moment: dt.datetime,
    spool: Path,
    progress: Progress | None,
) -> None:
    faults: list[dict[str, Any]] = []
    with spool.open("w", encoding="utf-8") as kept:
        for place, row in enumerate(rows, start=1):
            try:
                checked = CheckSite(row.request, batch.zone, author, row.title).examine(moment)
                kept.write(json.dumps(_to_line(checked), ensure_ascii=False) + "\n")
            except (SiteRefused, PurposeRefused) as refused:
                faults.append(fault(row.row, row.title, getattr(refused, "code", "purpose"), refused.text))
            if place % 25 == 0 or place == len(rows):
                _tell(batch, done=place)
                if progress is not None:
                    progress(place, len(rows))
    if faults:
        raise BatchRefused(faults)


def _to_line(checked: CheckedSite) -> dict[str, Any]:
    return {
        "result": checked.result,
        "digest": checked.digest,
        "versions": [one.pk for one in checked.versions],
        "withheld": checked.withheld,
        "restricted": checked.restricted,
        "sample": checked.sample,
    }


def _from_line(line: dict[str, Any]) -> CheckedSite:
    from ecociv.territory.models import LayerVersion
    from ecociv.territory.rules.judging import Answer

    versions = LayerVersion.objects.select_related("layer").in_bulk(line["versions"])
    return CheckedSite(
        answer=Answer(line["result"]["answer"]),
        result=line["result"],
        digest=line["digest"],
        versions=tuple(versions[pk] for pk in line["versions"]),
        withheld=line["withheld"],
        restricted=line["restricted"],
        sample=line["sample"],
    )


def _tell(batch: SiteCheckBatch, **changed: Any) -> SiteCheckBatch:
    for name, value in changed.items():
        setattr(batch, name, value)
    batch.save(update_fields=list(changed))
    return batch


def _folder() -> Path:
    folder = Path(settings.ECOCIV_VAR) / "site-checks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def as_geopackage(checks: list[SiteCheck], path: Path) -> None:
    """The sites of checks with their answers as a layer that any GIS opens."""
    shapes = [shapely.from_geojson(json.dumps(each.result["site"]["geometry"])) for each in checks]
    columns = {
        "number": [each.reference for each in checks],
        "title": [each.title for each in checks],
        "purpose": [each.purpose for each in checks],
        "answer": [each.answer for each in checks],
        "reasons": ["; ".join(str(one["zh"]) for one in each.result["reasons"]) for each in checks],
        "area_m2": [float(each.area) for each in checks],
        "digest": [each.digest for each in checks],
    }
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.asarray(shapes, dtype=object)),
        [
            np.asarray(values, dtype=np.float64 if name == "area_m2" else object)
            for name, values in columns.items()
        ],
        np.asarray(list(columns), dtype=object),
        layer="site_checks",
        driver="GPKG",
        geometry_type="Unknown",
        crs="EPSG:4490",
    )
