"""What a certificate says, as plain values in one language, and the map of it."""

from __future__ import annotations

import json
from typing import Any

import shapely
from django.utils import timezone

from ecociv.core.text import language_of
from ecociv.reporting.site_check.site_map import MapPart, MapWords, draw_map, map_box
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import LayerVersion, SiteCheck
from ecociv.territory.queries import layer_file, may_read
from ecociv.territory.rules.loading import space_rules

MOST_REASONS = 8
MOST_NOTED = 300
"""Characters of what was noted of the outline; the certificate has one page."""
MOST_SHAPES = 400
MOST_PARTS = 12

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "项目选址合规性审查单",
        "number": "编号",
        "project": "项目名称",
        "purpose": "用途",
        "area": "地块面积",
        "area_shown": "{m2} 平方米（{hectare} 公顷，{mu} 亩）",
        "point": "点位（无面积）",
        "place": "所在地",
        "on": "适用日期",
        "as_of": "数据截至",
        "answer": "审查结论",
        "reasons": "依据",
        "more": "另有{n}条，见审查结果全文。",
        "areas": "主要占用",
        "changes": "调整意见",
        "leave_out": "退出{area}平方米（{share}%）后，剩余{rest}平方米不再触及禁止性规则。",
        "document": "取得《{name}》（{by}）。",
        "say": "请说明：{what}。",
        "none": "无。",
        "noted": "地块图形：{notes}",
        "not_consulted": "未参与审查：{names}（没有生效的图层，或不对申请人开放）。",
        "digest": "结果摘要 SHA-256",
        "rules": "规则摘要",
        "layers": "图层版本",
        "by": "审查人",
        "unverified": "*标注的规则尚未与法规原文核对。",
        "sample": "示例数据：本单由生成的图层得出，不代表实际情况",
        "note": "本单由系统按登记的图层和规则自动得出，不替代法定审批；可按编号重新计算核对。",
        "site": "地块",
        "leave": "应退出部分",
        "north": "北",
        "metres": "米",
        "kilometres": "千米",
    },
    "en": {
        "title": "Certificate of Site Check",
        "number": "Number",
        "project": "Project",
        "purpose": "Purpose",
        "area": "Area of the site",
        "area_shown": "{m2} m² ({hectare} ha, {mu} mu)",
        "point": "a point (no area)",
        "place": "Lies in",
        "on": "For the day",
        "as_of": "As known at",
        "answer": "Result",
        "reasons": "Grounds",
        "more": "{n} more in the full result.",
        "areas": "Main areas",
        "changes": "What would have to change",
        "leave_out": "Leave out {area} m² ({share} %); the other {rest} m² then meet no rule that forbids.",
        "document": "Obtain: {name} ({by}).",
        "say": "Say whether: {what}.",
        "none": "Nothing.",
        "noted": "Of the outline: {notes}",
        "not_consulted": "Not consulted: {names} (no layer in force, or not open to the applicant).",
        "digest": "SHA-256 of the result",
        "rules": "of the rules",
        "layers": "Layer versions",
        "by": "Checked by",
        "unverified": "Rules marked * have not been read against the text of the law yet.",
        "sample": "Sample data: made from generated layers, says nothing about the real place",
        "note": "Worked out from registered layers and rules; it replaces no approval. It can be worked out again by its number.",
        "site": "Site",
        "leave": "To be left out",
        "north": "N",
        "metres": "m",
        "kilometres": "km",
    },
}


def certificate_data(check: SiteCheck, language: str) -> dict[str, Any]:
    """Everything that the page shows, as text."""
    tongue = language_of(language)
    words, result = WORDS[tongue], check.result
    site = result["site"]
    unverified = {each["rule"] for each in result["findings"] if not each["verified"]}
    reasons = [
        {
            "code": each["code"],
            "text": each[tongue] + ("*" if each["data"].get("rule") in unverified else ""),
        }
        for each in result["reasons"]
    ]
    changes = _changes(result, words, tongue)
    noted = [each[tongue].rstrip("。.") for each in site["notes"]]
    local = timezone.localtime(check.as_of) if timezone.is_aware(check.as_of) else check.as_of
    return {
        "language": tongue,
        "words": words,
        "title": words["title"],
        "facts": [
            [words["number"], check.reference],
            [words["project"], check.title],
            [words["purpose"], f"{result['purpose'][f'name_{tongue}']} ({result['purpose']['industry']})"],
            [
                words["area"],
                words["point"]
                if site["point"]
                else words["area_shown"].format(
                    m2=site["area_m2"], hectare=site["area_hectare"], mu=site["area_mu"]
                ),
            ],
            [words["place"], "、".join(each["name"] for each in site["places"]) or "—"],
            [words["on"], result["on"]],
            [words["as_of"], local.strftime("%Y-%m-%d %H:%M")],
            [words["by"], check.author_name],
        ],
        "answer": result["answer"],
        "answer_text": result[f"answer_{tongue}"],
        "reasons": [each["text"] for each in reasons[:MOST_REASONS]],
        "more": words["more"].format(n=len(reasons) - MOST_REASONS) if len(reasons) > MOST_REASONS else "",
        "changes": changes or [words["none"]],
        "areas": _areas(result, tongue),
        "noted": words["noted"].format(notes=("；" if tongue == "zh" else "; ").join(noted)[:MOST_NOTED])
        if noted
        else "",
        "not_consulted": words["not_consulted"].format(
            names="、".join(each[f"name_{tongue}"] for each in result["not_consulted"])
        )
        if result["not_consulted"]
        else "",
        "unverified": words["unverified"] if any(each["text"].endswith("*") for each in reasons) else "",
        "digest": check.digest,
        "rules_digest": check.rules_digest,
        "versions": ", ".join(
            f"{each['layer']} v{each['version']} {each['sha256'][:8]}" for each in check.versions
        ),
        "sample": words["sample"] if check.sample else "",
        "note": words["note"],
    }


