"""Small evidence for tests of the indicators: a yearly return and daily air of some cities, loaded like any other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ecociv.evidence.actions import LoadFile
from ecociv.evidence.report import ImportReport

CITIES = ("南昌", "景德镇", "萍乡", "九江", "新余", "鹰潭", "赣州", "吉安", "宜春", "抚州", "上饶")
AIR_HEADER = "city,date,aqi,aqi_range,quality,pm2_5,pm10,so2,co,no2,o3,rank"
RETURN_HEADER = "series,year,value,unit,supplier,note"
CLEAN = {"pm2_5": "20", "pm10": "40", "so2": "10", "co": "0.5", "no2": "15", "o3": "60"}


def load_return(
    folder: Path, *rows: str, name: str = "return.csv", reason: str = "", sample: bool = False
) -> ImportReport:
    """Load rows ``series,year,value,unit[,supplier[,note]]``."""
    full = [row + "," * (5 - row.count(",")) for row in rows]
    full = [row.replace(",,", ",市统计局,", 1) if row.endswith(",,") else row for row in full]
    path = folder / name
    path.write_text("\n".join([RETURN_HEADER, *full, ""]), encoding="utf-8")
    return LoadFile(path, "annual-return", "tester", reason, sample=sample).execute()


def days(first: date, count: int) -> list[date]:
    """So many days on end."""
    return [first + timedelta(days=number) for number in range(count)]


def air_rows(city: str, when: Iterable[date], **concentrations: str) -> list[str]:
    """Clean days of a city, but for the concentrations given."""
    cells = {**CLEAN, **concentrations}
    return [
        f"{city},{day.isoformat()},,,,{cells['pm2_5']},{cells['pm10']},{cells['so2']},{cells['co']},{cells['no2']},{cells['o3']},"
        for day in when
    ]


def load_air(folder: Path, rows: Iterable[str], *, name: str = "air.csv", **given: Any) -> ImportReport:
    """Load rows of daily air."""
    path = folder / name
    path.write_text("\n".join([AIR_HEADER, *rows, ""]), encoding="utf-8")
    return LoadFile(path, "jiangxi-cities-daily", "tester", **given).execute()


def year_of_air(bad_days: dict[str, int], year: int = 2015) -> list[str]:
    """A full year of each city: so many days with PM2.5 of 80 (index 107 by HJ 633-2012), the others clean."""
    rows = []
    for city, bad in bad_days.items():
        every = days(date(year, 1, 1), 366 if year % 4 == 0 else 365)
        # spread over the year, so that no month stands out
        spoilt = {every[round(number * len(every) / bad)] for number in range(bad)} if bad else set()
        rows += air_rows(city, [day for day in every if day not in spoilt])
        rows += air_rows(city, sorted(spoilt), pm2_5="80")
    return rows
