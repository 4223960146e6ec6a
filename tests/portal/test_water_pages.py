"""Water sections: class, target, exceedance, limits of detection, the year."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ecociv.evidence.mapping import load_mapping
from portal.evidence_for_pages import english, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
MAPPING = "water-zones-monthly"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return tmp_path


def monthly(folder: Path, tests: list[tuple[str, str, dict[str, str]]]) -> None:
    mapping = load_mapping(MAPPING)
    usual = {"ph": "7.2", "do": "8", "codmn": "2", "cod": "10", "bod5": "1", "nh3n": "0.3", "tp": "0.05"}
    lines = []
    for section, month, values in tests:
        cells = {mapping.place.column: section, mapping.time.date.column: month, **usual, **values}
        lines.append(",".join(cells.get(str(column), "") for column in mapping.columns))
    load(folder, MAPPING, ",".join(mapping.columns), lines)


def test_class_target_and_what_decides(folder: Path) -> None:
    # Section 16 has target class III. NH3-N 1.25 lies over 1.0 (III) and under 1.5 (IV): (1.25 - 1)/1 = 0.25.
    monthly(folder, [("示例断面16", "2017-03", {"nh3n": "1.25"}), ("示例断面1", "2017-03", {})])
    page = english().get("/water/").content.decode()
    assert "misses the target" in page
    assert "+0.25" in page
    assert "1 of 2 meet their target" in page
    only = english().get("/water/?target=missed").content.decode()
    assert "Sample section 16" in only
    assert "Sample section 1 (" not in only


def test_a_value_below_the_limit_is_shown_as_such_and_never_as_zero(folder: Path) -> None:
    monthly(folder, [("示例断面1", "2017-03", {"tp": "<0.01"})])
    page = english().get("/water/section-01/").content.decode()
    assert "&lt;0.01" in page
    assert "2017-03" in page


def test_the_year_counts_compliant_tests(folder: Path) -> None:
    # Seven tests, one misses: 6/7 = 85.7 %, at least 80 %, so the year meets the target.
    monthly(
        folder,
        [
            ("示例断面16", f"2017-{month:02d}", {"nh3n": "1.25" if month == 1 else "0.5"})
            for month in range(1, 8)
        ],
    )
    page = english().get("/water/section-16/").content.decode()
    assert "85.7%" in page
    assert "ammonia nitrogen 1" in page


def test_an_absent_month_is_not_evaluated_and_what_came_later_is_not_known(folder: Path) -> None:
    monthly(folder, [("示例断面1", "2017-03", {})])
    assert "not evaluated" in english().get("/water/?month=2017-02").content.decode()
    assert "No monthly tests" in english().get("/water/?as_of=2017-06-01").content.decode()
    assert english().get("/water/section-02/").status_code == 404
