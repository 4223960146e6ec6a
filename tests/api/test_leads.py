"""Who leads a series is told by the plan, on the day: successors take over, parts that moved do not."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from api.conftest import START, make_series, make_token, make_user
from ecociv.api.leads import lead_on
from ecociv.evidence.models import InboxReading, Series

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]

# 市环保局 gave all its duties to 市生态环境局 at the beginning of 2019; of 市发改委 only parts moved (organisations.yaml)
OLD, NEW = "environmental-protection-bureau", "ecology-and-environment-bureau"
BEFORE, AFTER = date(2018, 12, 31), date(2019, 1, 1)


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    def set_day(day: date) -> None:
        monkeypatch.setattr("django.utils.timezone.localdate", lambda *_: day)

    return set_day


def sent(organisation: str, series: Series, language: str = "en") -> Any:
    body = json.dumps([{"series": series.key, "time": START.isoformat(), "value": 0.5}])
    token = make_token(make_user(f"user-{organisation}", organisation=organisation))
    return Client().post(
        "/api/v1/readings",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", "Accept-Language": language},
    )


def test_the_lead_of_a_day() -> None:
    def key(organisation: str, day: date) -> str | None:
        lead = lead_on("jingdezhen", organisation, day)
        return lead.key if lead else None

    assert key("市环保局", BEFORE) == OLD
    assert key("市环保局", AFTER) == key("景德镇市环境保护局", AFTER) == key(OLD, AFTER) == NEW
    assert key("市发改委", AFTER) == "development-and-reform-commission"
    assert key("aqistudy", AFTER) == "aqistudy"  # no body of the plan
    assert key("", AFTER) is None


def test_after_the_reform_the_successor_sends_and_the_old_body_does_not(series: Series, on: Any) -> None:
    on(AFTER)
    assert sent(NEW, series).status_code == 200
    refused = sent(OLD, series)
    assert refused.status_code == 403
    assert refused.json()["refused"][0]["message"].endswith("The lead is Ecology and Environment Bureau.")
    assert (
        sent("forestry-bureau", series, "zh-hans")
        .json()["refused"][0]["message"]
        .startswith("这些数据由牵头单位市生态环境局")
    )
    assert InboxReading.objects.count() == 1


def test_the_old_body_sends_while_it_holds_its_duties(series: Series, on: Any) -> None:
    on(BEFORE)
    assert sent(OLD, series).status_code == 200
    assert sent(NEW, series).status_code == 403


def test_a_body_that_gave_only_parts_away_still_sends(on: Any) -> None:
    on(AFTER)
    series = make_series(organisation="市发改委")
    assert sent("development-and-reform-commission", series).status_code == 200
    assert sent(NEW, series).status_code == 403


def test_a_series_that_names_the_key_of_a_body_goes_the_same_way(on: Any) -> None:
    on(AFTER)
    series = make_series(organisation=OLD)
    assert sent(NEW, series).status_code == 200


def test_a_correction_and_a_new_observation_ask_the_same(series: Series, on: Any) -> None:
    on(AFTER)

    def post(organisation: str) -> int:
        token = make_token(make_user(f"sta-{organisation}", organisation=organisation))
        return (
            Client()
            .post(
                f"/sta/v1.1/Datastreams({series.pk})/Observations",
                '{"phenomenonTime": "2017-02-01T00:00:00Z", "result": 1}',
                content_type="application/json",
                headers={"Authorization": f"Bearer {token}"},
            )
            .status_code
        )

    assert (post(NEW), post(OLD)) == (201, 403)
