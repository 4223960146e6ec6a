"""What loading a file came to, for a page, a command and a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ecociv.core.text import Text
from ecociv.evidence.issues import Issue

LISTED = 2_000
"""Findings kept in full; beyond this the counts go on and the list stops, so that a wrong file of a million rows
gives a report that can be opened."""


@dataclass(slots=True)
class ImportReport:
    """Counts and findings of one loading. ``run`` is empty for a trial (``check``)."""

    file: str
    sha256: str
    mapping: str
    zone: str
    sample: bool
    run: str = ""
    state: str = "checked"
    recorded_at: datetime | None = None
    rows_read: int = 0
    rows_taken: int = 0
    rows_rejected: int = 0
    rows_repeated: int = 0
    rows_skipped: dict[str, int] = field(default_factory=dict)
    values_new: int = 0
    values_unchanged: int = 0
    values_revised: int = 0
    values_flagged: int = 0
    issues: list[Issue] = field(default_factory=list)
    issues_in_all: int = 0
    refusal: Text | None = None
    caveats: tuple[Text, ...] = ()

    @property
    def changed_nothing(self) -> bool:
        """Whether the store is as before."""
        return self.values_new == 0 and self.values_revised == 0

    def add(self, issues: list[Issue]) -> None:
        """Count findings and keep the first of them."""
        self.issues_in_all += len(issues)
        self.issues.extend(issues[: max(0, LISTED - len(self.issues))])

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "mapping": self.mapping,
            "zone": self.zone,
            "sample": self.sample,
            "run": self.run,
            "state": self.state,
            "recorded_at": self.recorded_at.isoformat() if self.recorded_at else None,
            "rows": {
                "read": self.rows_read,
                "taken": self.rows_taken,
                "rejected": self.rows_rejected,
                "repeated": self.rows_repeated,
                "skipped": self.rows_skipped,
            },
            "values": {
                "new": self.values_new,
                "unchanged": self.values_unchanged,
                "revised": self.values_revised,
                "flagged": self.values_flagged,
            },
            "issues": [item.to_json() for item in self.issues],
            "issues_in_all": self.issues_in_all,
            "refusal": {"zh": self.refusal.zh, "en": self.refusal.en} if self.refusal else None,
            "caveats": [{"zh": c.zh, "en": c.en} for c in self.caveats],
        }

    def as_text(self, language: str = "zh") -> str:
        """A few lines for a terminal, then one line for each finding."""
        zh = language.startswith("zh")
        mark = ("[示例数据] " if zh else "[SAMPLE DATA] ") if self.sample else ""
        lines = [f"{mark}{self.file} -> {self.mapping}: {self.state}"]
        if self.refusal:
            lines.append(self.refusal.in_language(language))
        skipped = sum(self.rows_skipped.values())
        names = ", ".join(f"{name} {count}" for name, count in self.rows_skipped.items())
        if zh:
            lines.append(
                f"读取 {self.rows_read} 行：采用 {self.rows_taken}，退回 {self.rows_rejected}，重复 {self.rows_repeated}，"
                f"按声明略过 {skipped}{f'（{names}）' if names else ''}"
            )
            lines.append(
                f"数值：新增 {self.values_new}，已有 {self.values_unchanged}，修订 {self.values_revised}，"
                f"标记可疑 {self.values_flagged}"
            )
        else:
            lines.append(
                f"{self.rows_read} rows read: {self.rows_taken} taken, {self.rows_rejected} rejected, "
                f"{self.rows_repeated} repeated, {skipped} passed over as declared{f' ({names})' if names else ''}"
            )
            lines.append(
                f"values: {self.values_new} new, {self.values_unchanged} already known, {self.values_revised} revised, "
                f"{self.values_flagged} flagged"
            )
        lines += [
            f"  {item.row}\t{item.field}\t{item.found!r}\t{item.severity.value}: {item.rule.in_language(language)}"
            f"\t{item.remedy.in_language(language)}"
            for item in self.issues
        ]
        if self.issues_in_all > len(self.issues):
            more = self.issues_in_all - len(self.issues)
            lines.append(f"  …… 另有 {more} 条" if zh else f"  ... and {more} more")
        return "\n".join(lines)
