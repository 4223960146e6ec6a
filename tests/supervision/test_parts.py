"""Several leads, groups, and bodies that hand their duties on."""

from __future__ import annotations

from ecociv.plan.package import Task
from ecociv.supervision.parts import held_by, leads_on, parts_of
from ecociv.supervision.reports import Report
from ecociv.supervision.states import DutyState
from supervision.cases import at, codes, day, duty, every_year, plan, report

S = DutyState
COUNTIES = ("changjiang-district", "zhushan-district", "fuliang-county", "leping-city")


def two_leads() -> Task:
    return duty(lead=["市财政局", "市审计局"])


def done(by: str, number: int, on: str = "2017-06-01") -> Report:
    return report(2017, on, "done", by=by, number=number, done_on=on, percent="100")


def test_one_lead_does_not_speak_for_the_other() -> None:
    status = at(two_leads(), "2018-01-01", done("finance-bureau", 1))
    assert status.state is S.OVERDUE
    assert {each.part.body: each.state for each in status.parts} == {
        "finance-bureau": S.DONE,
        "audit-bureau": S.OVERDUE,
    }
    differ = status.reasons[-1]
    assert differ.code == "bodies-differ"
    assert differ.data["states"] == {"overdue": ("audit-bureau",), "done": ("finance-bureau",)}
    assert "逾期未报——市审计局" in differ.text.zh and "Done: " in differ.text.en
    assert status.obligations[0].silent == ("audit-bureau",)


def test_done_when_every_lead_is_done_late_when_one_is() -> None:
    both = [done("finance-bureau", 1), done("audit-bureau", 2)]
    assert at(two_leads(), "2018-01-01", *both).state is S.DONE
    late = report(
        2018, "2018-02-01", "done", by="audit-bureau", number=2, done_on="2018-01-31", percent="100"
    )
    assert at(two_leads(), "2018-02-01", both[0], late).state is S.DONE_LATE


def test_under_way_when_one_lead_is_done_and_nothing_is_due_for_the_other() -> None:
    early = report(2015, "2015-10-01", "done", by="finance-bureau", done_on="2015-09-30", percent="100")
    assert at(two_leads(), "2015-10-02", early).state is S.UNDER_WAY


def test_the_office_of_the_leading_group_speaks_for_all() -> None:
    office = report(
        2017,
        "2017-12-31",
        "done",
        by="development-and-reform-commission",
        done_on="2017-12-01",
        percent="100",
        for_all=True,
    )
    assert at(two_leads(), "2018-01-01", office).state is S.DONE


def test_a_body_that_does_not_lead_changes_nothing() -> None:
    stranger = report(2017, "2017-12-31", "done", by="forestry-bureau", done_on="2017-12-01", percent="100")
    status = at(two_leads(), "2018-01-01", stranger)
    assert status.state is S.OVERDUE
    assert status.latest == stranger  # it stands on the timeline all the same


def test_every_county_of_a_group_answers_for_itself() -> None:
    # task 156: 各县(市、区)党委和政府, by 2015-12-31
    task = plan().task(156)
    assert [part.body for part in parts_of(task, plan())] == list(COUNTIES)
    told = [
        report(2015, "2015-12-01", "done", by=county, number=n, done_on="2015-11-30", percent="100")
        for n, county in enumerate(COUNTIES)
    ]
    assert at(task, "2016-01-01", *told[:3]).state is S.OVERDUE
    assert at(task, "2016-01-01", *told[:3]).obligations[0].silent == ("leping-city",)
    assert at(task, "2016-01-01", *told).state is S.DONE


def test_any_member_answers_for_a_group_whose_members_the_plan_leaves_open() -> None:
    # task 175: the four counties, and 各有关部门, of which the plan does not say which
    parts = parts_of(plan().task(175), plan())
    assert [part.body for part in parts] == [*COUNTIES, "city-departments"]
    assert parts[-1].answered_by("finance-bureau") and parts[-1].answered_by("ecology-and-environment-bureau")
    assert not parts[-1].answered_by("leping-city")


def test_a_successors_report_counts_for_the_part_of_the_body_before_it() -> None:
    # 市环保局 became 市生态环境局 on 2019-01-01
    task = duty(lead=["市环保局"], due=2020)
    before = report(2018, "2018-12-01", by="environmental-protection-bureau", number=1)
    after = report(2019, "2019-12-01", "delayed", by="ecology-and-environment-bureau", number=2)
    assert at(task, "2019-06-01", before).state is S.UNDER_WAY
    assert at(task, "2019-12-02", before, after).state is S.DELAYED


def test_where_two_bodies_became_one_each_part_keeps_its_own_history() -> None:
    # 市国土资源局 and 市规划局 both went into 市自然资源和规划局
    task = duty(lead=["市国土资源局", "市规划局"], due=2020)
    planning = report(2018, "2018-12-01", "done", by="planning-bureau", done_on="2018-11-30", percent="100")
    status = at(task, "2019-06-01", planning)
    assert [each.state for each in status.parts] == [S.NO_REPORT, S.DONE]
    merged = report(
        2019,
        "2019-12-01",
        "done",
        by="natural-resources-and-planning-bureau",
        number=2,
        done_on="2019-11-30",
        percent="100",
    )
    assert at(task, "2019-12-01", planning, merged).state is S.DONE


def test_a_partial_transfer_moves_no_part() -> None:
    # part of 市环保局 went to 市林业局, which does not answer for the rest
    assert held_by("environmental-protection-bureau", plan()) == {
        "environmental-protection-bureau",
        "ecology-and-environment-bureau",
    }


def test_who_leads_on_a_day() -> None:
    def keys(number: int, on: str) -> list[str]:
        return [body.key for body in leads_on(plan().task(number), plan(), day(on))]

    assert keys(5, "2018-12-31") == ["environmental-protection-bureau"]
    assert keys(5, "2019-01-01") == ["ecology-and-environment-bureau"]
    assert keys(156, "2026-01-01") == list(COUNTIES)
    assert keys(143, "2019-01-01") == ["natural-resources-and-planning-bureau", "finance-bureau"]


def test_each_lead_owes_each_year() -> None:
    task = every_year(lead=["市财政局", "市审计局"])
    told = report(2015, "2015-12-31")
    status = at(task, "2016-01-01", told)
    assert status.state is S.OVERDUE
    assert codes(status) == ["years-unreported", "bodies-differ"]
    assert status.obligations[0].silent == ("audit-bureau",)
