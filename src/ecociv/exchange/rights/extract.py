"""The audit extract (审计数据提取): everything that the exchange did in a span of time, line by line, as files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q

from ecociv.exchange.journal.models import JournalEntry
from ecociv.exchange.projections.models import MovementRow, TradeRow
from ecociv.exchange.queries import micros, when
from ecociv.exchange.rights.models import AlertDecision, AllocationRound, SurveillanceAlert, VerifiedEmission
from ecociv.exchange.sealed import giving_away, sealed_offers

COLUMNS = (
    "record",
    "number",
    "at",
    "kind",
    "who",
    "from",
    "to",
    "instrument",
    "vintage",
    "region",
    "quantity",
    "price",
    "amount",
    "state_before",
    "state_after",
    "document",
    "digest",
    "details",
)
"""Columns of the CSV file; the JSON Lines have the same keys. Money and prices in fen."""


def extract(zone: str, since: dt.datetime, until: dt.datetime, account: str = "") -> Iterator[dict[str, Any]]:
    """Rows of the extract: a heading, then the journal, movements, trades, emissions, rounds, alerts and decisions.

    Parameters
    ----------
    since, until : datetime
        Aware; ``until`` is not in it.
    account : str
        Only what concerns this account (of the journal: what names it).
    """
    last = JournalEntry.objects.filter(venue=zone, at__lt=micros(until)).order_by("-sequence").first()
    yield {
        "record": "extract",
        "number": last.sequence if last else 0,
        "at": until.isoformat(),
        "who": account,
        "digest": last.digest if last else "",
        "details": {"zone": zone, "since": since.isoformat(), "until": until.isoformat(), "money": "CNY-fen"},
    }
    span = {"at__gte": micros(since), "at__lt": micros(until)}
    yield from _journal(zone, span, account)
    yield from _movements(zone, span, account)
    yield from _trades(zone, span, account)
    yield from _recorded(zone, since, until, account)


def as_json_lines(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One JSON object a line."""
    for row in rows:
        yield json.dumps(row, ensure_ascii=False, sort_keys=True, default=str) + "\n"


def as_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """CSV with a byte order mark; details as JSON. Text that a spreadsheet would run as a formula is made plain."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    yield "\ufeff" + buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([_cell(row.get(name, "")) for name in COLUMNS])
        yield buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def _journal(zone: str, span: dict[str, int], account: str) -> Iterator[dict[str, Any]]:
    rows = JournalEntry.objects.filter(venue=zone, **span).order_by("sequence")
    if account:
        rows = rows.filter(command__contains=json.dumps(account, ensure_ascii=False))
    closed = sealed_offers(zone)
    for row in rows.iterator(chunk_size=2000):
        details = {"command": json.loads(row.command), "outcome": json.loads(row.outcome)}
        if row.kind == "bid" and details["command"].get("offer") in closed:
            details = {"withheld": "sealed until the bids are opened"}
        yield {
            "record": "journal",
            "number": row.sequence,
            "at": when(row.at).isoformat(),
            "kind": row.kind,
            "who": row.actor,
            "digest": row.digest,
            "details": details,
        }


def _movements(zone: str, span: dict[str, int], account: str) -> Iterator[dict[str, Any]]:
    rows = MovementRow.objects.filter(venue=zone, **span).exclude(giving_away(zone)).order_by("movement", "place")
    if account:
        rows = rows.filter(Q(giver=account) | Q(taker=account))
    for row in rows.iterator(chunk_size=2000):
        yield {
            "record": "movement",
            "number": f"{row.movement}.{row.place}",
            "at": when(row.at).isoformat(),
            "kind": row.kind,
            "from": row.giver,
            "to": row.taker,
            "instrument": row.unit,
            "vintage": row.vintage,
            "region": row.region,
            "quantity": row.quantity,
            "state_before": row.before,
            "state_after": row.after,
            "document": row.document,
            "details": {"claim": row.claim} if row.claim else {},
        }


def _trades(zone: str, span: dict[str, int], account: str) -> Iterator[dict[str, Any]]:
    rows = TradeRow.objects.filter(venue=zone, **span).order_by("number")
    if account:
        rows = rows.filter(Q(buyer=account) | Q(seller=account))
    for row in rows.iterator(chunk_size=2000):
        yield {
            "record": "trade",
            "number": row.number,
            "at": when(row.at).isoformat(),
            "kind": row.way,
            "from": row.seller,
            "to": row.buyer,
            "instrument": row.market,
            "quantity": row.quantity,
            "price": row.price,
            "amount": row.amount,
            "details": {"buy_order": row.buy_order, "sell_order": row.sell_order},
        }


def _recorded(zone: str, since: dt.datetime, until: dt.datetime, account: str) -> Iterator[dict[str, Any]]:
    span: dict[str, Any] = {"zone": zone, "recorded_at__gte": since, "recorded_at__lt": until}
    emissions = VerifiedEmission.objects.filter(**span).order_by("pk")
    for one in emissions.filter(account=account) if account else emissions:
        yield {
            "record": "verified-emission",
            "number": one.revision,
            "at": one.recorded_at.isoformat(),
            "who": one.author_name,
            "to": one.account,
            "instrument": one.instrument,
            "vintage": one.year,
            "region": one.region,
            "quantity": one.quantity,
            "document": one.document,
            "details": {"reason": one.reason} if one.reason else {},
        }
    for made in AllocationRound.objects.filter(**span).order_by("pk"):
        parts = [part for part in made.parts if not account or part["account"] == account]
        if parts:
            yield {
                "record": "allocation",
                "number": made.number,
                "at": made.recorded_at.isoformat(),
                "who": made.author_name,
                "instrument": made.instrument,
                "vintage": made.vintage,
                "region": made.region,
                "quantity": made.cap,
                "document": made.document,
                "details": {"entry": made.sequence, "parts": parts},
            }
    for alert in SurveillanceAlert.objects.filter(**span).order_by("pk"):
        if not account or account in alert.body["accounts"]:
            yield {
                "record": "alert",
                "number": alert.key,
                "at": alert.recorded_at.isoformat(),
                "kind": alert.kind,
                "who": alert.author_name,
                "to": alert.owner,
                "instrument": alert.market,
                "details": alert.body,
            }
    for decided in AlertDecision.objects.filter(**span).select_related("alert").order_by("pk"):
        if not account or account in decided.alert.body["accounts"]:
            yield {
                "record": "decision",
                "number": decided.alert.key,
                "at": decided.recorded_at.isoformat(),
                "kind": decided.decision,
                "who": decided.author_name,
                "document": decided.document,
                "details": {"note": decided.note},
            }
