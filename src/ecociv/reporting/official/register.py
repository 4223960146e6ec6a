"""Issuing documents under a number, annulling them, and composing them again from what was known."""

from __future__ import annotations

import datetime as dt
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv import __version__
from ecociv.core.text import Text
from ecociv.core.verdicts import Verdict
from ecociv.evidence.documents import DocumentDamaged, keep_document, read_document
from ecociv.people import audit
from ecociv.people.permissions import decide, require
from ecociv.people.policy import Action
from ecociv.plan.package import UnknownOrganisation
from ecociv.plan.queries import current_package
from ecociv.reporting.models import Annulment, IssuedDocument
from ecociv.reporting.official.content import DocumentNumber, OfficialDocument
from ecociv.reporting.official.kinds import kind_of
from ecociv.reporting.official.self_report_facts import self_report_sheet
from ecociv.reporting.official.series import Series, next_serial, series_named
from ecociv.reporting.official.write import FORMS, Options, compose_document
from ecociv.reporting.problems import ReportRefused, UnknownForm

REASON_LONGEST = 500
OWN_KINDS = frozenset({"self-report"})
"""Kinds that a body issues in its own name, under its own series."""
_ATTEMPTS = 50
"""Each attempt that fails is one by which somebody else took the number: so many at once are no office."""


class CannotIssue(ReportRefused):
    """The document cannot be issued as it was asked for."""


class CannotAnnul(ReportRefused):
    """The document cannot be annulled; nothing was written."""


def may_issue(user: Any, zone: str, series: Series) -> Verdict:
    """Whether the user issues documents in a series: the roles that it names, and officers of its body."""
    return decide(user, Action.ISSUE_DOCUMENT, zone=zone, roles=series.roles, lead=_lead(zone, series))


def _require(user: Any, zone: str, series: Series) -> None:
    require(user, Action.ISSUE_DOCUMENT, zone=zone, roles=series.roles, lead=_lead(zone, series))


def _lead(zone: str, series: Series) -> set[str]:
    return {holder_of(zone, series.body)} if series.body else set()


def holder_of(zone: str, name: str) -> str:
    """Key of the body that holds the duties of a body today; the name itself where the plan has no such body."""
    package = current_package(zone)
    try:
        found = package.organisation(name) if package.has_organisation(name) else package.resolve(name)
    except UnknownOrganisation:
        return name
    return package.body_on(found.key, timezone.localdate()).key


def series_for(zone: str, prefix: str, kind: str, body: str = "") -> Series:
    """The series of a document: a body's own for what it issues in its own name, else one of the office's.

    Raises
    ------
    SeriesNotDeclared
    """
    if kind not in OWN_KINDS:
        return series_named(zone, prefix, kind)

    def own(named: str) -> bool:
        return bool(named and body) and holder_of(zone, named) == holder_of(zone, body)

    return series_named(zone, prefix, kind, own)


