"""Tables of the documentation that are made from the code, so that they cannot fall behind it.

A page writes ``{{ plan-check-rules }}`` or ``{{ standards-catalogue }}``; MkDocs calls :func:`on_page_markdown`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def plan_check_rules() -> str:
    """The rules of the plan check."""
    from ecociv.plan.check import RULES

    rows = [
        f"| `{rule.code}` | {rule.title.zh} | {rule.title.en} | {rule.why.en} |" for rule in RULES.values()
    ]
    return "\n".join(["| code | 名称 | name | why |", "|---|---|---|---|", *rows])


def identities() -> str:
    """The identities that the Jingdezhen package declares."""
    from ecociv.plan.package import load_zone

    rows = [
        f"| {item.title.en} | {' ; '.join(f'`{side.formula}`' for side in item.sides)} | {item.kind} | {item.basis.en if item.basis else ''} |"
        for item in load_zone("jingdezhen").zone.identities
    ]
    return "\n".join(["| what is implied | formula | must | basis |", "|---|---|---|---|", *rows])


def standards_catalogue() -> str:
    """Every standard with edition, validity, status, module and coverage."""
    from ecociv.standards import catalogue

    rows = []
    for item in catalogue():
        mark = "" if item.verified else " (not verified)"
        rows.append(
            f"| {item.number}{mark} | {item.title.zh}<br>{item.title.en} | {item.valid} | {item.status.label.en} | `{item.module}` | {item.coverage.en} |"
        )
    return "\n".join(
        ["| standard | title | in force | status | module | coverage |", "|---|---|---|---|---|---|", *rows]
    )


def derivations() -> str:
    """How each series of the Jingdezhen plan is derived."""
    from ecociv.indicators.declarations import formula_of
    from ecociv.indicators.derivations import load_derivations
    from ecociv.plan.package import load_zone

    package = load_zone("jingdezhen")
    declared = load_derivations(package)
    rows = []
    for indicator in package.indicators:
        for series in indicator.series:
            rule = declared.by_series[series.key]
            cells = ", ".join(dict.fromkeys(f"`{item.form}` {item.cell}" for _, item in rule.cells))
            others = (getattr(rule, name, "") for name in ("register_", "network", "patches"))
            source = ", ".join([*(f"`{name}`" for name in others if name), *([cells] if cells else [])])
            standard = "" if rule.standard is None else f"{rule.standard.number}" + (
                "" if rule.standard.verified else " (not verified)"
            )
            rows.append(
                f"| {series.key} | {indicator.series_name(series).zh} | `{formula_of(rule)}` | {source} | {indicator.unit_label.en} "
                f"| {rule.decimals} | {', '.join(rule.levels)} | {rule.supplier} | {standard} |"
            )
    return "\n".join(
        [
            "| series | 指标 | formula or method | inputs | unit | decimals | levels | supplier | standard |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
        ]
    )


TABLES: dict[str, Callable[[], str]] = {
    "{{ plan-check-rules }}": plan_check_rules,
    "{{ identities }}": identities,
    "{{ derivations }}": derivations,
    "{{ standards-catalogue }}": standards_catalogue,
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the tables where a page asks for them."""
    for mark, table in TABLES.items():
        if mark in markdown:
            markdown = markdown.replace(mark, table())
    return markdown
