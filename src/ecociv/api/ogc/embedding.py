"""pygeoapi without its servers: its API layer is called with what the caller may see. Imported when a request comes.

Of pygeoapi come reading of parameters, paging, links, reference systems and JSON of Features. Not of pygeoapi: its HTML
(it loads scripts from elsewhere), its landing page and conformance (they name services that are not here), its process
manager, and its set-up of logging. See docs/decisions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pygeoapi import l10n
from pygeoapi.api import API, APIRequest, describe_collections, get_collection_schema, itemtypes
from pygeoapi.util import TEMPLATES, get_api_rules, get_base_url

from ecociv.api.ogc.provider import CGCS2000
from ecociv.territory.layers.kinds import UnknownKind, layer_kind
from ecociv.territory.models import LayerVersion

LIMITS = {"default_items": 100, "max_items": 5_000, "on_exceed": "throttle"}
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


class Service(API):  # type: ignore[misc]
    """The API layer over the versions that one caller may read."""

    def __init__(self, url: str, versions: Mapping[str, LayerVersion], language: str) -> None:
        # Not API.__init__, which sets up logging of the whole process and a manager of jobs.
        self.config = {
            "server": {
                "url": url,
                "languages": ["zh-CN", "en-US"],
                "language": "en-US" if language == "en" else "zh-CN",
                "limits": LIMITS,
                "templates": {"path": TEMPLATES},
                "pretty_print": False,
                "encoding": "utf-8",
            },
            "logging": {"level": "ERROR"},
            "metadata": {"identification": {"title": "ecociv", "description": "ecociv", "url": url}},
            "resources": {key: resource(one, language, url) for key, one in versions.items()},
        }
        self.openapi: dict[str, Any] = {}
        self.api_headers = get_api_rules(self.config).response_headers
        self.base_url = get_base_url(self.config)
        self.pretty_print = False
        self.tpl_config = self.config
        self.locales = l10n.get_locales(
            {"server": {"languages": ["en-US"] if language == "en" else ["zh-CN"]}}
        )
        self.default_locale = self.locales[0]
        self.prefetcher = None
        self.manager = None


def resource(version: LayerVersion, language: str, url: str) -> dict[str, Any]:
    """A layer as a collection."""
    try:
        kind = layer_kind(version.layer.kind).name.in_language(language)
    except UnknownKind:
        kind = version.layer.kind
    title = version.layer.title.in_language(language)
    word, said = ("示例", "（示例数据）") if language == "zh" else ("sample", " (sample data)")
    if version.sample and word not in title:
        title += said
    root = url.removesuffix("/ogc")
    links = [
        {
            "type": media,
            "rel": "related",
            "title": title,
            "href": f"{root}/territory/layers/{version.layer.key}/{version.number}/{rest}",
        }
        for media, title, rest in (
            ("text/html", f"{version.title} v{version.number}", ""),
            ("application/geopackage+sqlite3", "GeoPackage", "download/gpkg/"),
            ("application/vnd.apache.parquet", "GeoParquet", "download/parquet/"),
        )
    ]
    if version.licence:
        links.append(
            {"type": "text/plain", "rel": "license", "title": version.licence, "href": links[0]["href"]}
        )
    return {
        "type": "collection",
        "title": title,
        "description": f"{kind} · {version.title} · v{version.number} · {version.valid_from.isoformat()}–"
        f"{version.valid_to.isoformat() if version.valid_to else ''} · SHA-256 {version.sha256[:12]}",
        "keywords": [version.layer.kind, *(["sample"] if version.sample else [])],
        "links": links,
        "extents": {
            "spatial": {"bbox": list(version.bounds or (-180, -90, 180, 90)), "crs": CRS84},
        },
        "limits": LIMITS,
        "providers": [
            {
                "type": "feature",
                "name": "ecociv.api.ogc.provider.LayerProvider",
                "data": version,
                "id_field": "identity",
                "properties": ["identity", "class", "name"],
                "title_field": "name",
                "crs": [CRS84, CGCS2000],
                "storage_crs": CRS84,
            }
        ],
    }


class Asking:
    """A request as pygeoapi reads one: parameters, headers, no body."""

    def __init__(self, given: Mapping[str, str], headers: Mapping[str, str], path: str) -> None:
        self.args = dict(given)
        self.headers = dict(headers)
        self.path_info = path
        self.body = b""


def ask(
    service: Service, what: str, given: Mapping[str, str], path: str, *more: str
) -> tuple[dict[str, Any], int, str]:
    """Headers, status and JSON of an answer.

    Parameters
    ----------
    what
        ``collections``, ``schema``, ``queryables``, ``items`` or ``item``.
    """
    request = APIRequest.from_django(
        Asking({**given, "f": "json"}, {"accept": "application/json"}, path), service.locales
    )
    called = {
        "collections": describe_collections,
        "schema": get_collection_schema,
        "queryables": itemtypes.get_collection_queryables,
        "items": itemtypes.get_collection_items,
        "item": itemtypes.get_collection_item,
    }[what]
    headers, status, content = called(service, request, *more)
    return headers, int(status), content


def interval(version: LayerVersion) -> list[list[str | None]]:
    """The time in which a version holds, as an extent says it."""

    def moment(day: dt.date | None, clock: str) -> str | None:
        return None if day is None else f"{day.isoformat()}T{clock}"

    return [[moment(version.valid_from, "00:00:00+08:00"), moment(version.valid_to, "23:59:59+08:00")]]
