"""Reading the members of an entity that is sent: each of its kind, or a sentence that says what is wrong."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from ecociv.api.intake import Unreadable, value_of
from ecociv.api.problems import Problem
from ecociv.core.missing import Missing
from ecociv.evidence.models import Place
from ecociv.evidence.readings import Censored

_KINDS = frozenset(str(key) for key, _ in Place._meta.get_field("kind").flatchoices)


def result_of(data: dict[str, Any], parameters: dict[str, Any]) -> float | Censored | Missing:
    """The value that an observation states: result, or what ``parameters`` say in its place."""
    if data.get("result") is None:
        if isinstance(parameters.get("missing"), str):
            return value_of({"missing": parameters["missing"]})
        if "censored" in parameters and "limit" in parameters:
            return value_of(f"{parameters['censored']}{parameters['limit']}")
    return value_of(data.get("result"))


def object_of(item: Any, kind: str) -> dict[str, Any]:
    """The item where it is a JSON object."""
    if not isinstance(item, dict):
        raise Problem(
            400, "BadRequest", "{kind}应为JSON对象。", "{kind}: a JSON object is expected.", kind=kind
        )
    return item


def reference_of(item: Any) -> int | str | None:
    """The id that an item refers to; none where it describes an entity itself."""
    if isinstance(item, dict) and "@iot.id" in item:
        number = item["@iot.id"]
        if isinstance(number, int | str) and not isinstance(number, bool):
            return number
    return None


_WRITTEN: dict[type, tuple[str, str]] = {
    dict: ("对象", "an object"),
    list: ("列表", "a list"),
    bool: ("true或false", "true or false"),
}


def member(data: dict[str, Any], name: str, kind: type, default: Any) -> Any:
    """A member of the kind that is expected."""
    value = data.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, kind):
        zh, en = _WRITTEN[kind]
        raise wrong(name, f"{name}应为{zh}。", f"{name} is {en}.")
    return value


def text_of(data: dict[str, Any], name: str, longest: int, default: str | None = None) -> str:
    """A text of at most ``longest`` characters."""
    value = data.get(name)
    if value is None and default is not None:
        return default
    if (
        not isinstance(value, str)
        or len(value) > longest
        or "\x00" in value
        or (default is None and not value.strip())
    ):
        raise wrong(
            name,
            f"{name}应为不超过{longest}个字符的文本。",
            f"{name} is a text of at most {longest} characters.",
        )
    return value


def number_of(value: Any, name: str) -> float:
    """A finite number."""
    try:
        read = value_of(value)
    except Unreadable:
        read = Missing.MISSING
    if not isinstance(read, float):
        raise wrong(name, f"{name}应为数。", f"{name} is a number.")
    return read


def kind_of(properties: dict[str, Any]) -> str:
    """The kind of a place."""
    kind = text_of(properties, "kind", 16, "station")
    if kind not in _KINDS:
        raise wrong(
            "properties/kind",
            f"kind应为{'、'.join(sorted(_KINDS))}之一。",
            f"kind is one of {', '.join(sorted(_KINDS))}.",
        )
    return kind


def details_of(properties: dict[str, Any]) -> dict[str, Any]:
    """What a place declares beyond its own columns."""
    own = {"key", "kind", "name_zh", "name_en", "organisation", "only"}
    return {name: value for name, value in properties.items() if name not in own}


def key_of(properties: dict[str, Any], name: str, kind: str) -> str:
    """The key that is given, or one made of the name (of its digest where it has no Latin letters)."""
    given = text_of(properties, "key", 80, "")
    if given:
        if not re.fullmatch(r"[A-Za-z0-9_.-]+", given) or (kind != "property" and "." in given):
            raise wrong(
                "properties/key", "key只能有字母、数字、-和_。", "key has letters, digits, - and _ only."
            )
        return given
    made = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    return made if made and name.isascii() else f"{kind}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def point_of(value: Any) -> tuple[float, float]:
    """Longitude and latitude of a GeoJSON point."""
    if isinstance(value, dict) and value.get("type") == "Feature":
        value = value.get("geometry")
    if (
        isinstance(value, dict)
        and value.get("type") == "Point"
        and isinstance(value.get("coordinates"), list)
    ):
        coordinates = value["coordinates"]
        if len(coordinates) in (2, 3):
            longitude, latitude = (number_of(part, "location") for part in coordinates[:2])
            if -180 <= longitude <= 180 and -90 <= latitude <= 90:
                return longitude, latitude
    raise wrong(
        "location",
        "location应为GeoJSON的Point，坐标为[经度, 纬度]。",
        "location is a GeoJSON Point with [longitude, latitude].",
    )


def taken(kind: str, key: str) -> Problem:
    """The key belongs to another entity."""
    return Problem(
        409,
        "Conflict",
        "{kind}中已有标识{key}；请引用它（@iot.id），或在properties.key中另给标识。",
        "{kind} has {key} already; refer to it by @iot.id, or give another properties.key.",
        kind=kind,
        key=key,
    )


def wrong(name: str, zh: str, en: str) -> Problem:
    """A member that cannot be used."""
    return Problem(400, "BadRequest", "{name}：{zh}", "{name}: {en}", name=name, zh=zh, en=en)
