"""Primary records for tests of the indicator pages: two counties disagree with the city, and one return is restated."""

from __future__ import annotations

from typing import Any

from ecociv.evidence.models import ImportRun
from ecociv.indicators.compute import compute
from indicators.primary_records import file_cells, group

ZONE = "jingdezhen"
REASON = "普查后修订 Revised after the census"


def use_folder(settings: Any, tmp_path: Any) -> None:
    """Evidence and documents of a test go under its own folder."""
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")


def file_year(year: int = 2015, *, sample: bool = False) -> None:
    """GDP 7,721,000 of 1,628,000 people; water use 80,000 of the city against 4 x 20,500 of its counties (82,000)."""
    cells: dict[str, Any] = {
        f"economy/{ZONE}/gdp.current": 7_721_000,
        f"economy/{ZONE}/population.resident": 1_628_000,
        f"water-use/{ZONE}/use.total": 80_000,
        f"land/{ZONE}/land.cultivated": 84_000,
    }
    for number, place in enumerate(group("counties")):
        cells |= {
            f"economy/{place}/gdp.current": 1_930_250,  # 4 x 1,930,250 = 7,721,000
            f"economy/{place}/population.resident": 350_000 + 20_000 * number,
            f"water-use/{place}/use.total": 20_500,
        }
    file_cells(year, cells, sample=sample, reason="")


def restate(year: int = 2015) -> ImportRun:
    """GDP of the city becomes 7,900,000; the run that said so."""
    file_cells(year, {f"economy/{ZONE}/gdp.current": 7_900_000}, reason=REASON)
    return ImportRun.objects.order_by("-recorded_at")[0]


def file_and_compute() -> None:
    """The figures of 2015 on record."""
    file_year()
    compute(ZONE, 2015)
