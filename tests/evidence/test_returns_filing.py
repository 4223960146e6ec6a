"""Filing many returns at once: all or none, one batch, restated with a reason, unchanged left alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecociv.core.missing import Missing
from ecociv.evidence import queries
from ecociv.evidence.models import DepartmentalReturn, ImportRun, ReturnRevision, ReturnStep, Series
from ecociv.evidence.returns.actions import FileReturn, FileReturns, Filing, ReturnRefused
from ecociv.evidence.returns.chain import verify_returns
from evidence.returns_zone import ZONE, TrialDirectory, make_zone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_zone(tmp_path / "zones")
    monkeypatch.setenv("ECOCIV_ZONES", str(tmp_path / "zones"))


def water(total: Any, industry: Any, other: Any) -> dict[str, Any]:
    return {"use.total": total, "use.industry": industry, "use.other": other}


def bulk(filings: list[Filing], **more: Any) -> FileReturns:
    return FileReturns(ZONE, filings, "loader", "reviewer", directory=TrialDirectory(), **more)


def test_filing_writes_figures_absences_and_supplier() -> None:
    filed = bulk(
        [
            Filing("water", "trial-city", "2015", water(100.126, "40", Decimal("60.1"))),
            Filing("water", "north", "2015", water((Missing.WITHHELD, "涉密"), 12, 8)),
        ]
    ).execute()
    assert (filed.new, filed.restated, filed.unchanged) == (2, 0, 0)
    found = queries.observations(
        ["water/trial-city/use.total", "water/north/use.total", "water/north/use.other"]
    )
    city, north = found["water/trial-city/use.total"][0], found["water/north/use.total"][0]
    assert city.value == 100.13  # a float is rounded to the two decimals of the cell
    assert city.supplier == "市水利局"  # the successor of 市水务局 on the day of filing
    assert (north.value, north.missing, north.note, north.supplier) == (
        None,
        Missing.WITHHELD,
        "涉密",
        "北县政府",
    )
    assert city.valid_from == dt.datetime(2014, 12, 31, 16, tzinfo=dt.UTC)  # midnight in China
    assert city.valid_to == dt.datetime(2015, 12, 31, 16, tzinfo=dt.UTC)
    assert Series.objects.get(key="water/trial-city/use.total").averaging == "P1Y"
    assert ImportRun.objects.filter(kind="return").count() == 1
    assert str(filed.run) == city.batch
    assert list(ReturnStep.objects.filter(of__place="north").values_list("kind", flat=True)) == [
        "opened",
        "submitted",
        "reviewed",
        "accepted",
        "locked",
    ]
    assert verify_returns() is None


def test_one_wrong_return_stops_them_all_and_every_fault_is_listed() -> None:
    with pytest.raises(ReturnRefused) as refused:
        bulk(
            [
                Filing("water", "trial-city", "2015", water(100, 40, 60)),
                Filing("water", "north", "2015", water(100, 40, 50)),  # 40 + 50 = 90, tolerance 0.5
                Filing("water", "south", "2015", {"use.total": "约三百", "use.industry": 1}),
            ]
        ).execute()
    codes = sorted(each.code for each in refused.value.findings)
    assert codes == ["empty", "no-number", "rule-broken"]
    assert (
        DepartmentalReturn.objects.count() == ReturnRevision.objects.count() == ImportRun.objects.count() == 0
    )


def test_the_year_before_in_the_same_call_is_compared_with() -> None:
    """120 to 150 is 25 %, more than the 20 % of the rule: a warning that needs its explanation."""
    first = Filing("water", "trial-city", "2014", water(120, 60, 60))
    jump = Filing("water", "trial-city", "2015", water(150, 90, 60))
    with pytest.raises(ReturnRefused) as refused:
        bulk([first, jump]).execute()
    assert [each.key for each in refused.value.findings] == ["rule:use-jump"]
    explained = Filing(
        "water", "trial-city", "2015", water(150, 90, 60), explanations={"rule:use-jump": "新园区投产"}
    )
    assert bulk([first, explained]).execute().new == 2


def test_the_same_again_changes_nothing_and_other_figures_need_a_reason() -> None:
    one = Filing("water", "trial-city", "2015", water(100, 40, 60))
    bulk([one]).execute()
    again = bulk([one]).execute()
    assert (again.new, again.unchanged, again.run) == (0, 1, None)
    other = Filing("water", "trial-city", "2015", water(101, 41, 60))
    with pytest.raises(ReturnRefused, match="needs its reason"):
        bulk([other]).execute()
    restated = Filing("water", "trial-city", "2015", water(101, 41, 60), reason="漏报一户")
    assert bulk([restated]).execute().restated == 1
    found = queries.observations(
        ["water/trial-city/use.total", "water/trial-city/use.other"], all_revisions=True
    )
    assert [each.value for each in found["water/trial-city/use.total"]] == [100, 101]
    assert [each.value for each in found["water/trial-city/use.other"]] == [60]  # unchanged: no new revision
    assert verify_returns() is None


def test_sample_and_real_never_mix_and_only_sample_is_dated_back() -> None:
    at = dt.datetime(2016, 4, 20, 8, tzinfo=dt.UTC)
    values = water(100, 40, 60)
    with pytest.raises(ReturnRefused, match="not dated back"):
        FileReturn(ZONE, "water", "trial-city", "2015", values, "loader", submitted_at=at).execute()
    FileReturn(ZONE, "water", "trial-city", "2015", values, "loader", sample=True, submitted_at=at).execute()
    assert set(queries.observations(["sample/water/trial-city/use.total"])) == {
        "sample/water/trial-city/use.total"
    }
    assert queries.observations(["water/trial-city/use.total"]) == {}
    revision = ReturnRevision.objects.get()
    assert revision.submitted_at == at and revision.of.sample


def test_who_fills_does_not_review() -> None:
    one = [Filing("water", "trial-city", "2015", water(100, 40, 60))]
    with pytest.raises(ReturnRefused, match="must be two"):
        FileReturns(ZONE, one, "loader", "loader").execute()


@pytest.mark.parametrize(
    ("form", "place", "period", "code"),
    [
        ("nothing", "trial-city", "2015", "unknown-form"),
        ("staff", "north", "2015-Q1", "place-not-asked"),
        ("staff", "trial-city", "2014-Q4", "period-not-asked"),
        ("staff", "trial-city", "2015", "period-not-asked"),
        ("water", "trial-city", "2999", "period-not-over"),
    ],
)
def test_what_is_not_asked_for_is_refused(form: str, place: str, period: str, code: str) -> None:
    with pytest.raises(ReturnRefused) as refused:
        FileReturn(
            ZONE, form, place, period, {"officials.all": 3} if form == "staff" else water(1, 1, 0), "x"
        ).execute()
    assert refused.value.code == code


def test_a_filing_that_was_cut_off_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies after the decision and before the figures are written."""
    from ecociv.evidence.returns.actions import filing

    one = Filing("water", "trial-city", "2015", water(100, 40, 60))
    whole = filing.record

    def dies(*args: Any, **more: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(filing, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        bulk([one]).execute()
    assert queries.observations(["water/trial-city/use.total"]) == {}
    monkeypatch.setattr(filing, "record", whole)
    assert bulk([one]).execute().unchanged == 1
    assert [
        each.value
        for each in queries.observations(["water/trial-city/use.total"])["water/trial-city/use.total"]
    ] == [100]
    assert ReturnStep.objects.filter(kind="locked").count() == 1
