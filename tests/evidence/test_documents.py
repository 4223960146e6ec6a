"""The document library: what is taken, what holds on a day, who may see it, and what is reported."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.documents import DocumentDamaged, filed, filing_of, read_document
from ecociv.evidence.library.actions import CorrectFiling, FileDocument, WithdrawFiling
from ecociv.evidence.library.duplicates import repetitions
from ecociv.evidence.library.formats import FileNotTaken, recognise
from ecociv.evidence.library.recording import FilingRefused
from ecociv.evidence.library.rules import Validity, in_force, validity
from ecociv.evidence.library.statements import statement_of
from ecociv.evidence.library.visibility import may_read
from ecociv.evidence.models import Document, DocumentFiling
from ecociv.people.models import AuditEntry, User
from ecociv.people.roles import Role

pytestmark = pytest.mark.django_db

PATCHES = {"type": "FeatureCollection", "features": []}
LETTER = "关于同意景德镇市生态文明先行示范区建设实施方案的批复。请认真组织实施，确保各项目标任务按期完成，并按年度报告进展情况。"


@pytest.fixture
def paper(tmp_path: Path) -> Callable[..., Path]:
    def make(content: str | bytes = LETTER, name: str = "letter.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def file(path: Path, **changes: Any) -> Any:
    said: dict[str, Any] = {"subject": "task:42", "type": "approval", "title": "批复", "author": "test"}
    return FileDocument(path, **{**said, **changes}).execute()


def officer(body: str = "市环保局", role: Role = Role.DEPARTMENT_OFFICER, name: str = "") -> User:
    return User.objects.create_user(
        name or f"{role.value}-{body}", password="x", role=role.value, zone="jingdezhen", organisation=body
    )


# -- what is taken ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "empty.pdf", "empty"),
        (b"MZ\x90\x00\x03", "report.pdf", "format"),
        (b"\x7fELF\x02\x01", "report.txt", "format"),
        (b"#!/bin/sh\nrm x\n", "notes.txt", "format"),
        (b"<html><script>alert(1)</script></html>", "page.txt", "format"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "map.png", "format"),
        (b"%PDF-1.7 ...", "letter.docx", "name-disagrees"),
        (b"plain words", "photo.jpg", "name-disagrees"),
        (b"PK\x03\x04 and then nothing", "letter.docx", "broken"),
        (b'{"type": "FeatureCollection", "features": [', "patches.geojson", "broken"),
        (b"%PDF-" + b"x" * 2000, "long.pdf", "too-large"),
    ],
)
def test_a_file_is_judged_by_its_content(
    paper: Callable[..., Path], content: bytes, name: str, code: str
) -> None:
    with pytest.raises(FileNotTaken) as refused:
        recognise(paper(content, name), name, largest=1024)
    assert refused.value.code == code
    assert name in refused.value.text.zh
    assert name in refused.value.text.en


def test_a_document_with_macros_is_not_taken(paper: Callable[..., Path]) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("word/document.xml", "<w/>")
        package.writestr("word/vbaProject.bin", b"code")
    with pytest.raises(FileNotTaken) as refused:
        recognise(paper(packed.getvalue(), "letter.docx"), "letter.docx")
    assert refused.value.code == "macros"


def test_a_refused_file_leaves_nothing_behind(paper: Callable[..., Path], evidence_folder: Path) -> None:
    with pytest.raises(FilingRefused) as refused:
        file(paper(), type="patches")  # patches are GeoJSON, this is text
    assert "geojson" in refused.value.texts[0].en
    assert Document.objects.count() == DocumentFiling.objects.count() == 0
    assert not (evidence_folder / "documents").exists()


def test_every_fault_of_a_statement_is_told_at_once(paper: Callable[..., Path]) -> None:
    with pytest.raises(FilingRefused) as refused:
        file(
            paper(),
            subject="<script>",
            title=" ",
            confidentiality="restricted",
            valid_from=dt.date(2017, 1, 2),
            valid_to=dt.date(2017, 1, 1),
        )
    assert len(refused.value.texts) == 4  # subject, title, validity, clause


# -- what holds on a day ---------------------------------------------------------------------------------


def test_patches_of_a_year(paper: Callable[..., Path]) -> None:
    subject = "patches/prohibited-development"
    for year in (2015, 2016):
        content = json.dumps({**PATCHES, "name": str(year)})
        file(
            paper(content, f"p{year}.geojson"),
            subject=subject,
            type="patches",
            title=str(year),
            valid_from=dt.date(year, 1, 1),
            valid_to=dt.date(year, 12, 31),
            sample=True,
        )
    assert filed(subject, dt.date(2014, 12, 31)) is None
    found = filed(subject, dt.date(2016, 12, 31))
    assert found is not None
    assert json.loads(read_document(found))["name"] == "2016"
    # A real layer goes before a generated one.
    file(
        paper(json.dumps(PATCHES), "real.geojson"),
        subject=subject,
        type="patches",
        title="real",
        valid_from=dt.date(2014, 1, 1),
    )
    real = filing_of(subject, dt.date(2016, 12, 31))
    assert real is not None
    assert not real.sample
    assert filed(subject, dt.date(2016, 6, 1), type="notice") is None
    assert filed(subject, dt.date(2016, 6, 1), zone="another") is None


def test_editions_corrections_and_withdrawal_as_known_on_a_day(paper: Callable[..., Path]) -> None:
    first = file(paper("the first", "a.txt"), valid_from=dt.date(2015, 1, 1)).filing
    before_second = timezone.now()
    second = file(
        paper("the second", "b.txt"),
        valid_from=dt.date(2017, 1, 1),
        supersedes=first.record,
        reason="new edition",
    ).filing
    assert (second.record, second.revision, second.change) == (first.record, 2, "edition")
    # The edition of 2015 holds until the one of 2017 begins, although it is no longer the newest.
    assert filed("task:42", dt.date(2016, 7, 1)) == first.document
    assert filed("task:42", dt.date(2017, 7, 1)) == second.document
    assert filed("task:42", dt.date(2017, 7, 1), as_of=before_second) == first.document

    said = statement_of(second)
    late = type(said)(
        **{**{n: getattr(said, n) for n in said.__dataclass_fields__}, "valid_from": dt.date(2018, 1, 1)}
    )
    third = CorrectFiling(first.record, late, "test", "begins a year later").execute()
    # A correction takes the place of what it corrects: 2017 falls back to the first edition.
    assert third.document == second.document
    assert filed("task:42", dt.date(2017, 7, 1)) == first.document
    assert filed("task:42", dt.date(2018, 7, 1)) == second.document

    before_end = timezone.now()
    WithdrawFiling(first.record, "test", "filed by mistake").execute()
    assert filed("task:42", dt.date(2018, 7, 1)) is None
    assert filed("task:42", dt.date(2018, 7, 1), as_of=before_end) == second.document
    assert DocumentFiling.objects.filter(record=first.record).count() == 4
    with pytest.raises(FilingRefused):
        WithdrawFiling(first.record, "test", "again").execute()
    actions = AuditEntry.objects.filter(subject_key=str(first.record)).values_list("action", flat=True)
    assert sorted(actions) == [
        "document.correction",
        "document.edition",
        "document.first",
        "document.withdrawal",
    ]


class Paper:
    """A revision as the rules see it."""

    def __init__(self, revision: int, change: str, first: dt.date | None, last: dt.date | None) -> None:
        self.revision, self.change, self.valid_from, self.valid_to = revision, change, first, last


@pytest.mark.parametrize(
    ("on", "stands"),
    [
        (dt.date(2016, 12, 31), Validity.NOT_YET),
        (dt.date(2017, 1, 1), Validity.HOLDS),
        (dt.date(2017, 10, 31), Validity.HOLDS),  # 61 days to 31 December
        (dt.date(2017, 11, 1), Validity.SOON),  # 60 days
        (dt.date(2017, 12, 31), Validity.SOON),  # the last day still counts
        (dt.date(2018, 1, 1), Validity.EXPIRED),
    ],
)
def test_validity_from_both_sides_of_each_boundary(on: dt.date, stands: Validity) -> None:
    assert validity(Paper(1, "first", dt.date(2017, 1, 1), dt.date(2017, 12, 31)), on) is stands


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=6), st.integers(0, 400)
)
def test_what_is_in_force_always_covers_the_day(spans: list[tuple[int, int]], at: int) -> None:
    start = dt.date(2015, 1, 1)
    entry = [
        Paper(
            number,
            "first" if number == 1 else "edition",
            start + dt.timedelta(min(span)),
            start + dt.timedelta(max(span)),
        )
        for number, span in enumerate(spans, 1)
    ]
    found = in_force(entry, start + dt.timedelta(at))
    covering = [number for number, span in enumerate(spans, 1) if min(span) <= at <= max(span)]
    assert (found.revision if found else None) == (max(covering) if covering else None)


# -- filing twice ----------------------------------------------------------------------------------------


def test_filing_again_adds_nothing_and_another_statement_is_refused(paper: Callable[..., Path]) -> None:
    first = file(paper())
    again = file(paper())
    assert again.known
    assert again.filing == first.filing
    with pytest.raises(FilingRefused):
        file(paper(), title="另一个标题")
    assert DocumentFiling.objects.count() == 1


def test_the_same_file_under_two_claims_is_reported(paper: Callable[..., Path]) -> None:
    first = file(paper())
    second = file(paper(name="copy.txt"), subject="task:43")
    assert first.same_file == ()
    assert [each.subject for each in second.same_file] == ["task:42"]
    (reported,) = repetitions("jingdezhen")
    assert (reported.kind, len(reported.filings)) == ("file", 2)
    WithdrawFiling(second.filing.record, "test", "wrong claim").execute()
    assert list(repetitions("jingdezhen")) == []


def test_the_same_words_in_another_file_are_reported(paper: Callable[..., Path]) -> None:
    import docx

    file(paper())
    wrapped = docx.Document()
    for sentence in LETTER.split("。"):
        wrapped.add_paragraph(sentence + ("。" if sentence else ""))
    packed = io.BytesIO()
    wrapped.save(packed)
    second = file(paper(packed.getvalue(), "renamed.docx"), subject="task:42")
    assert second.same_file == ()
    assert [each.file_name for each in second.same_words] == ["letter.txt"]
    other = file(paper(LETTER.replace("按期", "提前"), "other.txt"), subject="task:44")
    assert other.same_words == ()
    assert [each.kind for each in repetitions("jingdezhen")] == ["words"]


def test_short_texts_say_too_little_to_be_alike(paper: Callable[..., Path]) -> None:
    file(paper("照片一", "a.txt"))
    assert file(paper("照片 一", "b.txt"), subject="task:43").same_words == ()


# -- permissions -----------------------------------------------------------------------------------------


def test_officers_file_for_what_their_body_leads(paper: Callable[..., Path]) -> None:
    own = officer()
    filed_by = file(paper(), author=own).filing
    assert (filed_by.owner, filed_by.author_name) == ("市环保局", own.name_shown)
    file(paper(name="b.txt"), author=own, subject="task:1", lead=("市环保局",))
    with pytest.raises(PermissionDenied):
        file(paper(name="c.txt"), author=own, subject="task:2", lead=("市林业局",))
    for role in (Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR, Role.VISITOR):
        with pytest.raises(PermissionDenied):
            file(paper(name="d.txt"), subject="task:3", author=officer("市环保局", role))
    with pytest.raises(PermissionDenied):
        WithdrawFiling(filed_by.record, officer("市林业局"), "not mine").execute()


def test_the_query_and_the_question_agree_on_who_sees_what(paper: Callable[..., Path]) -> None:
    owner = officer()
    filings = {
        "public": file(paper("1", "1.txt"), confidentiality="public", owner="市环保局"),
        "internal": file(paper("2", "2.txt"), owner="市环保局"),
        "restricted": file(
            paper("3", "3.txt"), confidentiality="restricted", clause="第十五条", owner="市环保局"
        ),
        "named body": file(
            paper("4", "4.txt"),
            confidentiality="restricted",
            clause="第十五条",
            owner="市环保局",
            reader_bodies=["市林业局"],
        ),
        "named role": file(
            paper("5", "5.txt"),
            confidentiality="restricted",
            clause="第十五条",
            owner="市环保局",
            reader_roles=["auditor"],
        ),
    }
    everything = set(filings)
    outsider = User.objects.create_user("outsider", password="x", role=Role.LEADER.value, zone="other")
    closed = officer("市环保局", name="closed")
    closed.is_active = False
    closed.save()
    from django.contrib.auth.models import AnonymousUser

    expected: list[tuple[Any, set[str]]] = [
        (AnonymousUser(), {"public"}),
        (owner, everything),
        (officer("市林业局"), {"public", "internal", "named body"}),
        (officer("", Role.AUDITOR), {"public", "internal", "named role"}),
        (officer("", Role.LEADER), {"public", "internal"}),
        (officer("", Role.LEADING_GROUP_OFFICE), everything),
        (officer("", Role.ADMINISTRATOR), {"public", "internal"}),
        (outsider, {"public"}),
    ]
    for user, may in expected:
        seen = set(DocumentFiling.objects.visible_to(user).values_list("pk", flat=True))
        assert seen == {filings[name].filing.pk for name in may}, user
        assert {name for name, each in filings.items() if may_read(user, each.filing)} == may, user
    assert not may_read(closed, filings["internal"].filing)


# -- what is kept ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_to_change_a_filing(paper: Callable[..., Path]) -> None:
    from django.db import connection

    from ecociv.people.append_only import statements

    with connection.cursor() as cursor:
        for statement in statements(connection.vendor, "evidence_documentfiling"):
            cursor.execute(statement)
    try:
        filing = file(paper()).filing
        with pytest.raises(DatabaseError), transaction.atomic():
            DocumentFiling.objects.filter(pk=filing.pk).update(title="forged")
        filing.refresh_from_db()
        assert filing.title == "批复"
    finally:
        from ecociv.people.append_only import removals

        with connection.cursor() as cursor:
            for statement in removals(connection.vendor, "evidence_documentfiling"):
                cursor.execute(statement)


def test_a_damaged_copy_is_not_handed_out(paper: Callable[..., Path], evidence_folder: Path) -> None:
    document = file(paper()).filing.document
    assert read_document(document).decode() == LETTER
    stored = evidence_folder / "documents" / document.stored_as
    stored.chmod(0o644)
    stored.write_bytes(b"something else")
    with pytest.raises(DocumentDamaged, match=r"letter\.txt"):
        read_document(document)
