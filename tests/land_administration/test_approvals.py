"""Integrated approval: whom a site concerns, one form, parallel opinions, documents asked once, one result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from ecociv.casework.actions import Attachment, InputRefused, TakeStep
from ecociv.casework.models import Case
from ecociv.land_administration.approvals.actions import HandedIn, ReceiveApplication
from ecociv.land_administration.approvals.declaration import approvals, needs_of
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.people.models import User
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from ecociv.territory.site_check.actions import SiteRequest
from ecociv.territory.site_check.models import SiteCheck
from land_administration.situations import BUREAU, SINCE, ZONE

Make = Callable[..., User]
WINDOW, ECOLOGY, WATER = "development-and-reform-commission", "ecology-and-environment-bureau", "water-resources-bureau"
SITE = "POLYGON((117.10 29.10,117.11 29.10,117.11 29.11,117.10 29.11,117.10 29.10))"


def test_bodies_and_documents_follow_from_class_and_site() -> None:
    declared = approvals(ZONE)
    kind = declared.project_class("enterprise-record")
    assert kind is not None
    plain = needs_of(declared, kind, [])
    assert [one.body for one in plain.bodies] == ["planning-bureau", "environmental-protection-bureau"]
    assert plain.documents == ("form", "site-map", "eia")
    # A forest asks for the forestry bureau and its paper; a livestock zone concerns nobody where livestock is suitable.
    more = needs_of(declared, kind, [("retained-forest", "grade-two"), ("livestock-zone", "suitable")])
    assert [one.body for one in more.bodies][-1] == "forestry-bureau"
    assert more.documents == (*plain.documents, "forest-use")
    ban = needs_of(declared, kind, [("livestock-zone", "ban")])
    assert [one.body for one in ban.bodies][-1] == "agriculture-bureau"
    # Asked for two reasons, a body is asked once, with both.
    twice = needs_of(declared, kind, [("ecological-red-line", "class-two")])
    assert [len(one.why) for one in twice.bodies if one.body == "environmental-protection-bureau"] == [2]


@pytest.fixture
def window(user: Make) -> User:
    return user("department_officer", WINDOW)


@pytest.fixture
def lines(counties: LayerVersion) -> None:
    """A river shore across the site."""
    shore = Features.of([shapely.box(117.0, 29.105, 117.4, 29.106)], ["s1"], ["controlled-use"])
    AddLayerVersion(shore, ZONE, "shore", "shoreline-zone", "岸线", "test", SINCE).execute()


@pytest.fixture
def received(lines: None, window: User, tmp_path: Path) -> Callable[..., ProjectApplication]:
    def make(*given: str, **said: Any) -> ProjectApplication:
        paper = tmp_path / "paper.txt"
        paper.write_text("材料", encoding="utf-8")
        asked: dict[str, Any] = {
            "zone": ZONE, "title": "陶瓷产业园", "applicant": "某公司", "project_class": "enterprise-record",
            "site": SiteRequest(SITE, "ceramics-works", timezone.localdate()), "author": window,
            "documents": [HandedIn(key, paper, f"{key}.txt") for key in given], **said,
        }
        return ReceiveApplication(**asked).execute()

    return make


def step(case: Case, move: str, author: User, **said: Any) -> Case:
    case.refresh_from_db()
    TakeStep(case, move, author, case.steps_taken, **said).execute()
    case.refresh_from_db()
    return case


def test_every_body_is_asked_at_once_and_the_result_waits_for_all(
    received: Callable[..., ProjectApplication], window: User, user: Make, tmp_path: Path
) -> None:
    application = received("form", "eia")
    assert application.missing == ["site-map", "flood"]
    assert "岸线" in application.case.steps.first().data["fields"]["touches"]
    case = step(application.case, "ask", window, fields={"missing": "用地范围图；洪水影响评价"})
    paper = Attachment(tmp_path / "paper.txt", "late.txt", "supplement")
    step(case, "complete", window, documents=[paper])
    with pytest.raises(Exception, match="taken once only"):
        step(case, "ask", window, fields={"missing": "还缺"})
    step(case, "accept", window)
    opinions = {one.parties.get(part="body").organisation: one for one in Case.objects.filter(parent=case)}
    # The planning bureau became part of the natural resources bureau in 2019.
    assert set(opinions) == {BUREAU, ECOLOGY, WATER}
    decision = Attachment(tmp_path / "paper.txt", "decision.txt", "decision")
    with pytest.raises(Exception, match="are open: close them first"):
        step(case, "approve", window, fields={"conclusion": "同意"}, documents=[decision], outcome="approved")
    step(opinions[BUREAU], "agree", user("department_officer", BUREAU), fields={"opinion": "符合规划"})
    step(opinions[ECOLOGY], "agree-if", user("department_officer", ECOLOGY), fields={"opinion": "可行", "conditions": "达标排放"})
    step(
        opinions[WATER], "object", user("department_officer", WATER), fields={"opinion": "占用岸线"}, reason="岸线控制利用区"
    )
    with pytest.raises(Exception, match="ended with an outcome that closes this step"):
        step(case, "approve", window, fields={"conclusion": "同意"}, documents=[decision], outcome="approved")
    closed = step(case, "refuse", window, fields={"conclusion": "不同意"}, documents=[decision], reason="水利部门不同意")
    assert closed.outcome == "refused"


def test_agreed_by_all_it_is_approved(
    received: Callable[..., ProjectApplication], window: User, user: Make, tmp_path: Path
) -> None:
    case = step(received("form").case, "accept", window)
    for one in Case.objects.filter(parent=case):
        body = one.parties.get(part="body").organisation
        step(one, "agree", user("department_officer", body), fields={"opinion": "同意"})
    decision = Attachment(tmp_path / "paper.txt", "decision.txt", "decision")
    done = step(case, "approve", window, fields={"conclusion": "同意"}, documents=[decision], outcome="approved")
    assert (done.state, done.outcome) == ("approved", "approved")


def test_what_is_wrong_is_said_and_nothing_is_recorded(received: Callable[..., ProjectApplication], user: Make) -> None:
    with pytest.raises(InputRefused) as refused:
        received(title=" ", project_class="castle")
    assert set(refused.value.faults) == {"title", "project_class"}
    with pytest.raises(PermissionDenied):
        received(author=user("department_officer", "forestry-bureau"))
    assert not SiteCheck.objects.exists() and not Case.objects.exists()


def test_the_page_looks_first_receives_and_lists(client: Any, lines: None, window: User, user: Make) -> None:
    client.force_login(window)
    said = {
        "title": "陶瓷产业园", "applicant": "某公司", "project_class": "enterprise-record", "purpose": "ceramics-works",
        "geometry": SITE,
    }
    looked = client.post("/land/approvals/new/", said | {"look": "1"})
    assert "水利局" in looked.content.decode() or "Water" in looked.content.decode()
    assert not ProjectApplication.objects.exists() and not SiteCheck.objects.exists()
    bad = client.post("/land/approvals/new/", said | {"geometry": "POLYGON((0 0))"})
    assert bad.status_code == 200 and not ProjectApplication.objects.exists()
    done = client.post("/land/approvals/new/", said)
    assert done.status_code == 302
    page = client.get(done["Location"])
    assert page.status_code == 200 and "陶瓷产业园" in page.content.decode()
    assert "陶瓷产业园" in client.get("/land/approvals/", {"format": "csv"}).content.decode()
    client.force_login(user("department_officer", "forestry-bureau"))
    assert client.get("/land/approvals/new/").status_code == 403
    assert client.get("/land/approvals/").status_code == 200
