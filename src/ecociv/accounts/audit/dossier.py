"""Everything that an audit rests on, gathered as known on a day: position, changes, attribution, targets, cases, proposal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from django.utils import timezone

from ecociv.accounts.audit.attribution import Comparison, Outcome
from ecociv.accounts.audit.composition import (
    NEWEST,
    PROGRESS_REPORTS,
    REFERENCES,
    VALUES,
    Composition,
)
from ecociv.accounts.audit.conclusion import Proposal, propose, propose_within
from ecociv.accounts.audit.conduct import Conduct, conduct_of
from ecociv.accounts.audit.declaration import RuleSet, ZoneAudit, rules_on, zone_audit
from ecociv.accounts.audit.judging import Bench, Judged, judge, share_by_peers
from ecociv.accounts.audit.methods import MethodSet, methods_on
from ecociv.accounts.audit.movements import Movement, movements
from ecociv.accounts.audit.term import AuditRefused, Term, body_name
from ecociv.accounts.audit.values import PositionWorth, position_worth
from ecociv.accounts.companions import prices_of
from ecociv.accounts.queries import BalanceSheet, balance_sheet, position, years
from ecociv.core.text import Text

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
    composition : Composition
        Of which kinds of facts it is made.
    methods : MethodSet
        What stands in for peers, and how the weather is taken out.
    worth : PositionWorth or None
        The position in yuan; none where no column has a price.
    generated : bool
        Whether any reading is generated.
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
    measures: tuple[Judged, ...]
    peer_names: Mapping[str, Text]
    conduct: Conduct
    papers: PaperFindings | None
    proposal: Proposal
    notes: tuple[Text, ...]
    composition: Composition
    methods: MethodSet
    worth: PositionWorth | None = None
    generated: bool = False

    @property
    def sample(self) -> bool:
        """Whether any figure, case or person is generated."""
        return (
            self.term.sample
            or self.generated
            or any(each.sample for each in self.movements)
            or any(each.sample for each in self.conduct.matters)
            or (self.composition.has(PROGRESS_REPORTS) and any(each.sample for each in self.conduct.reports))
        )


def compile_dossier(
    term: Term,
    *,
    as_of: dt.datetime | None = None,
    user: Any = None,
    papers: PaperFindings | None = None,
    rules: RuleSet | None = None,
    composition: Composition = NEWEST,
) -> Dossier:
    """Gather an audit as known at a moment.

    Parameters
    ----------
    composition
        Of which kinds of facts; that of an earlier dossier gives its digest again.

    Raises
    ------
    AuditRefused
        No closing lies before the term.
    OutsideValidity
        No rules hold on the day.
    """
    known_on = timezone.localdate(as_of) if as_of is not None else timezone.localdate()
    rules, methods = rules or rules_on(known_on), methods_on(known_on)
    zone, area = term.zone, term.area
    require_opening(term)
    span = years(zone)
    start, end = (position(zone, area, day, as_of) for day in (term.first, term.last))
    opening, closing = start.stated_for.year, end.stated_for.year

    @cache
    def sheet(where: str, year: int) -> BalanceSheet:
        # Kept for this dossier: each asks the evidence for its state, and all must be of one.
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
    declared = zone_audit(zone)
    bench = Bench(term, rules, methods, declared, composition, span[0], opening, closing, sheet, as_of)
    judged, left, generated = judge(bench)
    conduct = conduct_of(term, known_on, user)
    worth = _worth(zone, changed, start.stated_for, end.stated_for, declared, methods) if composition.has(VALUES) else None
    names = bench.names()
    peers = dict.fromkeys((*term.peers, *(each.area for _, _, one in judged for each in one.peers)))
    return Dossier(
        term, rules, as_of, known_on, start.area_name, body_name(zone, term.body), start.stated_for, end.stated_for, changed, judged,
        {key: names[key] for key in peers}, conduct, papers, _proposal(rules, methods, composition, judged, conduct, papers),
        (*_notes(term, start.stated_for, end.stated_for, papers, composition), *left, *_references(composition, judged)),
        composition, methods, worth, generated,
    )  # fmt: skip


def require_opening(term: Term) -> None:
    """Refuse a term that begins before the accounts' first closing: it has no opening position.

    Raises
    ------
    AuditRefused
        Names the first day from which a term can be audited.
    """
    first = years(term.zone)[0]
    if term.first < dt.date(first, 12, 31):
        raise AuditRefused(
            f"自然资源账户最早的期末是{first}-12-31，任期{term.first}之前没有期初存量；请把开始日改为{first}-12-31或之后。",
            f"The accounts' first closing is {first}-12-31, so that a term from {term.first} has no opening position; "
            f"begin on {first}-12-31 or later.",
            "first",
        )


def _worth(
    zone: str, changed: tuple[Movement, ...], opening: dt.date, closing: dt.date, declared: ZoneAudit, methods: MethodSet
) -> PositionWorth | None:
    base = opening if methods.money.base == "opening" else closing
    if declared.base_year is not None:
        base = dt.date(declared.base_year, 12, 31)
    return position_worth(changed, opening, closing, base, prices_of(zone))


def _proposal(
    rules: RuleSet, methods: MethodSet, composition: Composition, judged: tuple[Judged, ...], conduct: Conduct, papers: PaperFindings | None
) -> Proposal:
    facts = facts_of(judged, conduct, papers)
    if not composition.has(REFERENCES):
        return propose(rules, facts)
    losses = [one for _, _, one in judged if one.outcome is Outcome.LOSS]
    by_peers = facts | {"losses": None if facts["losses"] is None else Decimal(sum(not one.basis.weaker for one in losses))}
    return propose_within(rules, facts, by_peers, share_by_peers(judged), methods.weaker)


def facts_of(judged: tuple[Judged, ...], conduct: Conduct, papers: PaperFindings | None) -> dict[str, Decimal | None]:
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


def _references(composition: Composition, judged: tuple[Judged, ...]) -> tuple[Text, ...]:
    """What a reader must know of comparisons that are no comparison with peers."""
    if not composition.has(REFERENCES):
        return ()
    weaker = sum(one.basis.weaker for _, _, one in judged)
    none = sum(one.basis is Comparison.NOTHING for _, _, one in judged)
    found = []
    if weaker:
        text = Text(
            zh="{count}项指标没有足够的同类地区，与自身任期前趋势或上级序列比较，属较弱证据；建议等级因此设有上下限。",
            en="{count} measures lack peers and are held against the own trend before the term or a wider series: weaker evidence, which "
            "bounds the class that may be proposed.",
        )
        found.append(text.fill(count=weaker))
    if none:
        text = Text(zh="{count}项指标没有任何可比对象，原因见各项理由。", en="{count} measures can be compared with nothing; their reasons say why.")
        found.append(text.fill(count=none))
    return tuple(found)


def _notes(
    term: Term, opening: dt.date, closing: dt.date, papers: PaperFindings | None, composition: Composition
) -> tuple[Text, ...]:
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
    if not term.peers and composition.has(REFERENCES):
        found.append(
            Text(
                zh="没有编制账户的同类地区（peers.yaml），账户指标不能作同类比较。",
                en="No peer in peers.yaml has accounts: measures by accounts cannot be compared with peers.",
            )
        )
    elif not term.peers:
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
