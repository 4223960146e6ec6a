"""REST interface, version 1 (``/api/v1``): readings and files in, series and observations out."""

from __future__ import annotations

import base64
import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, NinjaAPI, Query
from ninja.errors import HttpError, ValidationError
from ninja.files import UploadedFile

from ecociv import __version__
from ecociv.api import limits
from ecociv.api.access import Caller, caller_of
from ecociv.api.intake import Unreadable, instant_of, reading_of, series_of
from ecociv.api.observations import Key, Reach, Seen, count, newest, walk
from ecociv.api.problems import Problem, answer, as_json, language, problem_of, words
from ecociv.evidence.actions import LoadFile, ReasonRequired, ReceiveReadings
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.mapping import load_mapping, mapping_keys
from ecociv.evidence.models import Series
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.readings import Reading, Refusal
from ecociv.evidence.registry import SeriesConflict

api = NinjaAPI(
    title="ecociv",
    version=__version__,
    description="Evidence of the zone: readings and files in, series and observations out. See docs/interfaces.md.",
    urls_namespace="rest",
    docs_url=None,
    openapi_url="/openapi.json",
)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return answer(error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    where = "; ".join(
        f"{'.'.join(str(part) for part in item['loc'][1:])}: {item['msg']}" for item in error.errors
    )
    return answer(
        Problem(
            422, "UnprocessableEntity", "参数不正确：{where}", "Wrong parameters: {where}", where=where[:500]
        )
    )


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    status = error.status_code
    return answer(
        Problem(status, "BadRequest", "请求无法读取：{e}", "The request cannot be read: {e}", e=str(error))
    )


@api.exception_handler(Exception)
def _other(request: HttpRequest, error: Exception) -> HttpResponse:
    problem = problem_of(error)
    if problem is None:
        raise error
    return answer(problem)


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


@api.post(
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
    caller = _writer(request)
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
    closed = {key: caller.refusal(series) for key, series in known.items()}
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
        elif (problem := closed[key]) is not None:
            refused.append(Refusal(position, "", "not-permitted", problem.text))
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


@api.get("/series", summary="Series")
def list_series(
    request: HttpRequest,
    network: str = "",
    place: str = "",
    property: str = "",
    q: str = "",
    sample: bool | None = None,
    limit: int = 100,
    cursor: str = "",
) -> HttpResponse:
    """Series that the caller may read, by key; ``cursor`` is the last key of the page before."""
    found = caller_of(request).series().order_by("key")
    _clean(network, place, property, q, cursor)
    if network:
        found = found.filter(network=network)
    if place:
        found = found.filter(place__key=place)
    if property:
        found = found.filter(property__key=property)
    if q:
        found = found.filter(
            Q(key__icontains=q) | Q(property__name_zh__icontains=q) | Q(place__name_zh__icontains=q)
        )
    if sample is not None:
        found = found.filter(sample=sample)
    if cursor:
        found = found.filter(key__gt=cursor)
    size = _size(limit)
    page = list(found[: size + 1])
    more = len(page) > size
    return as_json(
        {"series": [_series(item) for item in page[:size]], "next": page[size - 1].key if more else None}
    )


@api.get("/latest", summary="Latest observation of series")
def latest(request: HttpRequest, series: str, as_of: str = "") -> HttpResponse:
    """The latest observation of each series named (keys with commas between; at most 200)."""
    _clean(series)
    keys = [key for key in series.split(",") if key]
    if not 1 <= len(keys) <= 200:
        raise Problem(422, "UnprocessableEntity", "请给出1至200个序列。", "Name 1 to 200 series.")
    found = {item.key: item for item in caller_of(request).series().filter(key__in=keys)}
    seen = newest([item.pk for item in found.values()], as_of=_moment("as_of", as_of))
    body = {
        key: observation(seen[found[key].pk]) if found[key].pk in seen else None
        for key in keys
        if key in found
    }
    sample = any(item.sample for item in found.values())
    return as_json({"latest": body, "unknown": [key for key in keys if key not in found], "sample": sample})


@api.get("/series/{path:key}/observations", summary="Observations of a series")
def list_observations(
    request: HttpRequest,
    key: str,
    begin: str = Query("", alias="from"),  # type: ignore[type-arg]
    end: str = Query("", alias="to"),  # type: ignore[type-arg]
    as_of: str = "",
    all_revisions: bool = False,
    limit: int = 1000,
    cursor: str = "",
    count_all: bool = False,
) -> HttpResponse:
    """Observations in time order: ``from`` (first beginning) and ``to`` (before which they begin) bound them.

    ``next`` goes on from the last one; they are counted only when ``count_all`` asks for it.
    """
    series = _one(caller_of(request), key)
    reach = Reach(
        Series.objects.filter(pk=series.pk),
        start=_moment("from", begin),
        end=_moment("to", end),
        as_of=_moment("as_of", as_of),
        all_revisions=all_revisions,
    )
    size = _size(limit)
    rows: list[Seen] = []
    more = False
    for seen in walk(reach, after=read_cursor(cursor), step=size + 1):
        if len(rows) == size:
            more = True
            break
        rows.append(seen)
    body: dict[str, Any] = {
        "series": _series(series),
        "observations": [observation(seen) for seen in rows],
        "next": write_cursor(rows[-1].key) if more else None,
    }
    if count_all:
        body["count"] = count(reach)
    return as_json(body)


@api.get("/series/{path:key}", summary="One series")
def get_series(request: HttpRequest, key: str) -> HttpResponse:
    """A series with its place, property and instrument."""
    return as_json(_series(_one(caller_of(request), key)))


@api.post("/files", summary="Send a file through a declared mapping")
def post_file(
    request: HttpRequest,
    file: File[UploadedFile],
    mapping: Form[str],
    reason: Form[str] = "",
) -> HttpResponse:
    """Load a file; the answer is the import report, row by row. The same file again adds nothing."""
    caller = _writer(request)
    if (file.size or 0) > limits.FILE_BYTES:
        raise Problem(
            413,
            "PayloadTooLarge",
            "文件超过{mb} MB；请分成几个文件。",
            "The file is larger than {mb} MB; split it.",
            mb=limits.FILE_BYTES // 1024 // 1024,
        )
    if mapping not in mapping_keys(settings.ECOCIV_ZONE):
        raise Problem(
            422,
            "UnprocessableEntity",
            "没有名为{name}的映射；可用的有：{known}。",
            "There is no mapping {name}; these are declared: {known}.",
            name=mapping[:80],
            known=", ".join(mapping_keys(settings.ECOCIV_ZONE)),
        )
    declared = load_mapping(mapping, zone=settings.ECOCIV_ZONE)
    for place in sorted(declared.place_keys) or [""]:
        problem = caller.refusal_for(declared.supplier.constant or "", declared.network, place)
        if problem is not None:
            raise problem
    with tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
        path = Path(folder) / (Path(file.name or "").name[-120:] or "file")
        with path.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        try:
            report = LoadFile(path, declared, caller.user, reason=reason, zone=settings.ECOCIV_ZONE).execute()
        except FileRefused as refusal:
            problem = Problem(422, "FileRefused", "-", "-")
            problem.text = refusal.text
            raise problem from None
        except (DeclarationError, SeriesConflict, ReasonRequired) as refusal:
            said = str(refusal)
            raise Problem(422, "FileRefused", "文件没有入库：{said}", "{said}", said=said) from None
    return as_json({**report.to_json(), "language": language()}, 207 if report.rows_rejected else 200)


# -- words of the interface ---------------------------------------------------------------------------------


def observation(seen: Seen) -> dict[str, Any]:
    """One observation as JSON; ``value`` is none where ``missing`` or ``censored`` says why."""
    return {
        "from": seen.valid_from.isoformat(),
        "to": seen.valid_to.isoformat(),
        "value": seen.value,
        "missing": seen.missing,
        "censored": f"{seen.censored}{seen.censor_limit!r}" if seen.censored else None,
        "quality": seen.quality,
        "quality_reason": seen.quality_reason,
        "revision": seen.revision,
        "recorded_at": seen.recorded_at.isoformat(),
        "waiting": seen.waiting,
        "supplier": seen.supplier,
        "note": seen.note,
    }


def write_cursor(key: Key) -> str:
    """A cursor as opaque text.

    >>> read_cursor(write_cursor((1, 2, 3, 4)))
    (1, 2, 3, 4)
    """
    return base64.urlsafe_b64encode("-".join(str(part) for part in key).encode()).decode().rstrip("=")


def read_cursor(text: str) -> Key | None:
    """The key of a cursor; none for an empty one."""
    if not text:
        return None
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        parts = [int(part) for part in base64.b64decode(padded, altchars=b"-_", validate=True).split(b"-")]
        if len(parts) != 4 or max(parts[:3]) >= 2**63 or max(parts[0], parts[2]) > 10**16 or parts[3] > 2**31:
            raise ValueError
    except ValueError:
        raise Problem(
            422,
            "UnprocessableEntity",
            "cursor无效，请使用上一页给出的值。",
            "The cursor is not one that a page gave.",
        ) from None
    return (parts[0], parts[1], parts[2], parts[3])


def _series(item: Series) -> dict[str, Any]:
    place, chosen = item.place, language()
    return {
        "key": item.key,
        "id": item.pk,
        "network": item.network,
        "place": {
            "key": place.key,
            "name": place.name.in_language(chosen),
            "kind": place.kind,
            "longitude": place.longitude,
            "latitude": place.latitude,
        },
        "property": {"key": item.property.key, "name": item.property.name.in_language(chosen)},
        "unit": item.unit,
        "statistic": item.statistic,
        "averaging": item.averaging,
        "supplier": item.organisation,
        "instrument": item.sensor.key if item.sensor else None,
        "sample": item.sample,
    }


def _writer(request: HttpRequest) -> Caller:
    caller = caller_of(request)
    if caller.token is None:
        raise caller.refusal_for("", "", "") or Problem(401, "Unauthorized", "请使用令牌。", "Use a token.")
    return caller


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


def _one(caller: Caller, key: str) -> Series:
    _clean(key)
    found = caller.series().filter(key=key).first()
    if found is None:
        raise Problem(
            404,
            "NotFound",
            "没有序列{key}，或者不公开。",
            "There is no series {key}, or it is not public.",
            key=key[:200],
        )
    return found


def _clean(*texts: str) -> None:
    if any("\x00" in text for text in texts):
        raise Problem(
            422,
            "UnprocessableEntity",
            "参数中有不可用的字符。",
            "A parameter holds a character that is not allowed.",
        )


def _size(limit: int) -> int:
    if limit < 1:
        raise Problem(422, "UnprocessableEntity", "limit至少为1。", "limit is at least 1.")
    return min(limit, limits.OBSERVATIONS_A_PAGE)


def _moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        # a plus that was not escaped arrives as a space
        return instant_of(text.replace(" ", "+"))
    except Unreadable as error:
        raise Problem(
            422,
            "UnprocessableEntity",
            "{name}：{zh}",
            "{name}: {en}",
            name=name,
            zh=error.text.zh,
            en=error.text.en,
        ) from None


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
