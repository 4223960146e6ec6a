"""Everything under ``/ogc``: from an address to an answer, JSON for programs and HTML for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from ecociv.api.access import Caller, caller_of
from ecociv.api.ogc.holding import Asked, versions_for
from ecociv.api.ogc.openapi import document
from ecociv.api.ogc.process import PROCESS, described, execute, summary
from ecociv.api.problems import Problem, as_json, guarded, language, words
from ecociv.core.text import Text

TITLE = Text(zh="公开图层（OGC API）", en="Public layers (OGC API)")
ABOUT = Text(
    zh="各图层当前有效的版本；datetime选择生效日期，as_of选择当时已登记的版本。坐标为CGCS2000经纬度，"
    "在图斑精度下与WGS84（CRS84）一致。",
    en="The version of each layer in force. datetime chooses the day on which it holds, as_of what had been recorded by "
    "then. Coordinates are CGCS2000 longitude and latitude, the same as WGS 84 (CRS84) at the accuracy of the layers.",
)
CONFORMANCE = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json",
    "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/ogc-process-description",
]
_EVERYWHERE = frozenset({"f", "lang"})
_TIMES = frozenset({"datetime", "as_of"})
_ITEMS = _TIMES | {
    "bbox",
    "bbox-crs",
    "crs",
    "limit",
    "offset",
    "resulttype",
    "properties",
    "skipGeometry",
    "identity",
    "class",
    "name",
}
_MEDIA = {"json": "application/json", "html": "text/html"}


@csrf_exempt
@guarded
def service(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer any request of the service."""
    base = request.build_absolute_uri("/ogc")
    parts = [unquote(part) for part in path.strip("/").split("/") if part]
    caller = caller_of(request)
    if parts[:1] == ["processes"]:
        return _processes(request, caller, base, parts[1:])
    if request.method not in ("GET", "HEAD"):
        raise Problem(
            405,
            "MethodNotAllowed",
            "此处只能读取。",
            "This address is read only.",
            headers={"Allow": "GET, HEAD"},
        )
    if not parts:
        return _answer(request, _landing(base), TITLE)
    if parts == ["conformance"]:
        return _answer(request, {"conformsTo": CONFORMANCE}, Text(zh="符合性", en="Conformance"))
    if parts == ["openapi"]:
        _allowed(request, _EVERYWHERE)
        response = as_json(document(base, list(_versions(request, caller)), language()))
        response["Content-Type"] = "application/vnd.oai.openapi+json;version=3.0"
        return response
    if parts[0] != "collections" or len(parts) > 3 and parts[2] != "items":
        raise _nothing(path)
    return _collections(request, caller, base, parts[1:])


def _collections(request: HttpRequest, caller: Caller, base: str, parts: list[str]) -> HttpResponse:
    versions = _versions(request, caller)
    if parts and parts[0] not in versions:
        raise Problem(
            404,
            "NotFound",
            "没有图层“{key}”，或在所问的时间没有可查看的版本。",
            "There is no layer {key!r}, or no version that you may see at the time asked for.",
            key=parts[0][:64],
        )
    rest = parts[1:]
    what = (
        "collections"
        if not rest
        else rest[0]
        if len(rest) == 1 and rest[0] in ("items", "schema", "queryables")
        else "item"
        if rest[0] == "items"
        else ""
    )
    if not what:
        raise _nothing("/".join(parts))
    _allowed(
        request,
        _EVERYWHERE | (_ITEMS if what == "items" else _TIMES | {"crs"} if what == "item" else _TIMES),
    )
    from ecociv.api.ogc.embedding import Service, ask, interval

    more = parts[:1] if what != "item" else [parts[0], "/".join(rest[1:])]
    headers, status, content = ask(
        Service(base, versions, language()), what, request.GET.dict(), request.path_info, *more
    )
    found = json.loads(content)
    if status >= 400:
        said = str(found.get("description", ""))
        raise Problem(status, str(found.get("code", "NoApplicableCode")), "{said}", "{said}", said=said)
    for one in [found] if what == "collections" and parts else found.get("collections", []):
        one["extent"]["temporal"] = {"interval": interval(versions[one["id"]])}
    found["links"] = [one for one in found.get("links", []) if one.get("type") != "application/ld+json"]
    for one in found.get("collections", []):
        one["links"] = [link for link in one["links"] if link.get("type") != "application/ld+json"]
    if what == "collections":
        found["description"] = f"{found['description']}. {words(ABOUT)}" if parts else words(ABOUT)
    title = versions[parts[0]].layer.title if parts else TITLE
    media = (
        "application/geo+json"
        if what in ("items", "item")
        else "application/schema+json"
        if what in ("schema", "queryables")
        else "application/json"
    )
    response = _answer(request, found, title, media)
    if "Content-Crs" in headers:
        response["Content-Crs"] = headers["Content-Crs"]
    return response


