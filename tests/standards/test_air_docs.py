"""The tables in the documentation are the parameters."""

from pathlib import Path

import pytest

from ecociv.standards import parameter

DOCS = Path(__file__).resolve().parents[2] / "docs" / "standards"
KEYS = {"SO2": "so2", "NO2": "no2", "CO": "co", "O3": "o3", "PM10": "pm10", "PM2.5": "pm2_5"}


def rows_of(page, width):
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in rows if len(row) == width]


@pytest.mark.parametrize("edition", ["HJ 633-2012", "HJ 633-2026"])
def test_breakpoints(edition):
    shown = {row[0]: tuple(int(cell) for cell in row[1:] if cell) for row in rows_of("air-hj633.md", 9)[2:]}
    year = edition[-4:]
    for kind, spans in {"daily": ("24 h", "8 h"), "hourly": ("1 h", "1 h")}.items():
        for item, knots in parameter(f"air.breakpoints.{kind}", edition=edition).table.items():
            if item == "index":
                continue
            name = next(
                name for name, key in KEYS.items() if key == item.removesuffix("_8h").removesuffix("_1h")
            )
            if name.startswith("PM"):
                label = f"{name} {year}"
            elif name == "O3":
                label = "O3 8 h" if item == "o3_8h" else "O3 1 h"
            else:
                label = f"{name} {spans[0]}"
            assert shown[label] == knots, (kind, item)


def test_limits():
    editions = ("GB 3095-2012", "GB 3095-2026 transition", "GB 3095-2026 final")
    shown = {}
    for name, period, *cells in rows_of("air-gb3095.md", 5)[2:]:
        shown[KEYS[name], period] = [tuple(float(part) for part in cell.split("/")) for cell in cells]
    for place, edition in enumerate(editions):
        table = parameter("air.limits", edition=edition).table
        declared = {(item, period) for item, periods in table.items() for period in periods}
        assert declared == set(shown)
        for (item, period), cells in shown.items():
            assert cells[place] == tuple(float(value) for value in table[item][period]), (
                item,
                period,
                edition,
            )


def test_percentiles():
    shown = [row for row in rows_of("air-hj663.md", 6) if row[0].isdigit()]
    assert [int(cell) for cell in shown[0]] == list(
        parameter("air.percentiles", edition="HJ 663-2013").table.values()
    )
