"""The service under ``/sta/v1.1``: from an address to an answer."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from ecociv.api.access import caller_of
from ecociv.api.intake import Unreadable, instant_of
from ecociv.api.observations import Reach, Seen
from ecociv.api.problems import Problem, as_json, guarded, language
from ecociv.api.sta.entities import KINDS, World
from ecociv.api.sta.sets import answer_one, answer_set
from ecociv.api.sta.writing import Writer
from ecociv.evidence.sensorthings.grammar import FilterError
from ecociv.evidence.sensorthings.options import Options, read_options

_SEGMENT = re.compile(r"([A-Za-z]+)(?:\((?:(\d{1,19})|'([^'()]{1,120})')\))?")
LONGEST_PATH = 12
CONFORMANCE = [
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/create-entity",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/link-to-existing-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/create-update-delete/deep-insert",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/data-array/data-array",
]


@csrf_exempt
@guarded
def service(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer any request of the service."""
    try:
        return _service(request, path.strip("/"))
    except FilterError as error:
        raise Problem(
            501 if error.unsupported else 400,
            "NotImplemented" if error.unsupported else "BadRequest",
            "{zh}",
            "{en}",
            zh=error.text.zh,
            en=error.text.en,
        ) from None


def _service(request: HttpRequest, path: str) -> HttpResponse:
    base = request.build_absolute_uri("/sta/v1.1")
    caller = caller_of(request)
    options = _options(request)
    world = World(caller, base, language(), _as_of(options))
    if not path:
        _only(request, "GET")
        return as_json(
            {
                "value": [{"name": name, "url": f"{base}/{name}"} for name in KINDS],
                "serverSettings": {"conformance": CONFORMANCE},
            }
        )
    target = _walk(world, path)
    if request.method == "GET":
        return _read(world, target, options, f"{base}/{path}")
    if request.method == "POST" and target.is_set and target.rest == []:
        made = Writer(world).create(target.kind, _body(request), target.parent)
        response = as_json(world.as_json(target.kind, made), 201)
        response["Location"] = world.link(target.kind, made)
        return response
    if request.method in ("PATCH", "PUT") and isinstance(target.found, Seen) and target.rest == []:
        corrected = Writer(world).correct(target.found, _body(request))
        response = as_json(world.as_json("Observations", corrected))
        response["Location"] = world.link("Observations", corrected)
        return response
    if request.method == "DELETE":
        raise Problem(
            405,
            "MethodNotAllowed",
            "记录不能删除：观测用新版本更正（PATCH，写明原因），旧版本保留可查。",
            "Nothing is deleted: correct an observation by a new revision (PATCH with a reason); the old one stays on record.",
            headers={"Allow": "GET, POST, PATCH"},
        )
    raise Problem(
        405,
        "MethodNotAllowed",
        "此处不能用{method}。",
        "{method} is not possible here.",
        headers={"Allow": "GET, POST" if target.is_set else "GET"},
        method=str(request.method)[:20],
    )


class _Target:
    """What a path leads to: a set or an entity, and what of it is asked for."""

    def __init__(self, kind: str, found: Any, is_set: bool) -> None:
        self.kind, self.found, self.is_set = kind, found, is_set
        self.parent: tuple[str, Any] | None = None
        self.rest: list[str] = []


def _walk(world: World, path: str) -> _Target:
    segments = [unquote(part) for part in path.split("/")]
    if len(segments) > LONGEST_PATH:
        raise Problem(400, "BadRequest", "路径过长。", "The path has too many parts.")
    target: _Target | None = None
    for position, segment in enumerate(segments):
        found = _SEGMENT.fullmatch(segment)
        name, number, text = found.groups() if found else (segment, None, None)
        ident: int | str | None = int(number) if number is not None else text
        if target is None:
            if name not in KINDS:
                raise _nothing(segment)
            target = _Target(name, world.every(name), True)
        elif not target.is_set and found and name in KINDS[target.kind].relations:
            parent = (target.kind, target.found)
            kind, many, entities = world.related(target.kind, target.found, name)
            if entities is None:
                raise _nothing(segment)
            target = _Target(kind, entities, many)
            target.parent = parent
        else:
            target.rest = segments[position:]
            return target
        if ident is not None:
            if not target.is_set:
                raise _nothing(segment)
            entity = world.find(target.kind, ident)
            _require_inside(target, entity, segment)
            target = _Target(target.kind, entity, False)
    assert target is not None
    return target


