"""Site checks: a site in, the answer with its reasons and areas out."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from ecociv.api.access import caller_of, sender_of
from ecociv.api.problems import Problem, as_json
from ecociv.api.site_asked import recorded, require_read_scope, site_asked
from ecociv.territory.models import SiteCheck
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.site_check.actions import CheckSite
from ecociv.territory.site_check.queries import may_read_check
from ecociv.territory.site_check.sites import SiteRefused

router = Router()

_MEMBERS = {"geometry", "purpose", "on", "as_of", "crs", "repair", "has", "lacks", "documents", "title"}
_TEXT_LIST = {"type": "array", "items": {"type": "string"}}
_REQUEST = {
    "type": "object",
    "properties": {
        "geometry": {
            "oneOf": [{"type": "object"}, {"type": "string"}],
            "description": "GeoJSON, WKT or EWKT",
        },
        "purpose": {"type": "string", "example": "housing"},
        "on": {"type": "string", "format": "date"},
        "as_of": {"type": "string", "format": "date-time"},
        "crs": {"type": "string", "example": "EPSG:4547"},
        "repair": {"type": "boolean"},
        "has": _TEXT_LIST,
        "lacks": _TEXT_LIST,
        "documents": {"type": "object", "additionalProperties": {"type": "string"}},
        "title": {"type": "string", "maxLength": 200},
    },
    "required": ["geometry", "purpose"],
}


@router.post(
    "/site-check",
    summary="Check a site",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _REQUEST}}}},
)
def post_check(request: HttpRequest) -> HttpResponse:
    """Check a site for a purpose and put the check on record.

    201 with the result. Layers that the token's account may not see are not consulted, and the result says so.
    """
    caller = sender_of(request)
    require_read_scope(caller)
    said = _body(request)
    asked = site_asked(said, _wrong)
    try:
        made = CheckSite(
            asked.request, settings.ECOCIV_ZONE, caller.user, asked.title, asked.as_of
        ).execute()
    except SiteRefused as refused:
        raise Problem(
            422,
            "SiteRefused",
            "{zh}（{code}）",
            "{en} ({code})",
            zh=refused.text.zh,
            en=refused.text.en,
            code=refused.code,
        ) from refused
    except PurposeRefused as refused:
        raise Problem(
            422, "PurposeRefused", "{zh}", "{en}", zh=refused.text.zh, en=refused.text.en
        ) from refused
    return as_json(recorded(made), 201)


@router.get("/site-check/{int:number}", summary="A site check on record")
def get_check(request: HttpRequest, number: int) -> HttpResponse:
    """A check by its number, for whoever may read it."""
    caller = caller_of(request)
    if caller.token is not None:
        require_read_scope(caller)
    found = SiteCheck.objects.filter(zone=settings.ECOCIV_ZONE, number=number).first()
    if found is None or not may_read_check(caller.user, found):
        raise Problem(
            404,
            "NotFound",
            "没有编号为{number}的审查，或您无权查看。",
            "There is no check {number}, or you may not see it.",
            number=number,
        )
    return as_json(recorded(found))


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Problem(400, "BadRequest", "请求正文不是JSON。", "The body is no JSON.") from error
    if not isinstance(said, dict) or not isinstance(said.get("geometry"), dict | str):
        raise Problem(
            422,
            "UnprocessableEntity",
            "请给出geometry（GeoJSON或WKT）和purpose。",
            "Give geometry (GeoJSON or WKT) and purpose.",
        )
    if strange := sorted(set(said) - _MEMBERS):
        raise Problem(
            422,
            "UnprocessableEntity",
            "不认识的字段：{names}",
            "Unknown members: {names}",
            names=", ".join(strange)[:200],
        )
    return said


def _wrong(name: str) -> Problem:
    return Problem(
        422, "UnprocessableEntity", "{name}的写法不对。", "{name} is not written as it should be.", name=name
    )