@dataclass(frozen=True, slots=True)
class IssueDocument:
    """Compose a document, give it the next number of its series, keep its file, and enter it in the register.

    Parameters
    ----------
    options : Options
        As for a draft, without a number: the register gives it.
    series : str
        Short name of the office in the number; the zone's usual one, when empty.
    form : str
        ``.docx``, ``.pdf`` or ``.xlsx``.
    as_of : datetime, optional
        What was known then; now, when none. The document is dated today either way.
    """

    kind: str
    zone: str
    options: Options
    author: Any
    series: str = ""
    form: str = ".docx"
    language: str = "zh"
    as_of: dt.datetime | None = None

    def check(self) -> Series:
        """The series in which it will be numbered.

        Raises
        ------
        ReportRefused, PermissionDenied
            With a sentence that says what to do.
        """
        kind = kind_of(self.kind)
        if self.form not in kind.forms:
            known = "、".join(kind.forms)
            raise UnknownForm(
                Text(
                    zh=f"公文文件只写成{known}，请改用其中一种。",
                    en=f"A document is written as {', '.join(kind.forms)}; {self.form!r} is none of these.",
                )
            )
        series = series_for(self.zone, self.series, kind.key, self.options.body)
        _require(self.author, self.zone, series)
        if self.options.number:
            raise CannotIssue(
                Text(
                    zh="正式印发的文号由登记簿编排，请不要填写发文字号。",
                    en="The register gives the number of an issued document: leave the number empty.",
                )
            )
        if self.options.trial:
            raise CannotIssue(
                Text(
                    zh="试算结果不能正式印发；请先签发考核结果。",
                    en="A trial is not issued: sign the results off first.",
                )
            )
        return series

    def execute(self) -> IssuedDocument:
        """Issue it; of several at the same moment each gets a number of its own, and no number is left out."""
        series, kind = self.check(), kind_of(self.kind)
        moment, today = self.as_of or timezone.now(), timezone.localdate()
        options = replace(self.options, dated=today)
        document = compose_document(
            kind,
            self.zone,
            options,
            as_of=moment,
            language=self.language,
            issued=True,
            reader=self.author,
        )
        self._own_words(document, moment)
        for _attempt in range(_ATTEMPTS):
            serial = self._next(series, today.year)
            numbered = replace(document, number=str(DocumentNumber(series.prefix, today.year, serial)))
            # Written before the transaction: others who write meanwhile need not wait for a PDF to be set.
            with tempfile.TemporaryDirectory(prefix="ecociv-issue-") as folder:
                file = Path(folder) / f"document{self.form}"
                file.write_bytes(FORMS[self.form](numbered))
                try:
                    with transaction.atomic():
                        audit.hold()
                        if self._next(series, today.year) == serial:
                            return self._record(series, serial, numbered, options, moment, file)
                except IntegrityError:
                    continue  # somebody took the number between the look and the row
        raise CannotIssue(
            Text(
                zh="同时有太多公文在编号，请稍后再试；没有编号被占用。",
                en="Too many documents are being numbered at once: try again; no number was used.",
            )
        )

    def _own_words(self, document: OfficialDocument, moment: dt.datetime) -> None:
        if document.kind != "self-report" or self.options.year is None:
            return
        package = current_package(self.zone, moment)
        name = self.options.body
        body = package.organisation(name) if package.has_organisation(name) else package.resolve(name)
        if self_report_sheet(package, body.key, self.options.year, moment) is None:
            raise CannotIssue(
                Text(
                    zh=f"{body.name}还没有报送{self.options.year}年度自查报告，不能代其印发；可以先看草稿。",
                    en=f"{body.name_en} has handed in no self-report on {self.options.year}, so none is issued for it; "
                    "look at the draft.",
                )
            )

    def _next(self, series: Series, year: int) -> int:
        rows = IssuedDocument.objects.filter(zone=self.zone, series=series.prefix, year=year)
        last = rows.order_by("-serial").values_list("serial", flat=True).first()
        return next_serial([] if last is None else [last])

    def _record(
        self,
        series: Series,
        serial: int,
        document: OfficialDocument,
        options: Options,
        moment: dt.datetime,
        file: Path,
    ) -> IssuedDocument:
        name = f"{document.number} {document.title}"[:200].replace("/", " ") + self.form
        sample = bool(document.sample_mark)
        kept = keep_document(file, received_from=document.signed_by[:128], sample=sample, name=name)
        made = IssuedDocument(
            zone=self.zone,
            series=series.prefix,
            year=document.day.year,
            serial=serial,
            kind=document.kind,
            title=document.title[:300],
            addressees=document.addressees[:500],
            dated=document.day,
            language=document.language,
            as_of=moment,
            parameters=parameters_of(options, self.form),
            content_digest=document.digest,
            software=__version__,
            document=kept,
            file_name=name,
            sample=sample,
            author=self.author,
            author_name=self.author.name_shown,
            organisation=self.author.organisation,
            recorded_at=timezone.now(),
        )
        made.save()
        audit.record(
            actor=self.author,
            action="issue-document",
            zone=self.zone,
            subject_kind="document",
            subject_key=made.number,
            after={"kind": made.kind, "content": made.content_digest, "file": kept.sha256},
        )
        return made


