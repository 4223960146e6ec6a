"""A store and a document folder of its own for each test, and a small mapping to load with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ecociv.core.missing import Missing
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.store import EvidenceStore


@pytest.fixture(autouse=True)
def evidence_folder(settings: Any, tmp_path: Path) -> Path:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return tmp_path


@pytest.fixture
def store() -> EvidenceStore:
    return EvidenceStore()


def two_city_mapping(**changes: Any) -> Mapping:
    """Wide, daily: city, date, pm2_5, so2; 黄山 is passed over."""
    declared: dict[str, Any] = {
        "key": "two-cities",
        "title": {"zh": "两市", "en": "Two cities"},
        "network": "two-cities",
        "layout": "wide",
        "time": {"zone": "Asia/Shanghai", "period": "day", "date": {"column": "date", "format": "%Y-%m-%d"}},
        "place": {
            "column": "city",
            "names": {"景德镇": "jingdezhen", "南昌": "nanchang"},
            "skip": {"黄山": {"zh": "外省", "en": "another province"}},
        },
        "supplier": {"constant": "市环保局"},
        "values": {
            "pm2_5": {
                "property": "pm2_5",
                "name": {"zh": "细颗粒物", "en": "Fine particles"},
                "unit": "ug / m3",
                "statistic": "mean",
                "averaging": "P1D",
                "plausible": [1, 1000],
                "zero": "suspect",
            },
            "so2": {
                "property": "so2",
                "name": {"zh": "二氧化硫", "en": "Sulphur dioxide"},
                "unit": "ug / m3",
                "statistic": "mean",
                "averaging": "P1D",
                "censored": True,
            },
        },
        "missing": {"": Missing.MISSING, "—": Missing.MISSING, "涉密": Missing.WITHHELD},
    }
    declared.update(changes)
    return Mapping.model_validate(declared)


@pytest.fixture
def mapping() -> Mapping:
    return two_city_mapping()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write lines under the header of the two-city mapping."""

    def make(
        *lines: str, name: str = "air.csv", header: str = "city,date,pm2_5,so2", encoding: str = "utf-8"
    ) -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([header, *lines, ""]).encode(encoding))
        return path

    return make
