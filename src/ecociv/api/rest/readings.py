"""Readings in: JSON or lines of JSON, each taken or refused by its position."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from ecociv.api import limits
from ecociv.api.access import sender_of
from ecociv.api.intake import Unreadable, reading_of, series_of
from ecociv.api.problems import Problem, as_json, words
from ecociv.evidence.actions import ReceiveReadings
from ecociv.evidence.models import Series
from ecociv.evidence.readings import Reading, Refusal

router = Router()

_READING = {
    "type": "object",
    "properties": {
        "series": {"type": "string"},
        "network": {"type": "string"},
        "place": {"type": "string"},
        "property": {"type": "string"},
        "time": {"type": "string", "format": "date-time"},
        "period": {"type": "string", "example": "2017-01-01T00:00:00+08:00/2017-01-01T01:00:00+08:00"},
        "value": {"oneOf": [{"type": "number"}, {"type": "string", "example": "<0.02"}, {"type": "object"}]},
        "key": {"type": "string", "maxLength": 160},
    },
    "required": ["value"],
}


@router.post(
    "/readings",
    summary="Send readings",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "array", "items": _READING}},
                "application/x-ndjson": {"schema": _READING},
            },
        }
    },
)
def post_readings(request: HttpRequest) -> HttpResponse:
    """Send up to 10,000 readings as a JSON list or as lines of JSON.

    200 when all are safe (accepted or known before), 207 when some were refused, 422 when all were. A refused reading is
    named by its position from 0. What was accepted is committed when the answer is sent.
    """
    caller = sender_of(request)
    items = _items(request)
    limits.require_room()
    refused: list[Refusal] = []
    named: list[tuple[int, Any, str]] = []
    for position, item in enumerate(items):
        try:
            named.append((position, item, series_of(item)))
        except Unreadable as error:
            refused.append(Refusal(position, "", error.code, error.text))
    wanted = {series for _, _, series in named if "\x00" not in series}
    known: dict[str, Series] = {}
    for series in Series.objects.select_related("place").filter(key__in=wanted):
        known[series.key] = series
    closed = {
        key: problem for key, series in known.items() if (problem := caller.refusal(series)) is not None
    }
    if closed:  # whoever may neither send nor see a series is not told that it is there
        told = set(caller.disclosed().filter(key__in=closed).values_list("key", flat=True))
        known = {key: series for key, series in known.items() if key not in closed or key in told}
    readings: list[Reading] = []
    positions: list[int] = []
    for position, item, key in named:
        if key not in known:
            unknown = Unreadable(
                "series-unknown",
                "序列{key}没有登记；请先登记序列。",
                "Series {key} is not registered; register it first.",
                key=key[:200],
            )
            refused.append(Refusal(position, "", unknown.code, unknown.text))
        elif key in closed:
            refused.append(Refusal(position, "", "not-permitted", closed[key].text))
        else:
            try:
                readings.append(reading_of(item, key, known[key].averaging))
                positions.append(position)
            except Unreadable as error:
                refused.append(Refusal(position, "", error.code, error.text))
    receipt = ReceiveReadings(
        readings, "rest", caller.user, known={key: series.pk for key, series in known.items()}
    ).execute()
    refused += [Refusal(positions[item.position], item.key, item.code, item.text) for item in receipt.refused]
    refused.sort(key=lambda item: item.position)
    safe = receipt.accepted + receipt.repeated
    status = 200 if not refused else 207 if safe else 403 if _all_closed(refused) else 422
    body = {
        "accepted": receipt.accepted,
        "repeated": receipt.repeated,
        "refused": [
            {
                "position": r.position,
                "key": r.key,
                "code": r.code,
                "message": words(r.text),
                **r.text.to_mapping(),
            }
            for r in refused
        ],
        "received_at": receipt.received_at.isoformat(),
    }
    return as_json(body, status)


def _items(request: HttpRequest) -> list[Any]:
    kind = request.content_type or ""
    if kind not in ("application/json", "application/x-ndjson", "application/ndjson"):
        raise Problem(
            415,
            "UnsupportedMediaType",
            "请用application/json（列表）或application/x-ndjson（每行一条）。",
            "Send application/json (a list) or application/x-ndjson (one reading a line).",
        )
    try:
        text = request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, "BadRequest", "正文不是UTF-8。", "The body is not UTF-8.") from None
    try:
        if kind == "application/json":
            items = json.loads(text)
        else:
            items = [_line(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    except (ValueError, RecursionError) as error:
        raise _wrong_json(getattr(error, "lineno", 1), error) from None
    if not isinstance(items, list):
        items = [items]
    if not 1 <= len(items) <= limits.READINGS_AT_ONCE:
        raise Problem(
            413 if items else 422,
            "PayloadTooLarge" if items else "UnprocessableEntity",
            "一次请发送1至{most}条，收到{n}条；一条也没有接收。",
            "Send 1 to {most} readings at once; {n} came, and none was taken.",
            most=limits.READINGS_AT_ONCE,
            n=len(items),
        )
    return items


def _all_closed(refused: list[Refusal]) -> bool:
    return bool(refused) and all(item.code == "not-permitted" for item in refused)


def _line(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _wrong_json(number, error) from None


def _wrong_json(line: int, error: Exception) -> Problem:
    return Problem(
        400,
        "BadRequest",
        "JSON有误（第{line}行）：{e}",
        "The JSON is wrong (line {line}): {e}",
        line=line,
        e=str(error)[:200],
    )
