"""Everything that an audit rests on, gathered as known on a day: position, changes, attribution, targets, cases, proposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ecociv.accounts.audit.attribution import Attribution, Ends, Outcome, attribute
from ecociv.accounts.audit.conclusion import Proposal, propose
from ecociv.accounts.audit.conduct import Conduct, conduct_of
from ecociv.accounts.audit.declaration import Measure, RuleSet, measures_of, rules_on, zone_audit
from ecociv.accounts.audit.movements import Movement, driver_of, ends_of, movements
from ecociv.accounts.audit.term import AuditRefused, Term
from ecociv.accounts.queries import BalanceSheet, areas, balance_sheet, position, years
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.text import Text
from ecociv.plan.queries import current_package

PaperFindings = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Dossier:
    """What an audit rests on.

    Attributes
    ----------
    opening_on, closing_on : date
        Days of the closings that the position at both ends is of.
    papers : mapping of str to int, or None
        Findings of reviewed working papers by severity; none where no audit is on record.
    """

    term: Term
    rules: RuleSet
    as_of: dt.datetime | None
    known_on: dt.date
    area_name: Text
    body_name: Text
    opening_on: dt.date
    closing_on: dt.date
    movements: tuple[Movement, ...]
    measures: tuple[tuple[str, Measure, Attribution], ...]
    peer_names: Mapping[str, Text]
    conduct: Conduct
    papers: PaperFindings | None
    proposal: Proposal
    notes: tuple[Text, ...]

    @property
    def sample(self) -> bool:
        """Whether any figure, case or person is generated."""
        return (
            self.term.sample
            or any(each.sample for each in self.movements)
            or any(each.sample for each in self.conduct.matters)
            or any(each.sample for each in self.conduct.reports)
        )


def compile_dossier(
    term: Term,
    *,
    as_of: dt.datetime | None = None,
    user: Any = None,
    papers: PaperFindings | None = None,
    rules: RuleSet | None = None,
) -> Dossier:
    """Gather an audit as known at a moment.

    Raises
    ------
    AuditRefused
        No closing lies before the term.
    OutsideValidity
        No rules hold on the day.
    """
    known_on = timezone.localdate(as_of) if as_of is not None else timezone.localdate()
    rules = rules or rules_on(known_on)
    zone, area = term.zone, term.area
    span = years(zone)
    if term.first < dt.date(span[0], 12, 31):
        raise AuditRefused(
            f"自然资源账户最早的期末是{span[0]}-12-31，任期{term.first}之前没有期初存量；请把开始日改为{span[0]}-12-31或之后。",
            f"The accounts' first closing is {span[0]}-12-31, so that a term from {term.first} has no opening position; "
            f"begin on {span[0]}-12-31 or later.",
            "first",
        )
    start, end = (position(zone, area, day, as_of) for day in (term.first, term.last))
    opening, closing = start.stated_for.year, end.stated_for.year

    def sheet(where: str, year: int) -> BalanceSheet:
        return balance_sheet(zone, where, year, as_of)

    own = {year: sheet(area, year) for year in range(opening, closing + 1)}
    changed = tuple(
        each
        for account in own[closing].accounts
        if own[opening].has(account.key)
        for each in movements(
            rules,
            own[opening].account(account.key),
            [own[year].account(account.key) for year in range(opening + 1, closing + 1)],
            opening + 1,
        )
    )
    measures = measures_of(rules, zone_audit(zone), term.body)
    ends = {where: (sheet(where, opening), sheet(where, closing)) for where in (area, *term.peers)} if closing > opening else {}
    earlier = {where: (sheet(where, span[0]), sheet(where, opening)) for where in ends} if opening > span[0] else {}
    judged = tuple(
        (key, one, _attributed(rules, one, term, ends, earlier, own[opening]))
        for key, one in measures.items()
        if own[closing].has(one.account)
    )
    conduct = conduct_of(term, known_on, user)
    names = dict(areas(zone))
    proposal = propose(rules, facts_of(judged, conduct, papers))
    return Dossier(
        term, rules, as_of, known_on, start.area_name, _body(zone, term.body), start.stated_for, end.stated_for, changed, judged,
        {key: names[key] for key in term.peers}, conduct, papers, proposal, _notes(term, start.stated_for, end.stated_for, papers),
    )  # fmt: skip


def facts_of(
    judged: tuple[tuple[str, Measure, Attribution], ...], conduct: Conduct, papers: PaperFindings | None
) -> dict[str, Decimal | None]:
    """The numbers that conditions ask for; none where they are not known."""
    outcomes = [one.outcome for _, _, one in judged]
    known = [each for each in outcomes if each is not Outcome.UNKNOWN]

    def of_papers(severity: str) -> Decimal | None:
        return None if papers is None else Decimal(papers.get(severity, 0))

    return {
        "losses": Decimal(outcomes.count(Outcome.LOSS)) if known else None,
        "gains": Decimal(outcomes.count(Outcome.GAIN)) if known else None,
        "determinable": Decimal(len(known)) / len(outcomes) if outcomes else Decimal(0),
        "targets_met": conduct.met_share(),
        "targets_worsened": conduct.worsened(),
        "overdue": Decimal(len(conduct.overdue)),
        "accountability": Decimal(conduct.accountability),
        "serious_findings": of_papers("serious"),
        "grave_findings": of_papers("grave"),
    }


def _attributed(
    rules: RuleSet,
    measure: Measure,
    term: Term,
    ends: Mapping[str, tuple[BalanceSheet, BalanceSheet]],
    earlier: Mapping[str, tuple[BalanceSheet, BalanceSheet]],
    only: BalanceSheet,
) -> Attribution:
    method, area, peers = rules.weather.get(measure.weather), term.area, term.peers

    def pair(sheets: tuple[BalanceSheet, BalanceSheet] | None) -> Ends:
        if sheets is None:
            return Ends(None, None)
        before, after = (_account(each, measure.account) for each in sheets)
        drivers: tuple[Decimal | None, Decimal | None] = (None, None)
        if method is not None:
            first, last = (driver_of(method.row, _account(each, method.account)) for each in sheets)
            drivers = (first, last)
        return ends_of(measure, before, after, drivers)

    own = pair(ends.get(area)) if ends else Ends(ends_of(measure, _account(only, measure.account), None).before, None)
    unit = "percent" if measure.share else (only.account(measure.account).unit if only.has(measure.account) else "")
    return attribute(
        own,
        {peer: pair(ends.get(peer)) for peer in peers},
        better=measure.better,
        material=measure.material,
        share=measure.share,
        unit=unit,
        label=measure.name,
        least_peers=rules.least_peers,
        exponent=method.exponent if method else None,
        earlier=(pair(earlier.get(area)), {peer: pair(earlier.get(peer)) for peer in peers}) if earlier else None,
        names=dict(areas(term.zone)),
    )


def _account(sheet: BalanceSheet, key: str) -> AccountSheet | None:
    return sheet.account(key) if sheet.has(key) else None


def _body(zone: str, key: str) -> Text:
    plan = current_package(zone)
    if not plan.has_organisation(key):
        return Text(zh=key, en=key)
    body = plan.organisation(key)
    return Text(zh=body.name, en=body.name_en)


def _notes(term: Term, opening: dt.date, closing: dt.date, papers: PaperFindings | None) -> tuple[Text, ...]:
    found = []
    if term.cut:
        found.append(
            Text(
                zh=f"所选期间{term.asked_first}至{term.asked_last}超出任职时间，按{term.first}至{term.last}审计。",
                en=f"The days asked for, {term.asked_first} to {term.asked_last}, reach beyond the post; "
                f"the audit covers {term.first} to {term.last}.",
            )
        )
    if opening != term.first or closing != term.last:
        found.append(
            Text(
                zh=f"账户于每年12月31日结账：期初为{opening}的存量，期末为{closing}的存量；其间以外的日子没有账户。",
                en=f"Accounts close on 31 December: the opening is the position of {opening}, the closing that of {closing}; "
                "the days outside have no account.",
            )
        )
    if opening == closing:
        found.append(
            Text(
                zh="任期内没有完整的会计年度，不能计算变动。",
                en="No year of the accounts closed within the term, so that no change can be told.",
            )
        )
    if not term.peers:
        found.append(
            Text(
                zh="没有编制账户的同类地区（peers.yaml），不能作同类比较。",
                en="No peer in peers.yaml has accounts, so that nothing can be compared with peers.",
            )
        )
    if papers is None:
        found.append(
            Text(
                zh="没有登记审计底稿，审计发现视为未知。",
                en="No working papers are on record; the findings of the audit count as not known.",
            )
        )
    found.append(
        Text(
            zh="同类比较以“没有任期影响时与同类地区同步变化”为前提；等级规则和重要性水平未经核定（verified: false）。",
            en="The comparison supposes that the area would have gone with its peers; the rules of classes and materiality are "
            "not verified.",
        )
    )
    return tuple(found)
