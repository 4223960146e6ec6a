"""Filing one return: several at once, of which there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ecociv.evidence.returns.actions.filing import Filed, FileReturns, Filing, Value
from ecociv.evidence.returns.bodies import Directory
from ecociv.evidence.store import EvidenceStore


@dataclass(slots=True)
class FileReturn:
    """File one return: :class:`FileReturns` for a single form, place and period."""

    zone: str
    form: str
    place: str
    period: str
    values: Mapping[str, Value]
    author: Any
    reviewer: Any = "ecociv returns review"
    sample: bool = False
    explanations: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    directory: Directory | None = None
    store: EvidenceStore | None = None

    def _all(self) -> FileReturns:
        one = Filing(
            self.form,
            self.place,
            self.period,
            self.values,
            self.explanations,
            self.reason,
            self.submitted_at,
            self.accepted_at,
        )
        return FileReturns(
            self.zone, [one], self.author, self.reviewer, self.sample, self.directory, self.store
        )

    def check(self) -> None:
        """Raise :class:`ReturnRefused` with every fault."""
        self._all().check()

    def execute(self) -> Filed:
        """File it."""
        return self._all().execute()
