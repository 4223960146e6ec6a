"""What the certificate of a registered unit says, as plain values in one language, and the map of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import shapely
from django.utils import timezone

from ecociv.core.text import language_of
from ecociv.land_administration.rights.declaration import Named, rules
from ecociv.land_administration.rights.entry import boundary_of
from ecociv.land_administration.rights.models import Registration
from ecociv.land_administration.rights.queries import event_words, shown_to
from ecociv.plan.queries import current_package
from ecociv.reporting.site_check.site_map import MapPart, MapWords, draw_map, map_box
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.queries import layer_file, version_in_force

LAYER = "registered-rights"
MOST_ROWS = 14
"""Rows of parties and of restrictions that the page shows."""
MOST_CORNERS = 24
"""Corners of the boundary that the table of coordinates shows; all of them are in the layer version."""
MOST_NEIGHBOURS = 200
DECIMALS = 7
"""Decimals of a degree in the table: about a centimetre."""

WORDS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "自然资源登记单元证书",
        "number": "登记单元号",
        "name": "单元名称",
        "kind": "资源类型",
        "county": "所在县（市、区）",
        "area": "面积",
        "area_shown": "{m2} 平方米（{hectare} 公顷）",
        "registration": "登记",
        "registration_shown": "第{serial}次 · {event} · {day}登簿",
        "corrects": "（更正第{number}次登记）",
        "notice": "首次登记公告",
        "notice_shown": "{first} 至 {last}",
        "none_needed": "—",
        "on": "登记簿状态日期",
        "as_of": "按截至此时的记录",
        "authority": "登记机构",
        "rights": "权利",
        "rights_heads": "权利类型|权利人|类别|份额|截止",
        "restrictions": "限制",
        "restrictions_heads": "类型|内容|依据文件|截止",
        "none": "无登记。",
        "more": "另有{n}行，见登记簿。",
        "quantities": "登载数量",
        "boundary": "界址",
        "corner": "点号",
        "longitude": "经度",
        "latitude": "纬度",
        "corners": "CGCS2000（EPSG:4490），共{n}个界址点、{rings}个环。",
        "corners_more": "此处列前{shown}点，全部坐标见图层版本。",
        "layer": "图层版本",
        "documents": "登记依据文件 SHA-256",
        "cancelled": "已注销：该单元自{day}起不在登记簿上，本证书仅供查询历史",
        "superseded": "非现势：该单元其后另有登记（现为第{serial}次），本证书为{day}的状态",
        "sample": "示例数据：本证书由示例登记生成，不代表任何真实权利",
        "masked": "公开查询：自然人姓名已遮掩，不载证件号码。",
        "note": "本证书由登记簿按上列日期自动生成，权利以登记簿为准；可按登记单元号重新查询核对。",
        "unit": "登记单元",
        "neighbours": "相邻登记单元",
        "north": "北",
        "metres": "米",
        "kilometres": "千米",
        "stamp_cancelled": "已注销",
        "stamp_sample": "示例",
        "stamp_superseded": "非现势",
    },
    "en": {
        "title": "Certificate of a Registered Natural Resource Unit",
        "number": "Number of the unit",
        "name": "Name",
        "kind": "Kind of resource",
        "county": "County",
        "area": "Area",
        "area_shown": "{m2} m² ({hectare} ha)",
        "registration": "Registration",
        "registration_shown": "No. {serial}, {event}, entered on {day}",
        "corrects": " (corrects no. {number})",
        "notice": "Public notice of the first",
        "notice_shown": "{first} to {last}",
        "none_needed": "—",
        "on": "State of the register on",
        "as_of": "As known at",
        "authority": "Registered by",
        "rights": "Rights",
        "rights_heads": "Right|Party|Kind of party|Share|Until",
        "restrictions": "Restrictions",
        "restrictions_heads": "Kind|What it says|Document|Until",
        "none": "None is registered.",
        "more": "{n} more rows in the register.",
        "quantities": "Declared amounts",
        "boundary": "Boundary",
        "corner": "Corner",
        "longitude": "Longitude",
        "latitude": "Latitude",
        "corners": "CGCS2000 (EPSG:4490); corners: {n}, rings: {rings}.",
        "corners_more": "The first {shown}; every coordinate is in the layer version.",
        "layer": "Layer version",
        "documents": "SHA-256 of the documents",
        "cancelled": "Cancelled: off the register since {day}; this certificate only tells its history",
        "superseded": "Not the present state: registration {serial} followed; this is the state of {day}",
        "sample": "Sample data: made from sample registrations, says nothing about any real right",
        "masked": "For the public: names of persons are masked, identifiers left out.",
        "note": "Made from the register for the day above; the register decides. It can be made again by the number of the unit.",
        "unit": "Registered unit",
        "neighbours": "Neighbouring units",
        "north": "N",
        "metres": "m",
        "kilometres": "km",
        "stamp_cancelled": "CANCELLED",
        "stamp_sample": "SAMPLE",
        "stamp_superseded": "NOT CURRENT",
    },
}


def certificate_data(
    registration: Registration, on: dt.date, as_of: dt.datetime | None, language: str, reader: Any = None
) -> dict[str, Any]:
    """Everything that the page shows, as text.

    Parameters
    ----------
    registration
        The one that holds on the day, as known at the moment.
    on, as_of
        The day for which it is asked, and the moment up to which the register is read (now, when not given).
    reader
        Who asks; names of persons are masked and identifiers left out unless the reader is of the zone. A command
        without an account (none) sees everything.
    """
    tongue = language_of(language)
    words, unit = WORDS[tongue], registration.unit
    state = registration.state if reader is None else shown_to(reader, unit.zone, registration.state)
    masked = state != registration.state
    history = unit.registrations.order_by("serial")
    if as_of is not None:
        history = history.filter(recorded_at__lte=as_of)
    known = list(history.prefetch_related("documents"))
    then = [row for row in known if row.serial <= registration.serial]
    later = known[-1].serial if known and known[-1].serial > registration.serial else None
    package = current_package(unit.zone)
    declared = rules()
    parties = {one.key: one for one in state.parties}
    rights = [
        [
            _name(declared.rights, held.right, tongue),
            _party(parties.get(held.party)),
            _name(declared.party_kinds, getattr(parties.get(held.party), "kind", ""), tongue),
            str(held.share),
            held.until.isoformat() if held.until else "—",
        ]
        for held in state.holdings
    ]
    limits = [
        [
            _name(declared.restrictions, one.kind, tongue),
            one.text,
            one.document,
            one.until.isoformat() if one.until else "—",
        ]
        for one in state.restrictions
    ]
    first = known[0] if known else registration
    version = registration.boundary
    moment = timezone.localtime(as_of or timezone.now())
    shape = boundary_of(registration)
    said = words["registration_shown"].format(
        serial=registration.serial,
        event=event_words(registration.event).in_language(tongue),
        day=registration.effective_on.isoformat(),
    )
    if registration.corrects:
        said += words["corrects"].format(number=registration.corrects)
    notices = []
    if registration.ended:
        notices.append(words["cancelled"].format(day=registration.effective_on.isoformat()))
    elif later is not None:
        notices.append(words["superseded"].format(serial=later, day=on.isoformat()))
    if unit.sample:
        notices.append(words["sample"])
    authority = (
        package.organisation(version.layer.owner) if package.has_organisation(version.layer.owner) else None
    )
    return {
        "language": tongue,
        "words": words,
        "title": words["title"],
        "stamp": _stamp(words, registration.ended, later is not None, unit.sample),
        "notices": notices,
        "facts": [
            [words["number"], unit.number],
            [words["name"], state.name],
            [words["kind"], layer_kind(LAYER).class_name(unit.kind).in_language(tongue)],
            [words["county"], _county(package, unit.county, tongue)],
            [
                words["area"],
                words["area_shown"].format(
                    m2=f"{registration.area:,.2f}", hectare=f"{registration.area / 10000:,.4f}"
                ),
            ],
            [words["registration"], said],
            [
                words["notice"],
                words["notice_shown"].format(first=first.notice_from, last=first.notice_to)
                if first.notice_from
                else words["none_needed"],
            ],
            [words["authority"], authority.shown(tongue) if authority else version.layer.owner],
            [words["on"], on.isoformat()],
            [words["as_of"], moment.strftime("%Y-%m-%d %H:%M")],
        ],
        "rights": {"heads": words["rights_heads"].split("|"), "rows": rights[:MOST_ROWS]},
        "rights_more": _more(words, len(rights)),
        "restrictions": {"heads": words["restrictions_heads"].split("|"), "rows": limits[:MOST_ROWS]},
        "restrictions_more": _more(words, len(limits)),
        "quantities": "；".join(
            f"{key} {value[0]} {value[1]}" for key, value in (state.quantities or {}).items()
        ),
        "corners": _corners(shape),
        "corners_note": _corners_note(shape, words),
        "layer": f"{version.layer.key} v{version.number} · {version.sha256}",
        "documents": [
            f"{row.serial}: {', '.join(one.sha256[:24] for one in row.documents.all())}"
            for row in (then[-6:] if len(then) > 6 else then)
        ],
        "masked": words["masked"] if masked else "",
        "note": words["note"],
    }


def certificate_map(
    registration: Registration, on: dt.date, as_of: dt.datetime | None, language: str, font: str
) -> str:
    """The map of a unit as SVG: its boundary, and the other units that were on the register on the day."""
    words = WORDS[language_of(language)]
    kind = layer_kind(LAYER)
    shape = boundary_of(registration)
    beside = []
    then = version_in_force(registration.unit.zone, LAYER, on, as_of) or registration.boundary
    for feature in layer_file(then).in_box(*map_box(shape)):
        if feature.identity != registration.unit.number:
            beside.append(feature.geometry)
        if len(beside) == MOST_NEIGHBOURS:
            break
    own = kind.class_name(registration.unit.kind).in_language(language_of(language))
    parts = [MapPart(words["neighbours"], "#9aa5b1", beside, faint=True)] if beside else []
    parts.append(MapPart(own, kind.colour_of(registration.unit.kind), [shape]))
    shown = MapWords(words["unit"], "", words["north"], words["metres"], words["kilometres"], font)
    return draw_map(shape, parts, shown)


def _stamp(words: dict[str, str], ended: bool, superseded: bool, sample: bool) -> str:
    if ended:
        return words["stamp_cancelled"]
    if sample:
        return words["stamp_sample"]
    return words["stamp_superseded"] if superseded else ""


def _name(entries: Iterable[Named], key: str, tongue: str) -> str:
    return next((one.name.in_language(tongue) for one in entries if one.key == key), key)


def _party(party: Any) -> str:
    if party is None:
        return "—"
    return f"{party.name}（{party.identifier}）" if party.identifier else str(party.name)


def _county(package: Any, code: str, tongue: str) -> str:
    return next((one.name.in_language(tongue) for one in package.zone.counties if one.code == code), code)


def _more(words: dict[str, str], count: int) -> str:
    return words["more"].format(n=count - MOST_ROWS) if count > MOST_ROWS else ""


def _rings(shape: shapely.Geometry) -> list[Any]:
    return [ring for polygon in shapely.get_parts(shape) for ring in (polygon.exterior, *polygon.interiors)]


def _corners(shape: shapely.Geometry) -> list[list[str]]:
    found: list[list[str]] = []
    for ring in _rings(shape):
        for x, y in shapely.get_coordinates(ring)[:-1]:
            if len(found) == MOST_CORNERS:
                return found
            found.append([f"J{len(found) + 1}", f"{x:.{DECIMALS}f}", f"{y:.{DECIMALS}f}"])
    return found


def _corners_note(shape: shapely.Geometry, words: dict[str, str]) -> str:
    rings = _rings(shape)
    count = sum(len(shapely.get_coordinates(ring)) - 1 for ring in rings)
    note = words["corners"].format(n=count, rings=len(rings))
    return note + (" " + words["corners_more"].format(shown=MOST_CORNERS) if count > MOST_CORNERS else "")
