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


TABLES: dict[str, Callable[[], str]] = {
    "{{ plan-check-rules }}": plan_check_rules,
    "{{ identities }}": identities,
    "{{ standards-catalogue }}": standards_catalogue,
}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the tables where a page asks for them."""
    for mark, table in TABLES.items():
        if mark in markdown:
            markdown = markdown.replace(mark, table())
    return markdown