def _processes(request: HttpRequest, caller: Caller, base: str, parts: list[str]) -> HttpResponse:
    if parts == [PROCESS, "execution"]:
        if request.method != "POST":
            raise Problem(
                405,
                "MethodNotAllowed",
                "请用POST执行。",
                "Use POST to execute.",
                headers={"Allow": "POST"},
            )
        return execute(request)
    if request.method not in ("GET", "HEAD") or len(parts) > 1 or parts and parts[0] != PROCESS:
        raise Problem(
            404,
            "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process",
            "没有这一过程。",
            "There is no such process.",
        )
    _allowed(request, _EVERYWHERE | {"limit"})
    title = Text(zh="过程", en="Processes")
    if parts:
        return _answer(request, described(base), title)
    links = _links(request, base + "/processes")
    return _answer(request, {"processes": [summary(base)], "links": links}, title)


def _landing(base: str) -> dict[str, Any]:
    def link(rel: str, path: str, media: str, title: Text) -> dict[str, str]:
        return {"rel": rel, "href": f"{base}{path}", "type": media, "title": words(title)}

    openapi = "application/vnd.oai.openapi+json;version=3.0"
    return {
        "title": words(TITLE),
        "description": words(ABOUT),
        "links": [
            link(
                "self", "/?f=json", "application/json", Text(zh="本文档（JSON）", en="This document as JSON")
            ),
            link("alternate", "/?f=html", "text/html", Text(zh="本文档（HTML）", en="This document as HTML")),
            link("service-desc", "/openapi", openapi, Text(zh="OpenAPI定义", en="The OpenAPI definition")),
            link("conformance", "/conformance", "application/json", Text(zh="符合性", en="Conformance")),
            link("data", "/collections", "application/json", Text(zh="图层", en="Collections")),
            link(
                "http://www.opengis.net/def/rel/ogc/1.0/processes",
                "/processes",
                "application/json",
                Text(zh="过程", en="Processes"),
            ),
        ],
    }


def _versions(request: HttpRequest, caller: Caller) -> Mapping[str, Any]:
    return versions_for(caller, Asked.of(request.GET.dict()))


def _allowed(request: HttpRequest, known: frozenset[str] | set[str]) -> None:
    if strange := sorted(set(request.GET) - set(known)):
        raise Problem(
            400,
            "InvalidParameterValue",
            "不认识的参数：{names}。可用：{known}",
            "Unknown parameters: {names}. There are: {known}",
            names=", ".join(strange)[:200],
            known=", ".join(sorted(known)),
        )


def _nothing(path: str) -> Problem:
    return Problem(
        404, "NotFound", "没有这一地址：{path}", "There is no such address: {path}", path=path[:120]
    )


def _links(request: HttpRequest, url: str) -> list[dict[str, str]]:
    html = _wants_html(request)
    return [
        {"rel": "alternate" if html else "self", "type": "application/json", "href": f"{url}?f=json"},
        {"rel": "self" if html else "alternate", "type": "text/html", "href": f"{url}?f=html"},
    ]


def _wants_html(request: HttpRequest) -> bool:
    asked = request.GET.get("f", "")
    if asked and asked not in _MEDIA:
        raise Problem(
            406,
            "NotAcceptable",
            "f可以是json或html。",
            "f is json or html; {asked!r} is not served.",
            asked=asked[:20],
        )
    if asked:
        return asked == "html"
    preferred = request.get_preferred_type(["application/json", "application/geo+json", "text/html"])
    return preferred == "text/html"


def _answer(
    request: HttpRequest, found: dict[str, Any], title: Text, media: str = "application/json"
) -> HttpResponse:
    if _wants_html(request):
        links = [one for one in found.get("links", []) if one.get("rel") not in ("self", "root")]
        pages = {one["rel"]: one["href"] for one in links if one.get("rel") in ("prev", "next")}
        context = {
            "found": found,
            "title": words(title),
            "links": links,
            "pages": pages,
            "columns": _columns(found),
            "schema": found.get("properties") if "$schema" in found else None,
        }
        response = render(request, "api/ogc.html", context)
    else:
        response = as_json(found)
        response["Content-Type"] = media
    response["Vary"] = "Accept, Accept-Language, Authorization, Cookie"
    return response


def _columns(found: dict[str, Any]) -> list[str]:
    """Names of the properties that the features of a page have."""
    names: dict[str, None] = {}
    for one in found.get("features", []):
        names.update(dict.fromkeys(one["properties"]))
    return list(names)