def _require_inside(target: _Target, entity: Any, segment: str) -> None:
    """``Things(1)/Datastreams(2)`` is an entity only where 2 is a datastream of 1."""
    if target.parent is None:
        return
    source = target.found
    if isinstance(source, Reach):
        inside = source.series.filter(pk=entity.series_id).exists()
    elif isinstance(source, list):
        inside = False
    else:
        inside = source.filter(pk=entity.pk).exists()
    if not inside:
        raise _nothing(segment)


def _read(world: World, target: _Target, options: Options, link: str) -> HttpResponse:
    if target.rest == ["$ref"]:
        if target.is_set:
            body = answer_set(world, target.kind, target.found, options, link)
            body["value"] = [
                {"@iot.selfLink": item["@iot.selfLink"]} for item in body["value"] if "@iot.selfLink" in item
            ]
            return as_json(body)
        return as_json({"@iot.selfLink": world.link(target.kind, target.found)})
    if target.is_set:
        if target.rest:
            raise _nothing("/".join(target.rest))
        body = answer_set(world, target.kind, target.found, options, link)
        return as_json(
            _data_array(world, body, link) if options.data_array and target.kind == "Observations" else body
        )
    if not target.rest:
        return as_json(answer_one(world, target.kind, target.found, options))
    raw = target.rest[-1] == "$value"
    names = target.rest[:-1] if raw else target.rest
    value: Any = world.as_json(target.kind, target.found)
    for name in names:
        if not isinstance(value, dict) or name not in value or "@iot.navigationLink" in name:
            raise _nothing("/".join(target.rest))
        value = value[name]
    if not names:
        raise _nothing("$value")
    if value is None:
        return HttpResponse(status=204)
    if raw:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return as_json({names[-1]: value})


def _data_array(world: World, body: dict[str, Any], link: str) -> dict[str, Any]:
    """Observations as rows, grouped by their datastream (OGC 18-088, 12)."""
    components = ["id", "phenomenonTime", "resultTime", "result", "resultQuality", "parameters"]
    groups: dict[str, list[list[Any]]] = {}
    for item in body["value"]:
        series = str(item.get("@iot.id", "")).split("-")[0]
        row = [item.get("@iot.id" if name == "id" else name) for name in components]
        groups.setdefault(series, []).append(row)
    return {
        **body,
        "value": [
            {
                "Datastream@iot.navigationLink": f"{world.base}/Datastreams({series})",
                "components": components,
                "dataArray@iot.count": len(rows),
                "dataArray": rows,
            }
            for series, rows in groups.items()
        ],
    }


def _options(request: HttpRequest) -> Options:
    for name in request.GET:
        if len(request.GET.getlist(name)) > 1:
            raise Problem(
                400,
                "BadRequest",
                "选项{name}出现了两次。",
                "The option {name} is given twice.",
                name=name[:40],
            )
    raw = {name: str(value) for name, value in request.GET.items()}
    if any("\x00" in value for value in raw.values()):
        raise Problem(
            400, "BadRequest", "选项中有不可用的字符。", "An option holds a character that is not allowed."
        )
    return read_options(raw)


def _as_of(options: Options) -> Any:
    if not options.as_of:
        return None
    try:
        return instant_of(options.as_of.replace(" ", "+"))
    except Unreadable as error:
        raise Problem(
            400, "BadRequest", "as_of：{zh}", "as_of: {en}", zh=error.text.zh, en=error.text.en
        ) from None


def _body(request: HttpRequest) -> Any:
    if (request.content_type or "") != "application/json":
        raise Problem(
            415, "UnsupportedMediaType", "请用application/json发送。", "Send the entity as application/json."
        )
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Problem(
            400, "BadRequest", "JSON有误：{e}", "The JSON is wrong: {e}", e=str(error)[:200]
        ) from None


def _only(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise Problem(
            405,
            "MethodNotAllowed",
            "此处只能用{m}。",
            "Only {m} is possible here.",
            headers={"Allow": method},
            m=method,
        )


def _nothing(what: str) -> Problem:
    return Problem(404, "NotFound", "没有“{what}”。", "There is no “{what}”.", what=what[:120])
