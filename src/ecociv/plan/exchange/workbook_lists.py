"""Codecs of lists within one cell: milestones, targets, parts and uncertain readings, one a line."""

from __future__ import annotations

import re
from typing import Any

from ecociv.core.text import Text
from ecociv.plan.exchange.characters import fold, fold_name
from ecociv.plan.exchange.workbook_cells import CellError, number_text, read_date, read_integer
from ecociv.plan.exchange.workbook_codecs import Codec, Surroundings
from ecociv.plan.exchange.workbook_lines import (
    OUTCOMES,
    join_fields,
    lines_of_cell,
    one_line,
    pair,
    split_fields,
    unpair,
)
from ecociv.plan.exchange.workbook_targets import decode_target, encode_target


def _milestones(value: Any, _: Surroundings) -> str:
    rows = []
    for step in value:
        fields = [number_text(step["by"]) if isinstance(step["by"], int) else step["by"]]
        fields.append(OUTCOMES.get(step["outcome"], step["outcome"]))
        if "text" in step:
            fields.append(pair(step["text"]))
        rows.append(join_fields(fields))
    return "\n".join(rows)


def _read_milestones(words: str, _: Surroundings) -> list[dict[str, Any]]:
    codes = {label: code for code, label in OUTCOMES.items()}
    steps = []
    for line in lines_of_cell(words):
        fields = split_fields(line)
        if len(fields) not in (2, 3):
            raise one_line(line, "2015 | 启动 | 中文 // English")
        outcome = codes.get(fold_name(fields[1]), fields[1])
        if outcome not in OUTCOMES:
            raise CellError(
                "unknown-outcome",
                Text(zh=f"“{fields[1]}”不是已知的节点成果", en=f"{fields[1]!r} is not a known outcome"),
                Text(zh=f"可用：{'、'.join(codes)}", en=f"Use one of: {', '.join(codes)}"),
            )
        step: dict[str, Any] = {"by": read_date(fields[0]), "outcome": outcome}
        if len(fields) == 3:
            step["text"] = unpair(fields[2], line)
        steps.append(step)
    return steps


def _recurring(value: Any, _: Surroundings) -> str:
    fields = [{"year": "每年", "need": "按需"}[value["every"]], f"{value['from']}起"]
    if "by" in value:
        fields.append(f"{value['by']}前")
    return join_fields([*fields, pair(value["duty"])])


def _read_recurring(words: str, _: Surroundings) -> dict[str, Any]:
    fields = split_fields(words)
    shape = "每年 | 2015起 | 12-31前 | 中文 // English"
    every = {"每年": "year", "按需": "need", "year": "year", "need": "need"}.get(fold_name(fields[0]))
    if every is None or len(fields) not in (3, 4):
        raise one_line(words, shape)
    found: dict[str, Any] = {"every": every, "from": read_date(fields[1].removesuffix("起"))}
    if len(fields) == 4:
        found["by"] = fields[2].removesuffix("前")
    found["duty"] = unpair(fields[-1], words)
    return found


def _targets(value: Any, around: Surroundings) -> str:
    rows = []
    for target in value:
        goal = encode_target(target["target"], None)
        if goal is None:
            raise ValueError
        year = "-" if target.get("year") is None else str(target["year"])
        fields = [year, pair(target["quantity"]), goal, f"{target['unit_label']} [{target['unit']}]"]
        for key, label in _OPTIONAL.items():
            if key in target:
                own = target[key]
                words = (
                    pair(own) if isinstance(own, dict) else ";".join(own) if isinstance(own, list) else own
                )
                fields.append(f"{label}: {words}")
        rows.append(join_fields(fields))
    return "\n".join(rows)


_OPTIONAL = {"series": "指标", "direction": "方向", "scope": "范围", "made_up_of": "组成"}


def _read_targets(words: str, around: Surroundings) -> list[dict[str, Any]]:
    targets = []
    labels = {label: key for key, label in _OPTIONAL.items()}
    for line in lines_of_cell(words):
        fields = split_fields(line)
        shape = "2015 | 中文 // English | ≥ 35 | % [percent] | 指标: 5 | 范围: 全市 // city"
        unit = re.fullmatch(r"(.*?)\s*\[([^\[\]]+)\]", fields[3]) if len(fields) >= 4 else None
        if unit is None:
            raise one_line(line, shape)
        year = None if fold(fields[0]) in ("-", "") else read_integer(re.sub("年$", "", fold(fields[0])))
        target: dict[str, Any] = {"quantity": unpair(fields[1], line)}
        optional: dict[str, Any] = {}
        for extra in fields[4:]:
            label, _, own = extra.partition(":") if ":" in extra else extra.partition("\uff1a")
            key = labels.get(label.strip())
            if key is None:
                raise one_line(line, shape)
            own = own.strip()
            optional[key] = (
                unpair(own, line) if key == "scope" else own.split(";") if key == "made_up_of" else own
            )
        if "series" in optional:
            target["series"] = optional.pop("series")
        target["year"] = year
        target["unit"], target["unit_label"] = unit[2], unit[1]
        if "direction" in optional:
            target["direction"] = optional.pop("direction")
        target["target"] = decode_target(fields[2], None)
        targets.append({**target, **optional})
    return targets


def _uncertain(value: Any, _: Surroundings) -> str:
    return "\n".join(join_fields([item["field"], pair(item["note"])]) for item in value)


def _read_uncertain(words: str, _: Surroundings) -> list[dict[str, Any]]:
    items = []
    for line in lines_of_cell(words):
        fields = split_fields(line)
        if len(fields) != 2:
            raise one_line(line, "lead | 中文 // English")
        items.append({"field": fields[0], "note": unpair(fields[1], line)})
    return items


def _parts(value: Any, _: Surroundings) -> str:
    return "\n".join(join_fields([key, pair(part["name"]), part["direction"]]) for key, part in value.items())


def _read_parts(words: str, _: Surroundings) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in lines_of_cell(words):
        fields = split_fields(line)
        if len(fields) != 3:
            raise one_line(line, "primary | 第一产业 // Primary sector | decrease")
        found[fields[0]] = {"name": unpair(fields[1], line), "direction": fields[2]}
    return found


TARGETS = Codec("targets", _targets, _read_targets, (list,))
MILESTONES = Codec("milestones", _milestones, _read_milestones, (list,))
RECURRING = Codec("recurring", _recurring, _read_recurring, (dict,))
UNCERTAIN = Codec("uncertain", _uncertain, _read_uncertain, (list,))
PARTS = Codec("parts", _parts, _read_parts, (dict,))
