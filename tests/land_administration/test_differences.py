"""Runs on record: repeated bit for bit, identities through versions, cases from opening to closing, pages, command."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyogrio
import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.test import Client

from ecociv.casework.actions import TakeStep
from ecociv.land_administration.differences.cases import (
    CloseVanished,
    CoordinationRefused,
    OpenDifferences,
    closings,
)
from ecociv.land_administration.differences.jobs import ask_for_run, make_run
from ecociv.land_administration.differences.models import Difference, DifferenceJob, DifferenceRun
from ecociv.land_administration.differences.queries import (
    family_of,
    history_of,
    standings,
    tally_by_county,
    tally_by_pair,
)
from ecociv.land_administration.differences.running import RunDifferences, RunRefused, repeat
from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ecociv.territory.models import LayerVersion
from land_administration.plans import CITY, DAY, box, city, farmland, lay_plans
from land_administration.situations import BUREAU, FULIANG, LEPING, ZONE

Make = Callable[..., User]


@pytest.fixture
def bureau(user: Make) -> User:
    return user("department_officer", BUREAU)


@pytest.fixture
def first(counties: LayerVersion) -> DifferenceRun:
    """PD-1 in Fuliang, PD-2 on the border of the counties."""
    lay_plans()
    return RunDifferences(ZONE, "test", DAY).execute()


def run_again() -> DifferenceRun:
    return RunDifferences(ZONE, "test", DAY).execute()


def test_a_run_is_recorded_adds_up_and_is_repeated_bit_for_bit(first: DifferenceRun) -> None:
    assert (first.number, first.count, first.sliver_count) == (1, 2, 0)
    patches = list(first.patches.order_by("difference__number"))
    assert sum(one.area for one in patches) == first.area == sum(Decimal(row["area"]) for row in first.pairs)
    # C2 lies half on each side of 117.50.
    assert [code for code, _area in patches[1].counties] in ([FULIANG, LEPING], [LEPING, FULIANG])
    assert sum(Decimal(area) for _code, area in patches[1].counties) == patches[1].area
    assert [row["prevails"] for row in first.pairs] == ["b"]  # city before farmland by key; farmland prevails
    with pytest.raises(AppendOnlyError):
        first.delete()
    farmland(
        [("F9", box(117.8, 117.9), "basic-farmland")]
    )  # a later version changes nothing of what was known
    run_again()
    assert repeat(first).same and repeat(DifferenceRun.objects.get(number=2)).same


def test_identity_through_versions_split_resolved_and_reappeared(first: DifferenceRun) -> None:
    # C1 leaves a gap in its 10 wide overlap: 6 stay with PD-1, 3 split off; C2 leaves the farmland altogether.
    city(
        [
            ("C1", box(117.114, 117.13), "M"),
            ("C1b", box(117.11, 117.113), "M"),
            ("C2", box(117.60, 117.62), "M"),
        ]
    )
    second = run_again()
    states = {one.difference.number: one for one in standings(ZONE)}
    assert [one.event.kind for one in states.values()] == ["appeared", "resolved", "appeared"]
    assert states[1].patch.run == second
    assert states[2].event.by == [{"layer": CITY, "before": 1, "after": 2}]
    _parents, children = family_of(states[1].difference)
    assert [(one.child.number, one.relation) for one in children] == [(3, "split")]
    city([("C1", box(117.114, 117.13), "M"), ("C2", box(117.49, 117.51), "M")])
    run_again()
    states = {one.difference.number: one for one in standings(ZONE)}
    assert {number: one.event.kind for number, one in states.items()} == {
        1: "appeared",
        2: "returned",
        3: "resolved",
    }
    assert [(m.run.number, m.event.kind if m.event else None) for m in history_of(states[2].difference)] == [
        (3, "returned"),
        (2, "resolved"),
        (1, "appeared"),
    ]
    # As known before the last run, the second difference was gone.
    earlier = {one.difference.number: one.alive for one in standings(ZONE, as_of=second.recorded_at)}
    assert earlier == {1: True, 2: False, 3: True}
    assert all(repeat(run).same for run in DifferenceRun.objects.all())


def test_a_run_of_some_layers_says_nothing_of_the_others(first: DifferenceRun, user: Make) -> None:
    from land_administration.plans import lay

    lay(
        "red-line",
        "ecological-red-line",
        [("R", box(117.1, 117.2), "class-one")],
        "environmental-protection-bureau",
    )
    RunDifferences(ZONE, "test", DAY, ("red-line", "city")).execute()
    assert all(one.alive for one in standings(ZONE))
    assert {one.difference.layer_b for one in standings(ZONE)} == {"farmland", "red-line"}


def test_runs_go_forward_and_an_earlier_day_is_only_looked_at(first: DifferenceRun, user: Make) -> None:
    early = RunDifferences(ZONE, "test", DAY - dt.timedelta(days=1))
    with pytest.raises(RunRefused, match="--trial"):
        early.execute()
    assert early.examine().comparison.counts().patches == 2 and DifferenceRun.objects.count() == 1
    with pytest.raises(RunRefused, match="No such layer.*: roads"):
        RunDifferences(ZONE, "test", DAY, ("roads", "city")).execute()
    with pytest.raises(PermissionDenied):
        RunDifferences(ZONE, user("county_officer", "fuliang-county"), DAY).execute()


def test_statistics_by_pair_and_county_add_up_to_the_run(first: DifferenceRun) -> None:
    found = standings(ZONE)
    assert sum(one.area for one in tally_by_pair(found)) == first.area
    by_county = tally_by_county(found)
    assert sum(one.area for one in by_county) == first.area
    assert {one.key[0]: one.parts for one in by_county} == {FULIANG: 2, LEPING: 1}


def test_a_job_makes_the_run_with_progress_and_says_why_not(counties: LayerVersion, bureau: User) -> None:
    lay_plans()
    job = make_run(ask_for_run(RunDifferences(ZONE, bureau, DAY)).pk)
    assert (job.state, job.done, job.total) == ("done", 1, 1) and job.run.count == 2
    refused = DifferenceJob.objects.create(
        zone=ZONE,
        request={"on": "2018-06-01", "layers": ["roads", "city"]},
        author_name="test",
        created_at=job.created_at,
    )
    assert make_run(refused.pk).state == "refused" and DifferenceRun.objects.count() == 1
    refused.refresh_from_db()
    assert "roads" in refused.said_en


def test_a_difference_is_coordinated_decided_carried_out_and_closed_by_the_next_run(
    first: DifferenceRun, bureau: User, user: Make
) -> None:
    office = user("leading_group_office", "")
    planning = user("department_officer", BUREAU)
    both = list(Difference.objects.all())
    opened = OpenDifferences(ZONE, both[:1], office).execute()
    again = OpenDifferences(ZONE, both[:1], bureau).execute()
    assert len(opened.cases) == 1 and (again.cases, again.known) == ((), 1)
    case = opened.cases[0].case
    assert case.subject == f"difference:{both[0].pk}" and case.due is not None

    def step(author: User, move: str, **said: Any) -> None:
        case.refresh_from_db()
        TakeStep(case, move, author, case.steps_taken, **said).execute()

    step(bureau, "confirm")
    step(bureau, "state-b", fields={"position_b": "已划定，不可占用"})
    step(planning, "state-a-last", fields={"position_a": "项目已批"})
    step(bureau, "submit", reason="未能一致")
    step(office, "decide", reason="永久基本农田优先", fields={"decision": "城规调出"})
    step(planning, "carry-out", fields={"changed": "city v2"})
    assert case.state != "closed"
    with pytest.raises(CoordinationRefused, match="no open case"):
        CloseVanished(run_again(), bureau).execute()
    city([("C2", box(117.49, 117.51), "M")])
    run = run_again()
    assert [one.pk for _event, one in closings(ZONE, run)] == [case.pk]
    with pytest.raises(CoordinationRefused, match="followed run 1"):
        CloseVanished(first, bureau).execute()
    (closed,) = CloseVanished(run, bureau).execute()
    closed.refresh_from_db()
    assert closed.state == "closed" and closed.closed_at is not None
    with pytest.raises(CoordinationRefused, match="PD-00001 no longer stands"):
        OpenDifferences(ZONE, both[:1], bureau).execute()


def test_a_layer_without_a_known_keeper_cannot_be_coordinated(counties: LayerVersion, bureau: User) -> None:
    farmland([("F", box(117.1, 117.12), "basic-farmland")])
    city([("C", box(117.1, 117.12), "M")], owner="不知道")
    run_again()
    with pytest.raises(CoordinationRefused, match="keeps the layer 'city' is not known"):
        OpenDifferences(ZONE, Difference.objects.all(), bureau).execute()


def test_the_pages_list_filter_export_show_run_and_open(
    client: Client, first: DifferenceRun, bureau: User, user: Make, tmp_path: Path
) -> None:
    one = Difference.objects.get(number=1)
    assert client.get("/land/differences/").status_code in (302, 403)
    client.force_login(user("county_officer", "fuliang-county"))
    assert client.post("/land/differences/run/", {"on": "2018-06-01"}).status_code == 403
    assert client.post("/land/differences/open/", {"pk": one.pk}).status_code == 403
    client.force_login(bureau)
    page = client.get("/land/differences/", {"county": LEPING}).content.decode()
    assert ">PD-00002<" in page and ">PD-00001<" not in page
    rows = client.get("/land/differences/", {"format": "csv", "sort": "-area"}).content.decode()
    assert rows.count("PD-0000") == 2
    detail = client.get(f"/land/differences/{one.pk}/").content.decode()
    assert "<path" in detail and "/land/differences/runs/1/" in detail
    assert client.get("/land/differences/99999/").status_code == 404
    statistics = client.get("/land/differences/statistics/").content.decode()
    assert f"?county={LEPING}" in statistics and f"{first.area}" in statistics
    layer = tmp_path / "d.gpkg"
    layer.write_bytes(client.get("/land/differences/patches.gpkg").content)
    _meta, _fids, _shapes, fields = pyogrio.raw.read(layer)
    assert sorted(fields[0]) == ["PD-00001", "PD-00002"]
    assert client.post("/land/differences/open/", {"pk": one.pk}).status_code == 302
    detail = client.get(f"/land/differences/{one.pk}/").content.decode()
    assert "/cases/plan-difference/" in detail
    assert client.post("/land/differences/open/?county=" + LEPING, {"all": "1"}).status_code == 302
    assert all(each.case for each in standings(ZONE))
    city([("C9", box(117.7, 117.71), "M")])
    run = run_again()
    page = client.get(f"/land/differences/runs/{run.number}/").content.decode()
    assert f"/land/differences/runs/{run.number}/close/" in page
    assert client.post(f"/land/differences/runs/{run.number}/close/").status_code == 302
    assert all(each.case.closed_at for each in standings(ZONE) if each.case)
    assert client.post(f"/land/differences/runs/{run.number}/repeat/").status_code == 302


def test_who_may_not_see_a_layer_does_not_see_its_differences(
    client: Client, counties: LayerVersion, user: Make
) -> None:
    farmland([("F", box(117.1, 117.12), "basic-farmland")])
    city([("C", box(117.1, 117.12), "M")], confidentiality="restricted")
    run_again()
    one = Difference.objects.get()
    client.force_login(user("county_officer", "fuliang-county"))
    assert "PD-00001" not in client.get("/land/differences/").content.decode()
    assert client.get(f"/land/differences/{one.pk}/").status_code == 404
    assert standings(ZONE, user("leading_group_office", "")) and not standings(
        ZONE, user("county_officer", "fuliang-county")
    )


def test_the_command_runs_lists_opens_and_counts(counties: LayerVersion, user: Make) -> None:
    from ecociv.cli.differences import group

    lay_plans()
    account = user("department_officer", BUREAU)

    def call(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(group, [*words])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if done.stdout.startswith(("{", "[")) else done.stderr

    trial = call("run", "--on", "2018-06-01", "--trial", "--format", "json")
    assert trial["run"] is None and trial["patches"] == 2 and not DifferenceRun.objects.exists()
    made = call("run", "--on", "2018-06-01", "--format", "json")
    assert made["run"] == 1 and made["appeared"] == 2
    assert [row["number"] for row in call("list", "--county", LEPING, "--format", "json")] == ["PD-00002"]
    done = call("open", "--county", LEPING, "--as", account.username, "--format", "json")
    assert len(done["opened"]) == 1
    counted = call("statistics", "--format", "json")
    assert counted["area"] == made["area"] and counted["in_hand"] == 1
    assert "nobody" in call("open", "--all", "--as", "nobody", code=3)
