"""Large searches for sites: in line, followed, cancelled, refused with the sentence, kept, repeated, forgotten."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.territory import jobs
from ecociv.territory.models import SitingScenario, SitingSearch
from ecociv.territory.siting import searches
from ecociv.territory.siting.actions import FindSites, SitingRequest
from ecociv.territory.siting.candidates import SitingRefused
from ecociv.territory.siting.models import SearchState
from ecociv.territory.siting.searches import (
    CancelSearch,
    OpenSearch,
    forget_searches,
    keep_search,
    run_search,
)
from territory.site_layers import ZONE, lay_all

DAY = dt.date(2018, 6, 1)
QUERY = {"purpose": "ceramics-works", "area": "100", "on": "2018-06-01", "search": "1"}


@pytest.fixture
def layers(plan_in_database: None, db: None) -> dict[str, Any]:
    return lay_all()


@pytest.fixture
def planner(layers: dict[str, Any]) -> User:
    return User.objects.create(
        username="planner", role=Role.DEPARTMENT_OFFICER.value, organisation="planning-bureau", zone=ZONE
    )


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """No search is answered at once, and what is put in line is only noted."""
    lined: list[int] = []
    monkeypatch.setattr("ecociv.portal.views.siting.AT_ONCE", 0)
    for place in ("ecociv.portal.views.siting", "ecociv.portal.views.siting_searches"):
        monkeypatch.setattr(f"{place}.search_sites", lined.append)
    return lined


def asked(**said: Any) -> SitingRequest:
    return SitingRequest(**{"purpose": "ceramics-works", "area": 1_000_000.0, "on": DAY, **said})


def test_the_size_of_a_search_is_its_tiles(planner: User) -> None:
    # The zone is 117.0-117.2 by 29.0-29.2: four tiles of 0.05 degrees each way, and those that its border touches.
    size = FindSites(asked(), ZONE, planner).size()
    assert 16 <= size <= 36
    half = "POLYGON((117.01 29.01,117.04 29.01,117.04 29.04,117.01 29.04,117.01 29.01))"
    assert FindSites(asked(within=half), ZONE, planner).size() == 1


def test_a_search_in_line_finds_what_one_at_once_finds(planner: User) -> None:
    search = OpenSearch(asked(), ZONE, planner).execute()
    assert search.state == SearchState.WAITING and search.result is None
    found = run_search(search.pk)
    assert found.state == SearchState.DONE and found.done == found.total > 0
    assert found.digest == FindSites(asked(), ZONE, planner).examine(found.as_of).digest
    # Made once: a second turn of the queue changes nothing.
    ended = found.finished_at
    assert run_search(search.pk).finished_at == ended


def test_what_it_found_is_kept_as_a_scenario_that_repeats(planner: User) -> None:
    search = run_search(OpenSearch(asked(), ZONE, planner).execute().pk)
    kept = keep_search(search, planner, "厂址")
    assert (kept.title, kept.digest, kept.as_of) == ("厂址", search.digest, search.as_of)
    again = run_search(OpenSearch(SitingRequest.from_json(kept.request), ZONE, planner, kept).execute().pk)
    assert again.digest == kept.digest and again.as_of == kept.as_of


def test_nothing_is_kept_of_a_search_without_result(planner: User) -> None:
    with pytest.raises(SitingRefused, match="no result to keep"):
        keep_search(OpenSearch(asked(), ZONE, planner).execute(), planner)


def test_a_search_that_makes_no_sense_never_waits_in_line(planner: User) -> None:
    with pytest.raises(SitingRefused, match="no area 'nowhere'"):
        OpenSearch(asked(counties=["nowhere"]), ZONE, planner).execute()
    assert not SitingSearch.objects.exists()


def test_what_only_shows_while_searching_is_said(planner: User) -> None:
    found = run_search(OpenSearch(asked(cell=10.0), ZONE, planner).execute().pk)
    assert (
        found.state == SearchState.REFUSED
        and "at least 1000 m" in found.said_en
        and "1000米" in found.said_zh
    )


def test_one_that_waits_is_cancelled_at_once(planner: User) -> None:
    search = OpenSearch(asked(), ZONE, planner).execute()
    CancelSearch(search, planner).execute()
    search.refresh_from_db()
    assert search.state == SearchState.CANCELLED
    assert run_search(search.pk).result is None
    with pytest.raises(SitingRefused, match="has ended"):
        CancelSearch(search, planner).execute()


def test_one_that_runs_stops_after_the_tile_in_hand(planner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    search = OpenSearch(asked(), ZONE, planner).execute()
    told: list[int] = []
    say = searches._far

    def far(pk: int, done: int, total: int) -> None:
        told.append(done)
        if done == 3:
            CancelSearch(SitingSearch.objects.get(pk=pk), planner).execute()
        say(pk, done, total)

    monkeypatch.setattr(searches, "_far", far)
    ended = run_search(search.pk)
    assert ended.state == SearchState.CANCELLED and told == [1, 2, 3] and ended.result is None


def test_only_who_asked_cancels(planner: User) -> None:
    search = OpenSearch(asked(), ZONE, planner).execute()
    other = User.objects.create(
        username="other", role=Role.DEPARTMENT_OFFICER.value, organisation="planning-bureau", zone=ZONE
    )
    with pytest.raises(PermissionDenied):
        CancelSearch(search, other).execute()


def test_searches_are_forgotten_a_month_after_they_ended(planner: User) -> None:
    search = run_search(OpenSearch(asked(), ZONE, planner).execute().pk)
    waiting = OpenSearch(asked(), ZONE, planner).execute()
    assert forget_searches(timezone.now() + dt.timedelta(days=29)) == 0
    assert forget_searches(timezone.now() + dt.timedelta(days=31)) == 1
    assert list(SitingSearch.objects.all()) == [waiting] and search.pk != waiting.pk


def test_the_pages_start_follow_and_keep(
    client: Client, planner: User, everything_is_large: list[int]
) -> None:
    client.force_login(planner)
    asked_for = client.get("/territory/siting/", QUERY).content.decode()
    assert "/territory/siting/start/" in asked_for and 'name="geometry"' not in asked_for
    assert client.get("/territory/siting/alternatives.geojson", QUERY).status_code == 404
    started = client.post("/territory/siting/start/", QUERY)
    (pk,) = everything_is_large
    address = f"/territory/siting/searches/{pk}/"
    assert started.status_code == 302 and started["Location"] == address
    assert "<progress" in client.get(address).content.decode()
    run_search(pk)
    page = client.get(address).content.decode()
    assert 'name="geometry"' in page and 'http-equiv="refresh"' not in page
    assert client.get(f"{address}alternatives.geojson").json()["features"]
    assert client.post(f"{address}keep/", {"title": "厂址"}).status_code == 302
    kept = SitingScenario.objects.get()
    # A scenario is made again in line too, and its page says what came of it.
    assert client.post(f"/territory/siting/scenarios/{kept.number}/repeat/").status_code == 302
    run_search(everything_is_large[1])
    again = client.get(f"/territory/siting/searches/{everything_is_large[1]}/").content.decode()
    assert "alert-success" in again and kept.reference in again
    # A search is seen by whoever asked for it.
    client.force_login(
        User.objects.create(username="other", role=Role.DEPARTMENT_OFFICER.value, organisation="x", zone=ZONE)
    )
    assert client.get(address).status_code == 404


def test_the_page_cancels(client: Client, planner: User, everything_is_large: list[int]) -> None:
    client.force_login(planner)
    client.post("/territory/siting/start/", QUERY)
    address = f"/territory/siting/searches/{everything_is_large[0]}/"
    assert client.post(f"{address}cancel/").status_code == 302
    page = client.get(address)
    assert page.status_code == 200 and "alert-warning" in page.content.decode()
    assert client.post("/territory/siting/start/", {**QUERY, "area": "-1"}).status_code == 302


def test_the_queue_makes_a_search(planner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    # The tests' database lives in one connection, which the task would close.
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)
    search = OpenSearch(asked(), ZONE, planner).execute()
    jobs.search_sites.call_local(search.pk)
    search.refresh_from_db()
    assert search.state == SearchState.DONE