@dataclass(frozen=True, slots=True)
class AnnulDocument:
    """Say that an issued document does not hold; its number stays used, its file stays kept."""

    issued: IssuedDocument
    reason: str
    author: Any

    def check(self) -> None:
        """Refuse whoever does not issue in the series, a second annulment, and one without a reason.

        Raises
        ------
        PermissionDenied, CannotAnnul
        """
        body = self.issued.parameters.get("body", "")
        series = series_for(self.issued.zone, self.issued.series, self.issued.kind, body)
        _require(self.author, self.issued.zone, series)
        before = Annulment.objects.filter(issued=self.issued).first()
        if before is not None:
            day = timezone.localdate(before.recorded_at)
            raise CannotAnnul(
                Text(
                    zh=f"{self.issued.number}已于{day}由{before.author_name}作废。",
                    en=f"{before.author_name} annulled {self.issued.number} on {day}.",
                )
            )
        text = self.reason.strip()
        if not text or len(text) > REASON_LONGEST:
            raise CannotAnnul(
                Text(
                    zh=f"请写明作废理由（{REASON_LONGEST}字以内）：错在哪里，由哪一号代替。",
                    en=f"Give the reason in up to {REASON_LONGEST} characters: what is wrong, and which number replaces it.",
                )
            )

    def execute(self) -> Annulment:
        """Record the annulment; of two at once, the first stands."""
        try:
            with transaction.atomic():
                audit.hold()
                self.check()
                made = Annulment(
                    issued=self.issued,
                    reason=self.reason.strip(),
                    author=self.author,
                    author_name=self.author.name_shown,
                    recorded_at=timezone.now(),
                )
                made.save()
                audit.record(
                    actor=self.author,
                    action="annul-document",
                    zone=self.issued.zone,
                    subject_kind="document",
                    subject_key=self.issued.number,
                    after={"annulled": True},
                    reason=made.reason,
                )
                return made
        except IntegrityError:
            self.check()
            raise


@dataclass(frozen=True, slots=True)
class Comparison:
    """A document composed again from its as-of date and parameters, held against what was issued.

    ``file`` says whether the stored file has the bytes that went out; ``refusal`` why it could not be composed.
    """

    issued: IssuedDocument
    digest: str
    file: bool
    refusal: Text | None = None

    @property
    def same(self) -> bool:
        """Whether it says, to the character, what it said when it was issued."""
        return self.digest == self.issued.content_digest


def compose_again(issued: IssuedDocument) -> OfficialDocument:
    """The document as its as-of date and parameters give it now.

    Raises
    ------
    ReportRefused
        When the record no longer gives it; the stored file is still there.
    """
    return compose_document(
        kind_of(issued.kind),
        issued.zone,
        options_from(issued.parameters, issued.number),
        as_of=issued.as_of,
        language=issued.language,
        issued=True,
    )


def compare(issued: IssuedDocument) -> Comparison:
    """Compose a document again and hold it against the register; nothing is changed."""
    try:
        read_document(issued.document)
        kept = True
    except (FileNotFoundError, DocumentDamaged):
        kept = False
    try:
        return Comparison(issued, compose_again(issued).digest, kept)
    except ReportRefused as refused:
        return Comparison(issued, "", kept, refused.text)


def parameters_of(options: Options, form: str) -> dict[str, Any]:
    """The options as the register keeps them; the number is the register's own."""
    kept = {name: value for name, value in asdict(options).items() if value and name != "number"}
    for name in ("day", "dated"):
        if name in kept:
            kept[name] = kept[name].isoformat()
    return {**kept, "form": form}


def options_from(parameters: dict[str, Any], number: str) -> Options:
    """The options that were used, with the number that the document got."""
    given = {name: value for name, value in parameters.items() if name != "form"}
    for name in ("day", "dated"):
        if name in given:
            given[name] = dt.date.fromisoformat(given[name])
    return Options(**given, number=number)
