"""A dossier as plain JSON values, and the digest by which two are told apart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ecociv.accounts.audit.attribution import Attribution
from ecociv.accounts.audit.composition import PROGRESS_REPORTS, VALUES
from ecociv.accounts.audit.conduct import Progress, TargetAtEnds
from ecociv.accounts.audit.dossier import Dossier
from ecociv.accounts.audit.movements import Movement
from ecociv.accounts.audit.values import ColumnWorth, PositionWorth
from ecociv.core.decimals import plain
from ecociv.core.digests import digest_of_json
from ecociv.supervision.responsibility.record import Matter


def dossier_json(found: Dossier) -> dict[str, Any]:
    """Everything of a dossier; the digest is of all but the moment of knowledge."""
    content = _content(found)
    return {
        **content,
        "as_of": found.as_of.isoformat() if found.as_of else None,
        "digest": digest_of_json(content),
    }


def digest_of_dossier(found: Dossier) -> str:
    """SHA-256 of everything that a dossier says."""
    return digest_of_json(_content(found))


def _content(found: Dossier) -> dict[str, Any]:
    term, made = found.term, found.composition
    content: dict[str, Any] = {
        "zone": term.zone,
        "official": {"id": term.official, "name": term.name, "post": term.title},
        "body": {"key": term.body, "name": found.body_name.to_mapping()},
        "area": {"key": term.area, "name": found.area_name.to_mapping()},
        "term": {
            "from": term.first.isoformat(),
            "to": term.last.isoformat(),
            "asked_from": term.asked_first.isoformat(),
            "asked_to": term.asked_last.isoformat(),
        },
        "sample": found.sample,
        "rules": {
            "key": found.rules.key,
            "basis": found.rules.basis.standard,
            "verified": found.rules.basis.verified,
        },
        "opening_on": found.opening_on.isoformat(),
        "closing_on": found.closing_on.isoformat(),
        "peers": {key: name.to_mapping() for key, name in found.peer_names.items()},
        "movements": [_movement(one) for one in found.movements],
        "attribution": [
            {"measure": key, "name": measure.name.to_mapping(), "better": measure.better, "weather": measure.weather or None}
            | _attribution(one)
            | (_comparison(one) if made.named else {})
            for key, measure, one in found.measures
        ],
        "targets": [_target(one) for one in found.conduct.targets],
        "cases": [_matter(one) for one in found.conduct.matters],
        "inspection_findings": [
            {"number": one.number, "title": one.title, "severity": one.severity.to_mapping(), "on": one.on.isoformat(), "rule": one.rule}
            for one in found.conduct.findings
        ],
        "papers": dict(found.papers) if found.papers is not None else None,
        "proposal": found.proposal.to_json(),
        "notes": [one.to_mapping() for one in found.notes],
    }
    if made.has(PROGRESS_REPORTS):
        content["progress_reports"] = [_progress(one) for one in found.conduct.reports]
    if made.has(VALUES):
        content["values"] = _values(found.worth) if found.worth else None
    if made.named:
        content["composition"] = {"number": made.number, "accounts": made.accounts, "methods": found.methods.key}
    return content


def _movement(one: Movement) -> dict[str, Any]:
    return {
        "account": one.account,
        "column": one.column,
        "name": one.name.to_mapping(),
        "unit": one.unit,
        "stock": one.stock,
        "opening": _plain(one.opening),
        "closing": _plain(one.closing),
        "change": _plain(one.change),
        "causes": {key: _plain(value) for key, value in one.causes.items()},
        "rows": [{"row": each.row, "cause": each.cause, "amount": _plain(each.amount)} for each in one.rows],
        "residual": _plain(one.residual),
        "breaks": _plain(one.breaks),
        "gaps": list(one.gaps),
        "grade": one.grade,
        "sample": one.sample,
    }


def _attribution(one: Attribution) -> dict[str, Any]:
    return {
        "unit": one.unit,
        "opening": _plain(one.before),
        "closing": _plain(one.after),
        "change": _plain(one.change),
        "closing_normalised": _plain(one.adjusted),
        "expected": _plain(one.expected),
        "attributed": _plain(one.attributed),
        "low": _plain(one.low),
        "high": _plain(one.high),
        "placebo": _plain(one.placebo),
        "outcome": one.outcome.value,
        "peers": [
            {"area": each.area, "opening": plain(each.before), "closing": plain(each.after), "change": plain(each.change)}
            for each in one.peers
        ],
        "reasons": [each.to_json() for each in one.reasons],
        "trace": one.trace.to_json(),
    }


def _comparison(one: Attribution) -> dict[str, Any]:
    return {
        "compared_with": one.basis.value,
        "weather_taken_out": one.weather or None,
        "closing_normalised_low": _plain(one.reach[0]) if one.reach else None,
        "closing_normalised_high": _plain(one.reach[1]) if one.reach else None,
    }


def _values(found: PositionWorth) -> dict[str, Any]:
    return {
        "unit": "yuan",
        "base_on": found.base_on.isoformat(),
        "prices_verified": found.verified,
        "columns": [_value(one) for one in found.columns],
        "without": [
            {"account": one.account, "column": one.column, "name": one.name.to_mapping(), "reason": one.reason.to_mapping()}
            for one in found.without
        ],
    }


def _value(one: ColumnWorth) -> dict[str, Any]:
    return {
        "account": one.account,
        "column": one.column,
        "name": one.name.to_mapping(),
        "price_opening": plain(one.prices[0]),
        "price_closing": plain(one.prices[1]),
        "price_base": _plain(one.base_price),
        "opening": plain(one.opening),
        "closing": plain(one.closing),
        "change": plain(one.change),
        "volume_effect": plain(one.volume),
        "price_effect": plain(one.price),
        "constant_opening": _plain(one.constant_opening),
        "constant_closing": _plain(one.constant_closing),
    }


def _target(one: TargetAtEnds) -> dict[str, Any]:
    return {
        "place": one.place,
        "role": one.role or None,
        "name": one.name.to_mapping(),
        "counted": one.counted,
        "before": {"light": one.before.light, "state": one.before.label.to_mapping(), "on": one.before.day.isoformat()},
        "after": {"light": one.after.light, "state": one.after.label.to_mapping(), "on": one.after.day.isoformat()},
        "met": one.met if one.judged else None,
        "worsened": one.worsened,
    }


def _progress(one: Progress) -> dict[str, Any]:
    return {
        "place": one.place,
        "number": one.number,
        "revision": one.revision,
        "title": one.title.to_mapping(),
        "role": one.role,
        "for_all": one.for_all,
        "period": one.period,
        "on": one.on.isoformat(),
        "state": one.state.to_mapping(),
        "percent": _plain(one.percent),
        "review": one.review.to_mapping() if one.review else None,
        "sample": one.sample,
    }


def _matter(one: Matter) -> dict[str, Any]:
    return {
        "type": one.type,
        "number": one.number,
        "title": one.title,
        "opened_on": one.opened_on.isoformat(),
        "closed_on": one.closed_on.isoformat() if one.closed_on else None,
        "stands": one.stands.to_mapping(),
        "due": one.due.isoformat() if one.due else None,
        "sample": one.sample,
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)
