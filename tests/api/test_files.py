"""A file that is taken: report row by row, nothing twice, the bytes kept under their digest."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from api.conftest import make_token, make_user
from ecociv.evidence.documents import read_document
from ecociv.evidence.models import Document, ImportRun, Series

pytestmark = pytest.mark.django_db

# negative-ions-monthly: one supplier, 市林业局, for all of its areas
GOOD = "month,area,negative_ions,note\n2017-01,示例片区1,1250,\n2017-01,示例片区2,980,\n2017-02,示例片区1,待统计,\n"
MIXED = GOOD + "2017-02,示例片区99,1000,\n2017-02,示例片区2,many,\n"


def post(token: str, content: str, mapping: str = "negative-ions-monthly", **more: str) -> Any:
    return Client().post(
        "/api/v1/files",
        {"file": SimpleUploadedFile("ions.csv", content.encode()), "mapping": mapping, **more},
        headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"},
    )


@pytest.fixture
def forester() -> str:
    return make_token(make_user("lin", organisation="市林业局"))


def observations(place: str) -> list[tuple[Any, Any, int]]:
    key = f"negative-ions-monthly/{place}/negative_ions"
    body = Client().get(f"/api/v1/series/{key}/observations").json()
    return [(row["value"], row["missing"], row["revision"]) for row in body["observations"]]


def test_an_officer_of_the_supplier_sends_a_file(forester: str) -> None:
    answer = post(forester, GOOD)
    assert answer.status_code == 200, answer.content
    report = answer.json()
    assert report["state"] == "finished" and report["language"] == "en"
    assert report["rows"] == {"read": 3, "taken": 3, "rejected": 0, "repeated": 0, "skipped": {}}
    assert report["values"] == {"new": 3, "unchanged": 0, "revised": 0, "flagged": 0}
    assert observations("ion-area-01") == [(1250.0, None, 1), (None, "planned", 1)]
    assert Series.objects.get(key__contains="ion-area-02").organisation == "市林业局"
    assert ImportRun.objects.get().author.username == "lin"


def test_the_bytes_are_kept_under_their_digest(forester: str) -> None:
    digest = hashlib.sha256(GOOD.encode()).hexdigest()
    assert post(forester, GOOD).json()["sha256"] == digest
    kept = Document.objects.get()
    assert (kept.sha256, kept.name) == (digest, "ions.csv")
    assert read_document(kept) == GOOD.encode()


def test_the_same_file_again_adds_nothing(forester: str) -> None:
    first = post(forester, GOOD).json()
    again = post(forester, GOOD)
    assert again.status_code == 200, again.content
    body = again.json()
    assert body["state"] == "already-loaded" and body["run"] == first["run"]
    assert body["values"] == {"new": 0, "unchanged": 3, "revised": 0, "flagged": 0}
    assert ImportRun.objects.count() == Document.objects.count() == 1
    assert [revision for *_, revision in observations("ion-area-01")] == [1, 1]


def test_rows_that_are_refused_are_named_one_by_one(forester: str) -> None:
    answer = post(forester, MIXED)
    assert answer.status_code == 207, answer.content
    report = answer.json()
    assert (report["rows"]["taken"], report["rows"]["rejected"]) == (3, 2)
    # the heading is row 1, so that the fourth and fifth rows of figures are rows 5 and 6
    named = {issue["row"]: issue["found"] for issue in report["issues"] if issue["severity"] == "rejected"}
    assert named == {5: "示例片区99", 6: "many"}
    assert observations("ion-area-02") == [(980.0, None, 1)]


def test_a_change_of_what_is_known_needs_a_reason(forester: str) -> None:
    post(forester, GOOD)
    changed = GOOD.replace("1250", "1300")
    refused = post(forester, changed)
    assert refused.status_code == 422 and refused.json()["type"] == "FileRefused"
    assert observations("ion-area-01")[0] == (1250.0, None, 1)
    done = post(forester, changed, reason="Meter was read wrongly.")
    assert done.status_code == 200 and done.json()["values"]["revised"] == 1
    assert observations("ion-area-01")[0] == (1300.0, None, 2)


def test_another_body_or_a_narrower_token_sends_none_of_it() -> None:
    other = make_token(make_user("wu", organisation="市环保局"))
    narrow = make_token(make_user("lin", organisation="市林业局"), places=["ion-area-01"])
    assert post(other, GOOD).status_code == post(narrow, GOOD).status_code == 403
    assert not Document.objects.exists() and not Series.objects.exists()
