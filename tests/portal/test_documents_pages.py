"""Library and import runs on pages: filing, permission in list and file, headers, duplicates, trial and loading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ecociv.evidence.library.actions import FileDocument
from ecociv.evidence.models import DocumentFiling, ImportRun
from ecociv.people.models import AuditEntry
from ecociv.people.roles import Role
from portal.evidence_for_pages import HEADER, day_of_air, english, load

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
BODY = "environmental-protection-bureau"


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence" / "observations")
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    return tmp_path


def form(
    content: bytes = b"the words of an approval", name: str = "approval.txt", **changes: str
) -> dict[str, Any]:
    said = {
        "title": "Approval of 2015",
        "type": "approval",
        "subject": "patches/prohibited-development",
        "confidentiality": "public",
    }
    return {**said, **changes, "file": SimpleUploadedFile(name, content)}


def test_filing_and_reading_a_document() -> None:
    officer = english(Role.DEPARTMENT_OFFICER, BODY)
    assert officer.get("/documents/new/").status_code == 200
    sent = officer.post("/documents/new/", form(), follow=True)
    assert "The document is filed." in sent.content.decode()
    filing = DocumentFiling.objects.get()
    assert (filing.owner, filing.file_name) == (BODY, "approval.txt")
    file = english().get(f"/documents/{filing.record}/1/file/")
    assert b"".join(file.streaming_content) == b"the words of an approval"
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file["Content-Security-Policy"]
    again = officer.post("/documents/new/", form(subject="patches/other"), follow=True)
    assert "The same file already stands for another claim" in again.content.decode()
    assert "The same file" in english().get("/documents/repeated/").content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"confidentiality": "restricted"}, "names the clause"),
        ({"subject": "task:99999"}, "The plan has no"),
        ({"content": b"MZ\x90\x00", "name": "a.pdf"}, "does not take"),
        ({"valid_from": "2017-02-01", "valid_to": "2017-01-01"}, "before it begins"),
    ],
)
def test_a_refused_form_says_why_and_keeps_nothing(changes: dict[str, Any], words: str) -> None:
    answer = english(Role.LEADING_GROUP_OFFICE).post("/documents/new/", form(**changes))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not DocumentFiling.objects.exists()


def test_restricted_files_are_closed_in_list_page_and_file_and_their_downloads_are_on_record(
    folder: Path,
) -> None:
    path = folder / "secret.txt"
    path.write_text("nobody else")
    filing = FileDocument(
        path, subject="patches/x", type="report", title="Closed report", author="test", owner=BODY,
        confidentiality="restricted", clause="article 15", reader_roles=["auditor"],
    ).execute().filing  # fmt: skip
    for client, seen in (
        (english(), False),
        (english(Role.DEPARTMENT_OFFICER, "water-affairs-bureau"), False),
        (english(Role.LEADER), False),
        (english(Role.AUDITOR), True),
        (english(Role.DEPARTMENT_OFFICER, BODY), True),
    ):
        assert ("Closed report" in client.get("/documents/").content.decode()) is seen
        for address in (f"/documents/{filing.record}/", f"/documents/{filing.record}/1/file/"):
            answer = client.get(address)
            assert answer.status_code == (200 if seen else 403)
            if not seen:
                assert "Closed report" not in answer.content.decode()
    assert AuditEntry.objects.filter(action="document.download").count() == 2


def test_who_may_not_file_is_refused() -> None:
    for role in (Role.LEADER, Role.AUDITOR):
        assert english(role).post("/documents/new/", form()).status_code == 403
    assert english().get("/documents/new/").status_code in (302, 403)


def test_a_trial_changes_nothing_and_confirming_loads(folder: Path) -> None:
    office = english(Role.LEADING_GROUP_OFFICE)
    content = "\n".join(
        [HEADER, *day_of_air("20170301"), "景德镇,20170301,9,无此站,1,优,—,1,1,1,1,1,1,1", ""]
    ).encode()
    sent = office.post(
        "/evidence/runs/new/",
        {"mapping": "jingdezhen-stations-hourly", "file": SimpleUploadedFile("day.csv", content)},
    )
    assert sent.status_code == 302
    trial = office.get(sent["Location"]).content.decode()
    assert "values would be new" in trial
    assert "无此站" in trial
    assert not ImportRun.objects.exists()
    done = office.post(sent["Location"], {"reason": ""}, follow=True)
    run = ImportRun.objects.get()
    assert (run.values_new, run.rows_rejected) == (24 * 8, 1)
    assert "row left out" in done.content.decode()
    rows = office.get(f"/evidence/runs/{run.pk}/?format=csv").content.decode("utf-8-sig").splitlines()
    assert len(rows) >= 2


def test_changing_values_on_record_asks_for_the_reason(folder: Path) -> None:
    load(folder, "jingdezhen-stations-hourly", HEADER, day_of_air("20170301"))
    office = english(Role.LEADING_GROUP_OFFICE)
    content = "\n".join([HEADER, *day_of_air("20170301", pm2_5=41), ""]).encode()
    sent = office.post(
        "/evidence/runs/new/",
        {"mapping": "jingdezhen-stations-hourly", "file": SimpleUploadedFile("two.csv", content)},
    )
    refused = office.post(sent["Location"], {"reason": " "})
    assert refused.status_code == 422
    assert "say why" in refused.content.decode()
    office.post(sent["Location"], {"reason": "recalibrated"})
    assert ImportRun.objects.get(reason="recalibrated").values_revised == 24


def test_runs_are_for_people_of_the_zone() -> None:
    assert english().get("/evidence/runs/").status_code == 403
    assert english(Role.LEADER).get("/evidence/runs/new/").status_code == 403