def _changes(result: dict[str, Any], words: dict[str, str], tongue: str) -> list[str]:
    found = []
    out = result["changes"]["leave_out"]
    if out is not None:
        found.append(
            words["leave_out"].format(area=out["area_m2"], share=out["share"], rest=out["remaining_m2"])
        )
    found += [
        words["document"].format(name=each[f"name_{tongue}"], by=each[f"issued_by_{tongue}"])
        for each in result["changes"]["documents"]
    ]
    if result["changes"]["say"]:
        names = {each.key: each.name for each in space_rules(result["zone"]).purposes.traits}
        asked = [names[key].in_language(tongue) if key in names else key for key in result["changes"]["say"]]
        found.append(words["say"].format(what="、".join(asked) if tongue == "zh" else ", ".join(asked)))
    return found


_WEIGHT = {"stands": 0, "open": 1, "condition": 1, "met": 1}


def _weights(result: dict[str, Any]) -> dict[str, int]:
    """How much each layer has to do with the answer; 0 is most."""
    weights: dict[str, int] = {}
    for each in result["findings"]:
        found = _WEIGHT.get(each["status"], 3)
        weights[each["layer"]] = min(found, weights.get(each["layer"], 3))
    return weights


def _areas(result: dict[str, Any], tongue: str) -> list[list[str]]:
    weights = _weights(result)
    layers = sorted(result["layers"], key=lambda each: weights.get(each["key"], 3))
    rows = [
        [layer[f"title_{tongue}"], each[f"name_{tongue}"], each["area_m2"], each["share"]]
        for layer in layers
        for each in layer["classes"]
    ]
    return rows[:MOST_REASONS]


def certificate_map(check: SiteCheck, language: str, font: str, reader: Any = None) -> str:
    """The map of a check as SVG: of the layers that it touched, those that the reader may see."""
    tongue = language_of(language)
    words = WORDS[tongue]
    site = shapely.from_geojson(json.dumps(check.result["site"]["geometry"]))
    box = map_box(site)
    touched = {(each["key"], each["version"]): each for each in check.result["layers"] if each["classes"]}
    near = {(each["layer"], each["version"]) for each in check.result["findings"] if each["distance_m"]}
    weights = _weights(check.result)
    parts: list[tuple[int, int, list[MapPart]]] = []
    for used in check.versions:
        place = (used["layer"], used["version"])
        if place not in touched and place not in near:
            continue
        version = LayerVersion.objects.select_related("layer").get(
            layer__zone=check.zone, layer__key=used["layer"], number=used["version"]
        )
        if reader is not None and not may_read(reader, version):
            continue
        kind = layer_kind(version.layer.kind)
        ground = 0 if kind.role == "survey" and kind.partition else 1 if kind.partition else 2
        parts.append((weights.get(used["layer"], 3), ground, _parts(version, box, tongue)))
    out = check.result["changes"]["leave_out"]
    leave = shapely.from_geojson(json.dumps(out["geometry"])) if out else None
    shown = MapWords(
        words["site"], words["leave"], words["north"], words["metres"], words["kilometres"], font
    )
    chosen = [
        (ground, part)
        for _, ground, some in sorted(parts, key=lambda each: (each[0], -each[1]))
        for part in some
    ][:MOST_PARTS]
    # What covers the whole map is a ground for the others.
    drawn = [part for _, part in sorted(chosen, key=lambda each: each[0])]
    return draw_map(site, drawn, shown, leave)


def _parts(version: LayerVersion, box: tuple[float, float, float, float], tongue: str) -> list[MapPart]:
    kind = layer_kind(version.layer.kind)
    by_class: dict[str, list[Any]] = {}
    try:
        for count, feature in enumerate(layer_file(version).in_box(*box)):
            if count == MOST_SHAPES:
                break
            by_class.setdefault(feature.class_key, []).append(feature.geometry)
    except LayerFileUnreadable:
        return []
    return [
        MapPart(
            f"{kind.class_name(key).in_language(tongue)} · {kind.name.in_language(tongue)}",
            kind.colour_of(key),
            shapes,
            kind.partition,
        )
        for key, shapes in sorted(by_class.items())
    ]
