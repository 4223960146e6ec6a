"""Filing many returns at once: for generated sample data and for handing over what was accepted elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.models import DepartmentalReturn, ReturnRevision, ReturnStep, StepKind
from ecociv.evidence.returns.actions.base import Subject, subject
from ecociv.evidence.returns.actions.filling import findings_of
from ecociv.evidence.returns.actions.judging import LOCK_RULE
from ecociv.evidence.returns.bodies import Directory, filler, reviewer
from ecociv.evidence.returns.cells import Entry, entries_from_json, entries_to_json
from ecociv.evidence.returns.chain import last_link, seal
from ecociv.evidence.returns.drafts import typed_from_values
from ecociv.evidence.returns.figures import accepted_revisions
from ecociv.evidence.returns.forms import Form, load_forms
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.returns.recording import Accepted, record
from ecociv.evidence.returns.refusals import ReturnRefused
from ecociv.evidence.store import EvidenceStore
from ecociv.people import audit

Value = Any
"""A number, text of a number, ``Missing`` or ``Entry``; or a pair of one of the first three with a remark."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One return to be filed: what is in it, and when its steps were taken.

    ``submitted_at`` and ``accepted_at`` are for generated data only, which tells a story of its own; what is real is
    filed when it is filed.
    """

    form: str
    place: str
    period: str
    values: Mapping[str, Value]
    explanations: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """What came of it: returns filed anew, restated, and those whose figures stood already so."""

    new: int
    restated: int
    unchanged: int
    run: UUID | None


@dataclass(slots=True)
class FileReturns:
    """Walk many returns through submission, review, acceptance and locking: all of them, or none.

    Every rule of the forms is applied, with the figures of the period before taken from the same call where they are
    in it. The figures go to the evidence in one batch. A return whose accepted figures are the same is left alone; one
    with other figures is restated, which needs its reason.

    Parameters
    ----------
    author, reviewer
        Names (of a command), or users. Nobody reviews what they filled, so the two differ.
    directory
        The bodies of the zone, for the supplier's name on each day; without it the name in the form stands.
    """

    zone: str
    filings: Iterable[Filing]
    author: Any
    reviewer: Any
    sample: bool = False
    directory: Directory | None = None
    store: EvidenceStore | None = None

    def check(self) -> list[tuple[Subject, dict[str, Entry], Filing]]:
        """Everything that would be filed.

        Raises
        ------
        ReturnRefused
            With every fault of every return.
        """
        if name_of(self.author) == name_of(self.reviewer):
            raise ReturnRefused(
                "own-return", Text(zh="填报人和审核人须为两人", en="who fills in and who reviews must be two")
            )
        forms = {form.key: form for form in load_forms(self.zone)}
        read = [self._read(filing, forms) for filing in self.filings]
        stored = self._accepted({(s.form.key, s.period.previous()) for s, _, _ in read}, forms)
        given = {_place(s): entries for s, entries, _ in read}
        faults, wrong = [], []
        for about, _, filing in read:
            before = (about.form.key, about.place.key, str(about.period.previous()))
            previous = given.get(before)
            if previous is None:
                previous = stored.get(before, {})
            typed = typed_from_values(about.cells, filing.values)
            _, findings = findings_of(about, typed, filing.explanations, previous)
            if stopping := [each for each in findings if each.blocks]:
                wrong.append(about.key)
                faults += stopping
            if about.period.end >= timezone.localdate():
                raise ReturnRefused(
                    "period-not-over",
                    Text(zh="{which}的报告期还没有结束", en="the period of {which} is not over yet").fill(
                        which=about.key
                    ),
                )
            if not self.sample and (filing.submitted_at or filing.accepted_at):
                raise ReturnRefused(
                    "back-dated", Text(zh="真实报表不得倒填日期", en="real returns are not dated back")
                )
        if faults:
            raise ReturnRefused(
                "faults",
                Text(
                    zh="{count}张报表有问题，全部未入库：{which}",
                    en="{count} returns have faults, so none was filed: {which}",
                ).fill(count=len(wrong), which=", ".join(wrong[:10])),
                faults,
            )
        return read

    def execute(self) -> Filed:
        """File them."""
        read = self.check()
        now = timezone.now()
        self._finish_cut_off()
        with transaction.atomic():
            link = last_link()
            rows = self._rows([about for about, _, _ in read], now)
            accepted = self._accepted_rows(read)
            numbers = self._numbers(rows)
            to_file: list[tuple[Accepted, Filing]] = []
            unchanged = restated = 0
            for about, entries, filing in read:
                before = accepted.get(_place(about))
                if before is not None and _same(entries_from_json(before.cells), entries):
                    unchanged += 1
                    continue
                if before is not None:
                    restated += 1
                    if not filing.reason.strip():
                        raise ReturnRefused(
                            "no-reason",
                            Text(
                                zh="{which}已采用其他数字；更正要写明原因",
                                en="{which} was accepted with other figures; a restatement needs its reason",
                            ).fill(which=about.key),
                        )
                of = rows[_place(about)]
                numbers[of.pk] = numbers.get(of.pk, 0) + 1
                revision = self._revision(about, of, entries, filing, numbers[of.pk], now)
                link = seal(of, revision, link)
                to_file.append((Accepted(about.form, of, revision), filing))
            if not to_file:
                return Filed(0, 0, unchanged, None)
            ReturnRevision.objects.bulk_create([each.revision for each, _ in to_file], batch_size=500)
            digest = digest_of_json([each.revision.digest for each, _ in to_file])
            self._log(to_file, now)
            audit.record(
                actor=self.author,
                action="return.file",
                zone=self.zone,
                subject_kind="returns",
                subject_key=f"{len(to_file)} returns",
                after=digest,
                reason=_joined(filing.reason for _, filing in to_file),
            )
        run = record(
            [each for each, _ in to_file],
            author=self.author,
            reason=_joined(filing.reason for _, filing in to_file),
            source=digest,
            store=self.store,
        )
        self._lock(to_file, run, now)
        return Filed(len(to_file) - restated, restated, unchanged, run)

    def _finish_cut_off(self) -> None:
        """Write and lock what was accepted by a call that was cut off before it had written the figures."""
        last = dict(self._last_steps())
        cut_off = [pk for pk, kind in last.items() if kind == StepKind.ACCEPTED]
        if not cut_off:
            return
        forms = {form.key: form for form in load_forms(self.zone)}
        accepted = [
            Accepted(forms[step.of.form], step.of, step.revision)
            for step in ReturnStep.objects.filter(of__in=cut_off, kind=StepKind.ACCEPTED).select_related(
                "of", "revision"
            )
            if step.revision is not None and not step.revision.steps.filter(kind=StepKind.LOCKED).exists()
        ]
        digest = digest_of_json([each.revision.digest for each in accepted])
        reason = _joined(each.revision.reason for each in accepted)
        run = record(accepted, author=self.author, reason=reason, source=digest, store=self.store)
        self._lock([(each, Filing("", "", "", {})) for each in accepted], run, timezone.now())

    def _last_steps(self) -> Iterable[tuple[int, str]]:
        steps = ReturnStep.objects.filter(of__zone=self.zone, of__sample=self.sample).order_by("pk")
        return steps.values_list("of", "kind")

    # -- steps -----------------------------------------------------------------------------------------

    def _read(self, filing: Filing, forms: Mapping[str, Form]) -> tuple[Subject, dict[str, Entry], Filing]:
        about = subject(
            self.zone, forms.get(filing.form, filing.form), filing.place, filing.period, sample=self.sample
        )
        entries, _ = findings_of(about, typed_from_values(about.cells, filing.values), {}, {})
        return about, entries, filing

    def _accepted(
        self, wanted: set[tuple[str, ReturnPeriod]], forms: Mapping[str, Form]
    ) -> dict[tuple[str, str, str], dict[str, Entry]]:
        found = {}
        for key in {key for key, _ in wanted}:
            periods = [period for name, period in wanted if name == key]
            for (place, period), row in accepted_revisions(
                self.zone, key, periods, sample=self.sample
            ).items():
                found[key, place, period] = entries_from_json(row.cells)
        return found

    def _accepted_rows(
        self, read: list[tuple[Subject, dict[str, Entry], Filing]]
    ) -> dict[tuple[str, str, str], ReturnRevision]:
        found = {}
        for key in {about.form.key for about, _, _ in read}:
            periods = {about.period for about, _, _ in read if about.form.key == key}
            for (place, period), row in accepted_revisions(
                self.zone, key, periods, sample=self.sample
            ).items():
                found[key, place, period] = row
        return found

    def _rows(self, subjects: list[Subject], now: datetime) -> dict[tuple[str, str, str], DepartmentalReturn]:
        DepartmentalReturn.objects.bulk_create(
            [
                DepartmentalReturn(
                    zone=self.zone,
                    form=about.form.key,
                    place=about.place.key,
                    period=str(about.period),
                    period_end=about.period.end,
                    sample=self.sample,
                    created_at=now,
                )
                for about in subjects
            ],
            ignore_conflicts=True,
            batch_size=500,
        )
        rows = DepartmentalReturn.objects.filter(
            zone=self.zone, sample=self.sample, period__in={str(about.period) for about in subjects}
        )
        return {(row.form, row.place, row.period): row for row in rows}

    def _numbers(self, rows: Mapping[tuple[str, str, str], DepartmentalReturn]) -> dict[int, int]:
        """The highest revision number of each return; a draft or an open review stops the whole filing."""
        numbers: dict[int, int] = {}
        for pk, number in ReturnRevision.objects.filter(
            of__zone=self.zone, of__sample=self.sample
        ).values_list("of", "number"):
            numbers[pk] = max(numbers.get(pk, 0), number)
        last = dict(self._last_steps())
        by_pk = {row.pk: row for row in rows.values()}
        being_filled = [
            by_pk[pk]
            for pk, kind in last.items()
            if pk in by_pk and kind not in {"locked", "dropped", "opened"}
        ]
        if being_filled:
            raise ReturnRefused(
                "being-filled",
                Text(
                    zh="{which}正在填报或审核，不能成批入库",
                    en="{which} is being filled in or reviewed, so it is not filed in bulk",
                ).fill(which=str(being_filled[0])),
            )
        return numbers

    def _revision(
        self,
        about: Subject,
        of: DepartmentalReturn,
        entries: Mapping[str, Entry],
        filing: Filing,
        number: int,
        now: datetime,
    ) -> ReturnRevision:
        at = filing.submitted_at or now
        body = filler(about.form, about.place, _day(at), self.directory)
        return ReturnRevision(
            of=of,
            number=number,
            cells=entries_to_json(entries),
            explanations=dict(filing.explanations),
            reason=filing.reason.strip(),
            form_digest=about.form.digest,
            author=account_of(self.author),
            author_name=name_of(self.author),
            body=body.key,
            body_name=body.name.zh,
            submitted_at=at,
        )

    def _log(self, to_file: list[tuple[Accepted, Filing]], now: datetime) -> None:
        steps = []
        for each, filing in to_file:
            submitted, accepted = filing.submitted_at or now, filing.accepted_at or filing.submitted_at or now
            judge = reviewer(each.form, _day(accepted), self.directory).key
            first = StepKind.OPENED if each.revision.number == 1 else StepKind.RESTATING
            steps += [
                self._step(each, first, self.author, each.revision.body, submitted, filing.reason),
                self._step(
                    each, StepKind.SUBMITTED, self.author, each.revision.body, submitted, filing.reason
                ),
                self._step(each, StepKind.REVIEWED, self.reviewer, judge, accepted),
                self._step(each, StepKind.ACCEPTED, self.reviewer, judge, accepted),
            ]
        ReturnStep.objects.bulk_create(steps, batch_size=500)

    def _lock(self, to_file: list[tuple[Accepted, Filing]], run: UUID, now: datetime) -> None:
        steps = []
        for each, filing in to_file:
            at = filing.accepted_at or filing.submitted_at or now
            step = self._step(each, StepKind.LOCKED, self.reviewer, "", at)
            step.rule, step.run = LOCK_RULE, run
            steps.append(step)
        ReturnStep.objects.bulk_create(steps, batch_size=500)

    def _step(
        self, each: Accepted, kind: StepKind, actor: Any, organisation: str, at: datetime, reason: str = ""
    ) -> ReturnStep:
        return ReturnStep(
            of=each.of,
            revision=each.revision,
            kind=kind,
            actor=account_of(actor),
            actor_name=name_of(actor),
            organisation=organisation[:128],
            reason=reason,
            at=at,
        )


def _joined(reasons: Iterable[str]) -> str:
    return "; ".join(sorted({reason for reason in reasons if reason}))[:500]


def _place(about: Subject) -> tuple[str, str, str]:
    return about.form.key, about.place.key, str(about.period)


def _same(one: Mapping[str, Entry], other: Mapping[str, Entry]) -> bool:
    return set(one) == set(other) and all(entry.same_statement(other[key]) for key, entry in one.items())


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
