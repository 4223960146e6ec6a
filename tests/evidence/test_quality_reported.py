"""Reported yearly figures against the sensors, as declared in ``quality.yaml``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from ecociv.evidence.actions.append import AppendObservations
from ecociv.evidence.models import ObservedProperty, Place, QualityFinding, Series
from ecociv.evidence.quality.reported import mean_over
from ecociv.evidence.quality.run import LOCAL, Outcome, QualityRefused, RunQualityControl
from ecociv.evidence.schema import STAGED

pytestmark = pytest.mark.django_db(transaction=True)
YEAR = 2017
START, END = datetime(YEAR, 1, 1, tzinfo=LOCAL), datetime(YEAR + 1, 1, 1, tzinfo=LOCAL)
HOURLY, DAILY = "jingdezhen-stations-hourly", "jiangxi-cities-daily"
FIGURE = f"{DAILY}/jingdezhen/pm2_5"


def _series(key: str, kind: str, unit: str = "ug / m3") -> Series:
    network, place, item = key.split("/")
    observed, _ = ObservedProperty.objects.get_or_create(
        key=item, defaults={"name_zh": "细颗粒物", "name_en": "PM2.5"}
    )
    at, _ = Place.objects.get_or_create(
        key=place, defaults={"kind": kind, "name_zh": place, "name_en": place}
    )
    made = Series(key=key, property=observed, place=at, network=network, unit=unit, statistic="mean")
    made.save()
    return made


def _append(series: Series, values: np.ndarray, hours: int) -> None:
    begin = np.datetime64(START.astimezone(UTC).replace(tzinfo=None), "us")
    starts = begin + np.arange(values.size) * np.timedelta64(hours, "h")
    columns = {
        "series_id": pa.array(np.full(values.size, series.pk)),
        "valid_from": pa.array(starts).cast(STAGED.field("valid_from").type),
        "valid_to": pa.array(starts + np.timedelta64(hours, "h")).cast(STAGED.field("valid_to").type),
        "value": pa.array(values),
        "quality": pa.repeat("good", values.size),
        "source_row": pa.array(np.arange(values.size, dtype=np.int32)),
    }
    table = pa.table(
        [columns.get(each.name, pa.nulls(values.size, each.type)) for each in STAGED], schema=STAGED
    )
    AppendObservations(
        table, author="test", kind="bulk", source="0" * 64, sample=False, reason="test"
    ).execute()


def _hours() -> np.ndarray:
    """Three stations about 50, with days that move together; shape (3, hours of the year)."""
    random = np.random.default_rng(3)
    days = 50 * np.exp(0.3 * random.standard_normal(365))
    return np.rint(np.repeat(days, 24) * np.exp(0.1 * random.standard_normal((3, 365 * 24))))


def _run(network: str = HOURLY) -> Outcome:
    return RunQualityControl("jingdezhen", [network], START, END, author="test").execute()


def _set_up(share: float, unit: str = "ug / m3") -> None:
    """Stations, and a city figure that is their daily mean times ``share``."""
    hours = _hours()
    for name, line in zip(("one", "two", "three"), hours, strict=True):
        _append(_series(f"{HOURLY}/{name}/pm2_5", "station"), line, 1)
    figures = np.round(share * hours.mean(axis=0).reshape(365, 24).mean(axis=1), 1)
    _append(_series(FIGURE, "city", unit), figures, 24)


def test_an_honest_figure_is_no_finding() -> None:
    _set_up(1.0)
    assert "reported-figure" not in _run().findings


def test_a_forged_figure_is_found_once_and_stays_with_its_series() -> None:
    # instruments: 0.075 x sqrt(0.5 + 0.5 / 3) = 6.1 % of the mean, so that 30 % less is about 4.9 uncertainties away
    _set_up(0.7)
    assert _run().findings["reported-figure"] == 1
    finding = QualityFinding.objects.get(rule="reported-figure")
    assert finding.series.key == FIGURE and (finding.starts_at, finding.ends_at) == (START, END)
    assert finding.evidence["reported"] == pytest.approx(0.7 * finding.evidence["mean"], rel=0.01)
    assert "4.9" in finding.sentence_en
    assert _run().new_findings == 0
    # a look at the other network alone does not say that it is gone
    assert _run(DAILY).gone == 0
    assert not QualityFinding.objects.filter(gone=True).exists()


def test_a_figure_in_another_unit_is_refused() -> None:
    _set_up(1.0, unit="mg / m3")
    with pytest.raises(QualityRefused, match="one unit"):
        _run()


def test_mean_of_a_year_needs_most_of_it() -> None:
    _set_up(1.0)
    from ecociv.evidence.store import EvidenceStore

    number = Series.objects.get(key=FIGURE).pk
    whole = EvidenceStore().observations([number], start=START, end=END)
    values = np.array(whole.column("value").to_pylist())
    assert mean_over(whole, START, END) == pytest.approx(values.mean())
    # 274 days are 75.07 % of 365, 273 are 74.8 %
    assert mean_over(whole.slice(0, 274), START, END) == pytest.approx(values[:274].mean())
    assert mean_over(whole.slice(0, 273), START, END) is None
    # a period that reaches into the next year does not count
    assert mean_over(whole, START, START + timedelta(days=364, hours=12)) == pytest.approx(
        values[:364].mean()
    )
