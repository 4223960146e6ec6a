"""What a plan workbook consists of: sheets, labels of fixed choices, and the surroundings of a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from ecociv.core.text import Text
from ecociv.plan.exchange.rows import ItemKind
from ecociv.plan.exchange.workbook_codecs import Surroundings
from ecociv.plan.package import ZonePackage

FORMAT = 1
ABOUT_SHEET = "说明"
CHOICES_SHEET = "选项"
BASE_SHEET = "导出基准"
SHEETS: dict[ItemKind, str] = {"indicator": "指标体系表", "task": "任务分解表", "project": "项目分解表"}
KIND_NAMES: dict[str, Text] = {
    "indicator": Text(zh="指标", en="indicator"),
    "task": Text(zh="任务", en="task"),
    "project": Text(zh="项目", en="project"),
}
DIGEST_LABEL = "规划摘要 Plan digest"
ZONE_LABEL = "示范区 Zone"
FORMAT_LABEL = "格式版本 Format"

_FIXED: dict[str, dict[str, str]] = {
    "direction": {"越高越好": "increase", "越低越好": "decrease", "保持不变": "keep"},
    "indicator-kind": {
        "存量": "stock",
        "流量": "flow",
        "比率": "ratio",
        "指数": "index",
        "构成": "composition",
        "累计": "cumulative",
    },
    "obligation": {"约束性": "binding", "预期性": "expected"},
}


def choices_of(package: ZonePackage | None) -> dict[str, dict[str, str]]:
    """Labels and keys of every field with fixed values; those of the zone only where a package is given."""
    if package is None:
        return dict(_FIXED)
    zone = package.zone
    return _FIXED | {
        "category": _labels((item.name.zh, item.key) for item in zone.categories),
        "system": _labels((item.title.zh, item.key) for item in zone.systems),
        "topic": _labels((item.title.zh, item.key) for item in zone.topics),
        "programme": _labels((item.title.zh, item.key) for item in zone.programmes),
    }


def _labels(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keys by label; a label that stands for two keys carries the key."""
    listed = list(pairs)
    counts = Counter(label for label, _ in listed)
    return {(label if counts[label] == 1 else f"{label}({key})"): key for label, key in listed}


def surroundings(choices: Mapping[str, Mapping[str, str]], payload: Mapping[str, Any]) -> Surroundings:
    """The surroundings of an item's values."""
    return Surroundings(choices, payload.get("direction"), tuple(payload.get("parts", {})))


def years_of(payloads: Iterable[Mapping[str, Any]]) -> list[str]:
    """Target years of indicators, in order."""
    return sorted(
        {year for item in payloads for series in item.get("series", ()) for year in series.get("targets", {})}
    )
