"""The site check as a process of OGC API - Processes: executed at once, recorded as any other check."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ecociv.api.access import sender_of
from ecociv.api.problems import Problem, as_json, words
from ecociv.api.site_asked import recorded, require_read_scope, site_asked
from ecociv.core.text import Text
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.site_check.actions import CheckSite
from ecociv.territory.site_check.sites import SiteRefused

PROCESS = "site-check"
_TEXTS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_INPUTS: dict[str, tuple[dict[str, Any], Text, int]] = {
    "geometry": (
        {"oneOf": [{"type": "object"}, {"type": "string"}]},
        Text(zh="地块：GeoJSON几何、WKT或EWKT", en="The site: a GeoJSON geometry, WKT or EWKT"),
        1,
    ),
    "purpose": ({"type": "string"}, Text(zh="用途，如housing", en="Purpose, such as housing"), 1),
    "on": ({"type": "string", "format": "date"}, Text(zh="按哪一天", en="The day to check for"), 0),
    "as_of": (
        {"type": "string", "format": "date-time"},
        Text(zh="按当时已登记的图层", en="Only layers recorded by then"),
        0,
    ),
    "crs": ({"type": "string"}, Text(zh="坐标系，如EPSG:4547", en="Reference system, such as EPSG:4547"), 0),
    "repair": ({"type": "boolean"}, Text(zh="修复几何", en="Repair the geometry"), 0),
    "has": (_TEXTS, Text(zh="已具备的条件", en="Conditions that are met"), 0),
    "lacks": (_TEXTS, Text(zh="不具备的条件", en="Conditions that are not met"), 0),
    "title": ({"type": "string", "maxLength": 200}, Text(zh="项目名称", en="Name of the project"), 0),
}
REQUEST: dict[str, Any] = {
    "type": "object",
    "properties": {name: schema for name, (schema, _text, _least) in _INPUTS.items()},
    "required": [name for name, (_schema, _text, least) in _INPUTS.items() if least],
}


def summary(base: str) -> dict[str, Any]:
    """The process in a list."""
    return {
        "id": PROCESS,
        "version": "1.0.0",
        "title": words(Text(zh="项目合规性审查", en="Site check")),
        "description": words(
            Text(
                zh="地块触及的控制线、规划、权利与规则，准确面积与结论；需要访问令牌，每次审查都留存记录。",
                en="Every control line, plan, right and rule that a site touches, exact areas and the verdict. Needs an "
                "access token; each check is put on record.",
            )
        ),
        "jobControlOptions": ["sync-execute"],
        "outputTransmission": ["value"],
        "links": [
            {
                "rel": "self",
                "type": "application/json",
                "href": f"{base}/processes/{PROCESS}",
                "title": words(Text(zh="过程说明", en="Description of the process")),
            }
        ],
    }


def described(base: str) -> dict[str, Any]:
    """The process with its inputs and outputs."""
    return {
        **summary(base),
        "inputs": {
            name: {"title": words(text), "schema": schema, "minOccurs": least, "maxOccurs": 1}
            for name, (schema, text, least) in _INPUTS.items()
        },
        "outputs": {
            "result": {
                "title": words(Text(zh="结论、理由与面积", en="Verdict, reasons and areas")),
                "schema": {"type": "object", "contentMediaType": "application/json"},
            }
        },
        "links": [
            *summary(base)["links"],
            {
                "rel": "http://www.opengis.net/def/rel/ogc/1.0/execute",
                "type": "application/json",
                "href": f"{base}/processes/{PROCESS}/execution",
                "title": words(Text(zh="执行", en="Execute")),
            },
        ],
    }


def execute(request: HttpRequest) -> HttpResponse:
    """Check a site and put the check on record; the single output as it is, or under its name with ``document``.

    Layers that the account may not see are not consulted, and the result says so.
    """
    caller = sender_of(request)
    assert caller.token is not None
    require_read_scope(caller)
    said, as_document = _said(request)
    asked = site_asked(said, _wrong)
    try:
        made = CheckSite(
            asked.request, settings.ECOCIV_ZONE, caller.user, asked.title, asked.as_of
        ).execute()
    except (SiteRefused, PurposeRefused) as refused:
        raise Problem(422, "Refused", "{zh}", "{en}", zh=refused.text.zh, en=refused.text.en) from refused
    result = recorded(made)
    return as_json({"result": result} if as_document else result)


def _said(request: HttpRequest) -> tuple[dict[str, Any], bool]:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "BadRequest", "请求正文不是JSON。", "The body is no JSON.") from error
    given = body.get("inputs") if isinstance(body, dict) else None
    if not isinstance(given, dict):
        raise Problem(400, "BadRequest", "请给出inputs。", "Give the member inputs.")
    # Qualified values come as {"value": ...}; a GeoJSON geometry has no member of that name.
    said = {
        name: value["value"]
        if isinstance(value, dict) and "value" in value and "type" not in value
        else value
        for name, value in given.items()
    }
    if strange := sorted(set(said) - set(_INPUTS)):
        raise Problem(
            400,
            "BadRequest",
            "不认识的输入：{names}。有：{known}",
            "Unknown inputs: {names}. There are: {known}",
            names=", ".join(map(str, strange))[:200],
            known=", ".join(_INPUTS),
        )
    if not isinstance(said.get("geometry"), dict | str) or not isinstance(said.get("purpose"), str):
        raise Problem(
            400,
            "BadRequest",
            "请给出geometry（GeoJSON或WKT）和purpose。",
            "Give geometry (GeoJSON or WKT) and purpose.",
        )
    return said, body.get("response", "raw") == "document"


def _wrong(name: str) -> Problem:
    return Problem(
        400, "BadRequest", "{name}的写法不对。", "{name} is not written as it should be.", name=name
    )
