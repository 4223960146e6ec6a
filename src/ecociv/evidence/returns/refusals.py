"""Why a step with a return was not taken."""

from __future__ import annotations

from collections.abc import Sequence

from ecociv.core.text import Text
from ecociv.evidence.returns.checks import Finding


class ReturnRefused(ValueError):
    """A step that may not be taken; nothing was written. ``findings`` lists every fault of what was filled in."""

    def __init__(self, code: str, text: Text, findings: Sequence[Finding] = ()) -> None:
        listed = "".join(f"\n- {each.text.en}: {each.remedy.en}" for each in findings)
        super().__init__(text.en + listed)
        self.code, self.text, self.findings = code, text, tuple(findings)


class SavedMeanwhile(ReturnRefused):
    """Somebody else saved the same draft in between; their saving is kept, and this one was not written."""
