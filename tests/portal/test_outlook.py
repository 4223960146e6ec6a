"""The outlook pages and command, on values made for the purpose."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from ecociv.indicators.models import IndicatorValue

pytestmark = pytest.mark.django_db

GREEN_BUILDINGS = {2015: "14", 2016: "20", 2017: "28"}


@pytest.fixture
def values(plan_in_database: None) -> None:
    """Indicator 22 with three years (50 % wanted in 2020), and indicator 3 with its parts."""
    now = timezone.now() - dt.timedelta(minutes=5)

    def row(series: str, year: int, **figure: Any) -> IndicatorValue:
        return IndicatorValue(
            zone="jingdezhen", series=series, place="jingdezhen", year=year, revision=1, unit="percent",
            sample=True, evidence_digest="", content_digest="", computed_at=now, **figure,
        )  # fmt: skip

    IndicatorValue.objects.bulk_create(
        [row("22", year, figure=text) for year, text in GREEN_BUILDINGS.items()]
        + [
            row("3", year, part_figures={"primary": f"{7.8 - 0.2 * n:.1f}", "secondary": "59.0", "tertiary": f"{33.2 + 0.2 * n:.1f}"})
            for n, year in enumerate(range(2012, 2018))
        ]
    )  # fmt: skip


def test_the_list_says_what_each_series_needs(client: Client, values: None) -> None:
    page = client.get("/outlook/?on=2017-12-31", headers={"accept-language": "en"}).content.decode()
    # (50 - 28) / (2020 - 2017) = 7.333
    assert "+7.333" in page
    assert "Green share of new urban buildings" in page
    assert "There are 0 yearly figures and a forecast needs 3" in page  # all the others
    assert page.count("sample-mark") >= 4  # one row of 22, three parts of 3


def test_the_list_can_be_filtered_and_exported(client: Client, values: None) -> None:
    only = client.get("/outlook/?on=2017-12-31&prospect=unknown&q=22").content.decode()
    assert "+7.333" not in only
    exported = client.get("/outlook/?on=2017-12-31&q=22&format=csv")
    assert exported.status_code == 200
    assert "+7.333" in exported.content.decode("utf-8-sig")


def test_a_day_in_the_past_uses_the_figures_up_to_then(client: Client, values: None) -> None:
    page = client.get("/outlook/?on=2016-12-31&q=22", headers={"accept-language": "en"}).content.decode()
    # (50 - 20) / (2020 - 2016) = 7.5, with two figures: no forecast
    assert "+7.5" in page
    assert "There are 2 yearly figures and a forecast needs 3" in page


def test_one_indicator_draws_its_parts(client: Client, values: None) -> None:
    page = client.get(
        "/indicators/3/outlook/?on=2016-12-31", headers={"accept-language": "en"}
    ).content.decode()
    assert page.count('data-chart="chart-data-outlook-3-') == 3
    assert "Primary sector" in page
    assert "80 % interval" in page


def test_an_indicator_without_figures_is_said_and_not_drawn(client: Client, values: None) -> None:
    page = client.get("/indicators/1/outlook/", headers={"accept-language": "en"}).content.decode()
    assert "There are 0 yearly figures" in page
    assert "data-chart=" not in page


def test_an_unknown_indicator_is_not_found(client: Client, values: None) -> None:
    assert client.get("/indicators/50/outlook/").status_code == 404


def test_the_command(values: None) -> None:
    from ecociv.cli.indicator import group

    made = CliRunner().invoke(group, ["forecast", "jingdezhen", "22", "--format", "json"])
    assert made.exit_code == 0, made.output
    found = json.loads(made.output)["series"][0]
    (seen,) = [each for each in found["outlooks"] if each["milestone"] == 2020]
    part = seen["parts"][0]
    assert part["required_rate"] == pytest.approx(22 / 3)
    assert [point["year"] for point in part["forecast"]] == [2018, 2019, 2020]
    assert 0 < part["chance"] < 1
    text = CliRunner().invoke(group, ["forecast", "jingdezhen", "22", "--language", "en"]).output
    assert "[SAMPLE DATA] Green share of new urban buildings" in text
    refused = CliRunner().invoke(group, ["forecast", "jingdezhen", "99"])
    assert refused.exit_code == 3
    assert "no indicator 99" in refused.output
