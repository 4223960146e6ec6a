"""What the report of a leaving-office audit says, as plain values in one language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ecociv.accounts.audit.as_json import digest_of_dossier
from ecociv.accounts.audit.attribution import Outcome
from ecociv.accounts.audit.composition import VALUES
from ecociv.accounts.audit.dossier import Dossier
from ecociv.accounts.audit.values import PositionWorth
from ecociv.core.quantities import label_of
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text, language_of
from ecociv.reporting.leaving_audit.words import WORDS

Amount = Decimal | None
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Decided:
    """What the audit on record adds to a dossier: number, papers, comment, and the conclusion of the auditor."""

    number: str
    papers: tuple[tuple[str, str, str, str, str], ...] = ()
    requests: tuple[tuple[str, str, str], ...] = ()
    comments: tuple[str, ...] = ()
    conclusion: Text | None = None
    conclusion_reason: str = ""
    concluded_by: str = ""
    concluded_on: dt.date | None = None


def report_data(dossier: Dossier, language: str, decided: Decided | None = None) -> dict[str, Any]:
    """Everything that the report shows, as text: facts, tables with heads and rows, paragraphs."""
    tongue = language_of(language)
    words = WORDS[tongue]
    term = dossier.term

    def said(text: Text) -> str:
        return text.in_language(tongue)

    draft = decided is None or decided.conclusion is None
    notices = ([words["sample"]] if dossier.sample else []) + ([words["draft"]] if draft else [])
    return {
        "language": tongue,
        "words": words,
        "title": words["title"],
        "stamp": words["stamp_sample"] if dossier.sample else words["stamp_draft"] if draft else "",
        "notices": notices,
        "facts": [
            [words["official"], f"{term.name}（{term.official}）" if tongue == "zh" else f"{term.name} ({term.official})"],
            [words["post"], f"{said(dossier.body_name)} {term.title}"],
            [words["term"], f"{term.first} – {term.last}"],
            [words["area"], said(dossier.area_name)],
            [words["position_days"], f"{dossier.opening_on} → {dossier.closing_on}"],
            [words["rules"], f"{dossier.rules.basis.standard} · {dossier.rules.key}{words['unverified']}"],
            [words["known"], _moment(dossier.as_of)],
            [words["composition"], words["composition_of"].format(number=dossier.composition.number)],
            *([[words["number"], decided.number]] if decided else []),
        ],
        "sections": [
            _section(words["conclusion"], _conclusion(dossier, decided, words, said)),
            _section(words["notes"], [said(each) for each in dossier.notes]),
            _table(words["position"], words["position_heads"], _positions(dossier, tongue), (2.2, 1.6, 1.2, 1.2, 1.1, 1.1, 1.1, 1.0, 1.0)),
            *([values_section(dossier.worth, tongue)] if dossier.composition.has(VALUES) else []),
            _table(words["attribution"], words["attribution_heads"], _attributions(dossier, tongue, words), (1.6, 1.1, 1.1, 1.2, 1.1, 1.1, 1.7, 1.1, 1.1)),
            _section(words["why"], [f"{said(m.name)}: {_and(one.reasons, said, tongue)}" for _, m, one in dossier.measures if one.reasons]),
            _table(words["targets"], words["targets_heads"], _targets(dossier, said, words), (3.2, 1.0, 1.2, 1.2)),
            _table(words["cases"], words["cases_heads"], _cases(dossier, said), (1.8, 3, 1.1, 1.1, 1.6)),
            _table(words["reports"], words["reports_heads"], _reports(dossier, said, words), (3.2, 0.7, 0.9, 1.2, 1.1, 0.8, 1.2)),
            *_papers(decided, words),
        ],
        "digest": f"{words['digest']}: {digest_of_dossier(dossier)}",
        "note": words["note"],
    }  # fmt: skip


def _section(head: str, lines: Iterable[str]) -> dict[str, Any]:
    return {"head": head, "lines": list(lines), "heads": [], "rows": [], "widths": []}


def _table(head: str, heads: list[str], rows: list[list[str]], widths: tuple[float, ...], empty: str = NOTHING) -> dict[str, Any]:
    lines = [] if rows else [empty]
    return {"head": head, "lines": lines, "heads": heads if rows else [], "rows": rows, "widths": list(widths)}


def _conclusion(dossier: Dossier, decided: Decided | None, words: dict[str, Any], said: Any) -> list[str]:
    found = []
    if decided is not None and decided.conclusion is not None:
        found.append(
            words["decided"].format(
                name=said(decided.conclusion), who=decided.concluded_by, day=decided.concluded_on or "", why=decided.conclusion_reason
            )
        )
    proposal = dossier.proposal
    name = said(proposal.proposed.name) if proposal.proposed else words["no_proposal"]
    found.append(words["proposed"].format(name=name))
    found += [f"+ {said(one.text)}" for one in proposal.reasons]
    if proposal.against:
        found.append(words["not_better"])
        found += [f"− {said(one.text)}" for one in proposal.against]
    found.append(words["decides"])
    return found


def _positions(dossier: Dossier, tongue: str) -> list[list[str]]:
    rows = []
    for one in dossier.movements:
        opening = figure(one.opening) if one.opening is not None else _absent(one.opening_label, tongue)
        closing = figure(one.closing) if one.closing is not None else _absent(one.closing_label, tongue)
        rows.append(
            [
                one.title.in_language(tongue),
                f"{one.name.in_language(tongue)} ({label_of(one.unit).in_language(tongue) if one.unit else ''})",
                opening,
                closing,
                figure(one.change, signed=True),
                *(figure(one.causes.get(cause), signed=True) for cause in dossier.rules.cause_names),
                figure(one.residual, signed=True),
            ]
        )
    return rows


def _attributions(dossier: Dossier, tongue: str, words: dict[str, Any]) -> list[list[str]]:
    rows = []
    for _, measure, one in dossier.measures:
        rows.append(
            [
                measure.name.in_language(tongue),
                figure(one.before),
                figure(one.after),
                f"{figure(one.adjusted)}{_reach(one.reach)}" if one.weather else words["no_method"],
                figure(one.expected, signed=True),
                figure(one.attributed, signed=True),
                NOTHING if one.low is None else f"{figure(one.low, signed=True)} – {figure(one.high, signed=True)}",
                one.basis.label.in_language(tongue),
                one.outcome_label.in_language(tongue),
            ]
        )
    return rows


def _reach(reach: tuple[Decimal, Decimal] | None) -> str:
    return f" ({figure(reach[0])} – {figure(reach[1])})" if reach else ""


def _targets(dossier: Dossier, said: Any, words: dict[str, Any]) -> list[list[str]]:
    return [
        [said(one.name), words["roles"].get(one.role, one.role), said(one.before.label), said(one.after.label)]
        for one in dossier.conduct.targets
        if one.counted
    ]


def _cases(dossier: Dossier, said: Any) -> list[list[str]]:
    rows = [
        [one.number, one.title, one.opened_on.isoformat(), one.closed_on.isoformat() if one.closed_on else NOTHING, said(one.stands)]
        for one in dossier.conduct.matters
    ]
    rows += [[str(one.number), one.title, one.on.isoformat(), NOTHING, said(one.severity)] for one in dossier.conduct.findings]
    return rows


def _reports(dossier: Dossier, said: Any, words: dict[str, Any]) -> list[list[str]]:
    return [
        [
            said(one.title),
            str(one.number),
            str(one.period),
            one.on.isoformat(),
            said(one.state),
            NOTHING if one.percent is None else f"{figure(one.percent)}%",
            said(one.review) if one.review else words["not_reviewed"],
        ]
        for one in dossier.conduct.reports
    ]


def _papers(decided: Decided | None, words: dict[str, Any]) -> list[dict[str, Any]]:
    if decided is None:
        return []
    return [
        _table(words["papers"], words["papers_heads"], [list(row) for row in decided.papers], (0.6, 2.4, 1.0, 3, 1.2)),
        _table(words["requests"], words["requests_heads"], [list(row) for row in decided.requests], (1.6, 3, 1.6)),
        _section(words["comments"], decided.comments or [NOTHING]),
    ]


def values_section(worth: PositionWorth | None, language: str) -> dict[str, Any]:
    """The position in yuan, its change split into volume and price, and what has no value."""
    tongue = language_of(language)
    words = WORDS[tongue]
    if worth is None:
        return _section(words["values"], [words["values_none"]])
    rows = [
        [f"{each.title.in_language(tongue)} · {each.name.in_language(tongue)}", *_yuan(getattr(each, name) for name in _VALUES)]
        for each in worth.columns
    ]
    rows.append([words["values_total"], *_yuan(worth.total(name) for name in _VALUES)])
    found = _table(words["values"], words["values_heads"], rows, (1.8, 1.2, 1.2, 1.1, 1.1, 1.1, 1.2, 1.2))
    found["lines"] = [words["values_base"].format(day=worth.base_on)]
    if any(each.base_price is None for each in worth.columns):
        found["lines"].append(words["values_base_missing"].format(day=worth.base_on))
    if not worth.verified:
        found["lines"].append(words["values_unverified"])
    if worth.without:
        listed = ("；" if tongue == "zh" else "; ").join(_without(worth, tongue))
        found["lines"].append(words["values_without"].format(names=listed))
    return found


def _without(worth: PositionWorth, tongue: str) -> Iterable[str]:
    """Accounts without any value by their title; of the others the items, each group with its reason."""
    valued = {each.account for each in worth.columns}
    names: dict[tuple[str, str], list[str]] = {}
    for each in worth.without:
        name = each.name.in_language(tongue) if each.account in valued else ""
        names.setdefault((each.title.in_language(tongue), each.reason.in_language(tongue)), []).append(name)
    by_reason: dict[str, list[str]] = {}
    for (title, why), those in names.items():
        items = [each for each in those if each]
        said = f"{title}: {', '.join(items)}" if tongue == "en" else f"{title}：{'、'.join(items)}"
        by_reason.setdefault(why, []).append(said if items else title)
    for why, those in by_reason.items():
        yield f"{', '.join(those)} ({why})" if tongue == "en" else f"{'、'.join(those)}（{why}）"


_VALUES = ("opening", "closing", "change", "volume", "price", "constant_opening", "constant_closing")


def _yuan(amounts: Iterable[Amount]) -> list[str]:
    return [NOTHING if each is None else f"{round_half_even(each, 2):,f}" for each in amounts]


def figure(value: Amount, *, signed: bool = False) -> str:
    """A figure for the page: at most two decimals, with its sign where it is a change; a dash where there is none."""
    if value is None:
        return NOTHING
    places = -int(value.as_tuple().exponent)
    found = round_half_even(value, 2) if places > 2 else value
    text = f"{found:,f}" if found else "0"
    return f"+{text}" if signed and found > 0 else text


def _absent(label: Text | None, tongue: str) -> str:
    return label.in_language(tongue) if label else NOTHING


def _and(reasons: Any, said: Any, tongue: str) -> str:
    return ("；" if tongue == "zh" else "; ").join(said(each.text) for each in reasons)


def _moment(at: dt.datetime | None) -> str:
    return timezone.localtime(at or timezone.now()).strftime("%Y-%m-%d %H:%M")


__all__ = ["Decided", "Outcome", "figure", "report_data", "values_section"]
