"""The OpenAPI document of the service, with the collections that the caller may read."""

from __future__ import annotations

from typing import Any

from ecociv.api.ogc.process import PROCESS, REQUEST
from ecociv.core.text import Text


def _parameter(name: str, schema: dict[str, Any], zh: str, en: str, where: str = "query") -> dict[str, Any]:
    return {
        "name": name,
        "in": where,
        "required": where == "path",
        "schema": schema,
        "_text": Text(zh=zh, en=en),
        **({"style": "form", "explode": False} if where == "query" else {}),
    }


_TEXT = {"type": "string"}
_BOX = {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6}
_AS_OF = _parameter(
    "as_of", _TEXT, "只看此时已登记的版本", "Only versions recorded by this day or moment (recorded time)"
)
_DATETIME = _parameter(
    "datetime",
    _TEXT,
    "在此日或此段时间有效的版本",
    "The version that holds on this day, or latest in this span (valid time)",
)
_ITEMS = [
    _parameter("bbox", _BOX, "与此范围相交", "Features that meet this box"),
    _parameter("bbox-crs", _TEXT, "范围的坐标系", "Reference system of bbox"),
    _parameter("crs", _TEXT, "结果的坐标系", "Reference system of the answer: CRS84 or EPSG:4490"),
    _parameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": 5000, "default": 100}, "条数", "Features a page"
    ),
    _parameter(
        "offset", {"type": "integer", "minimum": 0, "default": 0}, "跳过的条数", "Features to pass over"
    ),
    _parameter("properties", {"type": "array", "items": _TEXT}, "要的属性", "Properties wanted"),
    _parameter("skipGeometry", {"type": "boolean"}, "不要几何", "Without geometry"),
    _parameter(
        "resulttype", {"type": "string", "enum": ["results", "hits"]}, "只要数目", "hits: only the number"
    ),
    *[
        _parameter(name, _TEXT, f"{name}等于", f"Where {name} equals this")
        for name in ("identity", "class", "name")
    ],
    _DATETIME,
    _AS_OF,
]
_FORM = _parameter("f", {"type": "string", "enum": ["json", "html"]}, "格式", "Form")


def document(base: str, collections: list[str], language: str) -> dict[str, Any]:
    """OpenAPI 3.0."""

    def operation(said: Text, parameters: list[dict[str, Any]], media: str, key: str) -> dict[str, Any]:
        return {
            "get": {
                "summary": said.in_language(language),
                "operationId": key,
                "parameters": [
                    {
                        **{name: value for name, value in one.items() if name != "_text"},
                        "description": one["_text"].in_language(language),
                    }
                    for one in [*parameters, _FORM]
                ],
                "responses": {
                    "200": {
                        "description": "OK",
                        "content": {media: {"schema": {"type": "object"}}, "text/html": {"schema": _TEXT}},
                    },
                    "400": {"description": "InvalidParameterValue"},
                    "404": {"description": "NotFound"},
                },
            }
        }

    key = _parameter("collectionId", {"type": "string", "enum": collections}, "图层", "Layer", "path")
    item = _parameter("featureId", _TEXT, "图斑标识", "Identity of the feature", "path")
    execution = {
        "post": {
            "summary": Text(zh="执行项目合规性审查", en="Check a site").in_language(language),
            "operationId": "execute",
            "security": [{"token": []}],
            "requestBody": {
                "required": True,
                "content": {
                    "application/json": {
                        "schema": {
                            "type": "object",
                            "properties": {"inputs": REQUEST},
                            "required": ["inputs"],
                        }
                    }
                },
            },
            "responses": {"200": {"description": "OK"}, "401": {"description": "Unauthorized"}},
        }
    }
    times = [_DATETIME, _AS_OF]
    json_media, geo, schema = "application/json", "application/geo+json", "application/schema+json"
    return {
        "openapi": "3.0.3",
        "info": {"title": "ecociv OGC API", "version": "1"},
        "servers": [{"url": base}],
        "paths": {
            "/": operation(Text(zh="首页", en="Landing page"), [], json_media, "landing"),
            "/conformance": operation(Text(zh="符合性", en="Conformance"), [], json_media, "conformance"),
            "/collections": operation(Text(zh="图层", en="Layers"), times, json_media, "collections"),
            "/collections/{collectionId}": operation(
                Text(zh="一个图层", en="A layer"), [key, *times], json_media, "collection"
            ),
            "/collections/{collectionId}/schema": operation(
                Text(zh="属性", en="Its properties"), [key, *times], schema, "schema"
            ),
            "/collections/{collectionId}/queryables": operation(
                Text(zh="可查询的属性", en="Properties to ask for"), [key, *times], schema, "queryables"
            ),
            "/collections/{collectionId}/items": operation(
                Text(zh="图斑", en="Features"), [key, *_ITEMS], geo, "items"
            ),
            "/collections/{collectionId}/items/{featureId}": operation(
                Text(zh="一个图斑", en="A feature"), [key, item, *times], geo, "item"
            ),
            "/processes": operation(Text(zh="过程", en="Processes"), [], json_media, "processes"),
            f"/processes/{PROCESS}": operation(
                Text(zh="项目合规性审查", en="The site check"), [], json_media, "process"
            ),
            f"/processes/{PROCESS}/execution": execution,
        },
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }
