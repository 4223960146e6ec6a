"""Findings as rows and sentences, slivers told from real contacts, and the smallest change that would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.standards.land import drop_slivers, ledger_area
from ecociv.territory.layers.features import areas_of
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.rules.buffers import LocalPlane
from ecociv.territory.rules.declaration import Tolerances
from ecociv.territory.rules.judging import Finding, Status
from ecociv.territory.rules.loading import SpaceRules
from ecociv.territory.site_check.overlaps import ClassOverlap
from ecociv.territory.site_check.results import NEGLIGIBLE, both, percent, square_metres
from ecociv.territory.site_check.sites import geojson_of

COORDINATES = 9
"""Decimals of a degree of what is to be left out: a tenth of a millimetre."""


def is_sliver(part: ClassOverlap, site_area: float, tolerances: Tolerances) -> bool:
    """Whether all that a class covers of a site is slivers, and together they are too little to count.

    Least area and width are those of an overlay of plans (``land.minimum_patch.overlay``); a large share of a small
    site counts whatever its size in m2.
    """
    if part.area > tolerances.least_share.value * site_area:
        return False
    shape = part.union()
    if shape is None or shape.is_empty:
        return False
    parts = shapely.get_parts(shape)
    centre = shape.centroid
    around = np.atleast_1d(LocalPlane(centre.x, centre.y).perimeter(parts))
    areas = areas_of(parts)
    widths = np.divide(2 * areas, around, out=np.zeros_like(areas), where=around > 0)
    return not bool(np.atleast_1d(drop_slivers(areas, widths).value).any())


def finding_facts(
    version: LayerVersion,
    finding: Finding,
    class_key: str,
    area: float,
    site_area: float,
    rules: SpaceRules,
    near: float | None,
) -> dict[str, Any]:
    """One finding as plain values."""
    rule = finding.rule
    kind = layer_kind(version.layer.kind)
    exemption = rules.exemptions.get(rule.exemption)
    classes = [class_key] if class_key else list(rule.classes) or list(kind.class_names())
    facts: dict[str, Any] = {
        "rule": rule.key,
        "status": finding.status.value,
        "effect": rule.effect,
        "layer": version.layer.key,
        "version": version.number,
        "kind": version.layer.kind,
        **both(version.layer.title, "layer_title"),
        "class": class_key,
        **both(_joined([kind.class_name(key) for key in classes]), "class_name"),
        "priority": min((rules.priority(kind.key, key) for key in classes), default=99),
        "area_m2": square_metres(min(area, site_area)),
        "share": percent(area, site_area),
        "within_m": rule.within,
        "distance_m": None if near is None else f"{near:.1f}",
        **both(rule.said, "said"),
        **both(rule.citation, "citation"),
        "valid_from": rule.from_.isoformat(),
        "valid_to": rule.to.isoformat() if rule.to else None,
        "verified": rule.verified,
        "unsaid": list(finding.unsaid),
        "exemption": rule.exemption,
    }
    remedy = _remedy(finding, exemption.name if exemption else None, rule.remedy)
    facts |= both(remedy, "remedy") if remedy else {"remedy_zh": "", "remedy_en": ""}
    return facts


def _remedy(finding: Finding, document: Text | None, declared: Text | None) -> Text | None:
    if finding.status is Status.OPEN:
        said = ", ".join(finding.unsaid)
        return Text(zh=f"请说明：{said}。", en=f"Say whether: {said}.")
    if finding.status in (Status.ENCOURAGES, Status.SLIVER, Status.MET):
        return None
    if document is not None:
        return Text(zh="取得《{d}》。", en="Obtain: {d}.").fill(d=document)
    if declared is not None:
        return declared
    if finding.status is Status.STANDS:
        return Text(
            zh="从地块中退出该部分，或另行选址。", en="Leave that part out of the site, or choose another."
        )
    return Text(zh="落实该项限制要求，并征求主管部门意见。", en="Meet the limit and ask the body in charge.")


_SENTENCES = {
    Status.STANDS: (
        "forbidden",
        "“{layer}”{cls}{where}：{said}（{cite}）",
        "“{layer}” {cls}{where}: {said} ({cite})",
    ),
    Status.CONDITION: (
        "condition",
        "“{layer}”{cls}{where}，有条件：{said}（{cite}）",
        "“{layer}” {cls}{where}, under conditions: {said} ({cite})",
    ),
    Status.MET: (
        "document-named",
        "“{layer}”{cls}{where}，已有文件：{said}（{cite}）",
        "“{layer}” {cls}{where}, the document is named: {said} ({cite})",
    ),
    Status.OPEN: (
        "unsaid",
        "“{layer}”{cls}{where}，是否适用取决于尚未说明的情况：{said}（{cite}）",
        "“{layer}” {cls}{where}; whether it applies depends on what was not said: {said} ({cite})",
    ),
    Status.ENCOURAGES: (
        "encouraged",
        "“{layer}”{cls}{where}，鼓励：{said}（{cite}）",
        "“{layer}” {cls}{where}, encouraged: {said} ({cite})",
    ),
}


def finding_reason(facts: dict[str, Any]) -> dict[str, object]:
    """The sentence of a finding with its code and figures, as a reason of the verdict."""
    code, zh, en = _SENTENCES[Status(facts["status"])]
    if facts["distance_m"] is not None:
        where = Text(
            zh=f"（最近{facts['distance_m']}米，{facts['within_m']:g}米内有{facts['area_m2']}平方米）",
            en=f" (nearest {facts['distance_m']} m; {facts['area_m2']} m² within {facts['within_m']:g} m)",
        )
    else:
        where = Text(
            zh=f"占{facts['area_m2']}平方米（{facts['share']}%）",
            en=f" on {facts['area_m2']} m² ({facts['share']} %)",
        )
    text = Text(zh=zh, en=en).fill(
        layer=Text(zh=facts["layer_title_zh"], en=facts["layer_title_en"]),
        cls=Text(zh=facts["class_name_zh"], en=facts["class_name_en"]),
        where=where,
        said=Text(zh=facts["said_zh"].rstrip("。"), en=facts["said_en"].rstrip(".")),
        cite=Text(zh=facts["citation_zh"], en=facts["citation_en"]),
    )
    return Reason(
        code,
        text,
        {
            "rule": facts["rule"],
            "layer": facts["layer"],
            "area_m2": facts["area_m2"],
            "share": facts["share"],
        },
    ).to_json()


def changes(
    forbidden: Sequence[shapely.Geometry],
    outline: shapely.Geometry,
    site_area: float,
    findings: Sequence[dict[str, Any]],
    rules: SpaceRules,
    *,
    whole: bool,
) -> dict[str, Any]:
    """The smallest change: what to leave out of the site, what of it stays, and the documents to obtain.

    Parameters
    ----------
    forbidden
        Parts of the site on which a rule stands.
    whole
        Whether these are all of them; a very large site keeps no geometry of its parts.
    """
    documents = [
        {
            "key": key,
            **both(rules.exemptions[key].name, "name"),
            **both(rules.exemptions[key].issued_by, "issued_by"),
            **both(rules.exemptions[key].citation, "citation"),
        }
        for key in dict.fromkeys(
            each["exemption"]
            for each in findings
            if each["exemption"] and each["status"] in ("stands", "condition")
        )
    ]
    leave_out: dict[str, Any] | None = None
    if forbidden and whole and outline.geom_type != "Point":
        joined = shapely.union_all(forbidden)
        out = float(areas_of(np.asarray([joined], dtype=object))[0])
        if site_area - out <= NEGLIGIBLE * site_area:
            out = site_area
        # What goes and what stays are the site, in the figures that are shown.
        leaves, stays = ledger_area(out), ledger_area(site_area) - ledger_area(out)
        leave_out = {
            "geometry": geojson_of(shapely.set_precision(joined, 10.0**-COORDINATES)),
            "area_m2": str(leaves),
            "share": percent(out, site_area),
            "remaining_m2": str(stays),
        }
    asked = dict.fromkeys(
        trait for each in findings if each["status"] == Status.OPEN.value for trait in each["unsaid"]
    )
    return {"leave_out": leave_out, "documents": documents, "say": list(asked)}


def _joined(names: Sequence[Text]) -> Text:
    if not names:
        return Text(zh="—", en="—")
    return Text(zh="、".join(one.zh for one in names), en=", ".join(one.en for one in names))
