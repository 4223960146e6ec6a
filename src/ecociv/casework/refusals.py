"""Refusals of the actions: a stable code, one sentence in both languages, and the fault of each input."""

from __future__ import annotations

from collections.abc import Mapping

from ecociv.core.text import Text


class CaseRefused(ValueError):
    """An action on a case that cannot be done; nothing was written."""

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


class CaseMovedOn(CaseRefused):
    """Somebody else took a step since the page was shown."""

    def __init__(self, state: Text, by: str) -> None:
        super().__init__(
            "moved-on",
            Text(
                zh="{by}刚刚办理了本案，现处于“{state}”。请核对后再办理。",
                en="{by} has just acted on this case; it is at “{state}” now. Look at it before you go on.",
            ).fill(by=by, state=state),
        )


class MoveNotOpen(CaseRefused):
    """The state or a condition of the declaration does not allow the move."""


class InputRefused(CaseRefused):
    """What was filled in does not stand; ``faults`` has a sentence for each input.

    Names of inputs: ``title``, ``subject``, ``reason``, ``outcome``, ``at``, ``days``, ``clock``,
    ``parties.<part>``, ``fields.<key>``, ``documents.<key>``, ``documents`` for a file that answers no key.
    """

    def __init__(self, faults: Mapping[str, Text]) -> None:
        self.faults = dict(faults)
        super().__init__(
            "input",
            Text(
                zh=" ".join(text.zh for text in self.faults.values()),
                en=" ".join(text.en for text in self.faults.values()),
            ),
        )
