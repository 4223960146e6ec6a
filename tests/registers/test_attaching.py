"""The paper itself beside a revision: looked at, kept by its digest, read by whoever may read the entry."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ecociv.cli.main import main
from ecociv.evidence.library.formats import FileNotTaken
from ecociv.evidence.library.keeping import keep_paper
from ecociv.evidence.models import Document
from ecociv.people import audit
from ecociv.people.recorded import AppendOnlyError
from ecociv.registers.actions import EntryRefused, RegisterEntry
from ecociv.registers.attaching import AttachFile, files_of
from ecociv.registers.loading import kind_of
from ecociv.registers.models import EntryFile, EntryRevision
from ecociv.registers.queries import entry
from registers.situations import FACTORY, NAMES, OTHER, ZONE

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n"
AT = f"/registers/enterprise/entries/{FACTORY}/"


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


@pytest.fixture
def attach(factory: str, tmp_path: Path) -> Callable[..., EntryFile]:
    """Attach bytes to the first revision of the enterprise: ``attach(PDF, "a.pdf", public=True)``."""

    def do(data: bytes = PDF, name: str = "许可.pdf", author: Any = "test", **more: Any) -> EntryFile:
        path = tmp_path / "sent"
        path.write_bytes(data)
        asked = {"zone": ZONE, "kind": "enterprise", "key": factory, "revision": 1, **more}
        return AttachFile(path=path, name=name, author=author, keep=keep_paper, **asked).execute()

    return do


def seen(reader: Any, as_of: dt.datetime | None = None) -> list[str]:
    found = entry(ZONE, "enterprise", FACTORY)
    assert found is not None
    return [each.file_name for each in files_of(reader, found, as_of)]


def test_a_paper_is_kept_by_its_digest_and_named_once(attach: Callable[..., EntryFile]) -> None:
    made = attach()
    assert (made.sha256, made.size, made.public) == (Document.objects.get().sha256, len(PDF), False)
    assert attach(name="又一次.pdf") == made and EntryFile.objects.count() == 1
    with pytest.raises(EntryRefused, match="is not open to the public, which cannot be changed"):
        attach(public=True)
    assert not EntryFile.objects.get().public, "nobody is told that it is open while it is not"
    assert audit.verify() is None
    with pytest.raises(AppendOnlyError):
        made.save()


def test_what_is_no_paper_is_refused_and_nothing_is_recorded(attach: Callable[..., EntryFile]) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as file:
        file.writestr("xl/workbook.xml", "<x/>")
    for data, name, said in (
        (b"", "a.pdf", "is empty"), (PDF, "a.png", "name says something else"), (b"MZ\x00\x01", "a.exe", "takes"),
        (package.getvalue(), "a.xlsx", "Taken here are: PDF"), (b"<html>", "a.html", "takes"),
    ):  # fmt: skip
        with pytest.raises(FileNotTaken, match=said):
            attach(data, name)
    assert not EntryFile.objects.exists() and not Document.objects.exists()
    for data, name in ((b"\x89PNG\r\n\x1a\n1", "a.png"), (b"\xff\xd8\xff1", "a.jpg")):
        attach(data, name)


def test_who_attaches_and_who_reads(attach: Callable[..., EntryFile], user: Callable[..., Any]) -> None:
    for other in (
        user("department_officer", "forestry-bureau"),
        user("enterprise", FACTORY),
        user("leader", ""),
    ):
        with pytest.raises(PermissionDenied):
            attach(author=other)
    with pytest.raises(EntryRefused, match="no revision 7"):
        attach(revision=7)
    attach(PDF + b"1", "内部.pdf", user())
    before = timezone.now()
    attach(PDF + b"2", "公开.pdf", public=True)
    own, stranger = user("enterprise", FACTORY), user("enterprise", OTHER)
    assert seen(own) == ["公开.pdf", "内部.pdf"] == seen(user("leader", ""))
    assert seen(stranger) == ["公开.pdf"] == seen(None)
    assert seen(own, before) == ["内部.pdf"], "as it was known then"


def test_a_kind_that_is_not_public_has_no_public_file(tmp_path: Path, factory: str) -> None:
    assert not kind_of(ZONE, "green-loan").public
    EntryRevision(
        zone=ZONE, kind="green-loan", key="L1", revision=1, event="entered", valid_from=dt.date(2016, 1, 1), state="running",
        content={}, recorded_at=timezone.now(), author_name="test",
    ).save()  # fmt: skip
    path = tmp_path / "sent"
    path.write_bytes(PDF)
    asked: dict[str, Any] = {"zone": ZONE, "kind": "green-loan", "key": "L1", "revision": 1, "path": path, "name": "a.pdf", "author": "test", "keep": keep_paper}  # fmt: skip
    with pytest.raises(EntryRefused, match="neither are its files"):
        AttachFile(**asked, public=True).execute()
    assert AttachFile(**asked).execute().public is False


def test_on_the_pages(
    attach: Callable[..., EntryFile], user: Callable[..., Any], plan_in_database: None
) -> None:
    bureau, visitor, stranger = Client(), Client(), Client()
    bureau.force_login(user("department_officer", "environmental-protection-bureau"))
    stranger.force_login(user("enterprise", OTHER))
    sent = {"seen": "1", "file": SimpleUploadedFile("登记表.pdf", PDF)}
    assert visitor.post(AT + "files/", sent).status_code == 302 and not EntryFile.objects.exists()
    assert stranger.post(AT + "files/", {**sent, "file": SimpleUploadedFile("x.pdf", PDF)}).status_code == 403
    done = bureau.post(AT + "files/", {**sent, "file": SimpleUploadedFile("登记表.pdf", PDF)}, follow=True)
    row = EntryFile.objects.get()
    assert "登记表.pdf" in done.content.decode()
    assert "登记表.pdf" not in visitor.get(AT).content.decode(), "it was not said to be public"
    address = f"{AT}files/{row.pk}/"
    answer = bureau.get(address)
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["X-Content-Type-Options"] == "nosniff" and "attachment" in answer["Content-Disposition"]
    assert [each.get(address).status_code for each in (visitor, stranger)] == [404, 404]
    refused = bureau.post(
        AT + "files/", {"seen": "1", "file": SimpleUploadedFile("a.pdf", b"x")}, follow=True
    )
    assert EntryFile.objects.count() == 1 and "a.pdf" in refused.content.decode()
    bureau.post(
        AT + "files/",
        {"seen": "1", "public": "on", "file": SimpleUploadedFile("公开.png", b"\x89PNG\r\n\x1a\n")},
    )
    public = EntryFile.objects.get(public=True)
    assert (
        visitor.get(f"{AT}files/{public.pk}/").status_code == 200
        and "公开.png" in visitor.get(AT).content.decode()
    )

    revise = {
        "seen": "1",
        "on": "2016-01-01",
        "reason": "更名",
        "name": "乙陶瓷有限公司",
        "division": "360222",
    }
    refused = bureau.post(AT + "revise/", {**revise, "file": SimpleUploadedFile("a.pdf", b"MZ")})
    assert refused.status_code == 200 and "field-error" in refused.content.decode()
    assert entry(ZONE, "enterprise", FACTORY).revision == 1, "both or neither"  # type: ignore[union-attr]
    done = bureau.post(AT + "revise/", {**revise, "file": SimpleUploadedFile("批复.pdf", PDF + b"3")})
    assert done.status_code == 302 and EntryFile.objects.get(file_name="批复.pdf").revision == 2


def test_by_command(user: Callable[..., Any], factory: str, tmp_path: Path) -> None:
    paper = tmp_path / "证.pdf"
    paper.write_bytes(PDF)
    run, name = CliRunner(), user().username
    done = run.invoke(main, ["registers", "attach", "enterprise", FACTORY, str(paper), "--as", name])
    assert done.exit_code == 0, done.output
    assert "证.pdf" in run.invoke(main, ["registers", "show", "enterprise", FACTORY]).output
    assert (
        run.invoke(main, ["registers", "attach", "enterprise", OTHER, str(paper), "--as", name]).exit_code
        == 3
    )


def test_a_revision_of_ones_own_carries_ones_paper(user: Callable[..., Any], tmp_path: Path) -> None:
    # whoever recorded a revision (such as by a move that is given to another body) attaches its paper
    keeper = user()
    RegisterEntry(
        zone=ZONE, kind="enterprise", key=FACTORY, author=keeper, on=dt.date(2015, 1, 1), values=NAMES
    ).execute()
    keeper.organisation = "forestry-bureau"
    path = tmp_path / "sent"
    path.write_bytes(PDF)
    AttachFile(
        zone=ZONE, kind="enterprise", key=FACTORY, revision=1, path=path, name="a.pdf", author=keeper, keep=keep_paper
    ).execute()  # fmt: skip
