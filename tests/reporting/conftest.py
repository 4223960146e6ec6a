"""The fonts of the reports, and each document composed once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ecociv.reporting.compose import annual_report
from ecociv.reporting.document import Document
from ecociv.reporting.problems import NoChineseFont
from ecociv.reporting.render.fonts import FontChoice, choose_fonts
from reporting import situations

SET_UP = Path(__file__).resolve().parents[2] / "var" / "fonts"


@pytest.fixture(scope="session")
def fonts() -> FontChoice:
    """A Chinese font: where `make setup` puts it, or the machine's own."""
    try:
        return choose_fonts(Path(os.environ.get("ECOCIV_FONTS") or SET_UP))
    except NoChineseFont as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def mixed() -> Document:
    """The report of a mixed year without sample data, in Chinese."""
    return annual_report(situations.a_mixed_year(), "zh")


@pytest.fixture(scope="session")
def mixed_in_english() -> Document:
    """The same in English."""
    return annual_report(situations.a_mixed_year(), "en")


@pytest.fixture(scope="session")
def sample() -> Document:
    """The report of a mixed year with two values that rest on sample data."""
    return annual_report(situations.a_mixed_year(sample=True), "zh")


@pytest.fixture(scope="session")
def empty() -> Document:
    """The report of a year without data."""
    return annual_report(situations.a_year_without_data(), "zh")
