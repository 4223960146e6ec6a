"""Which edition speaks: the caller's date, the caller's choice, or the only edition that there is."""

from __future__ import annotations

from datetime import date

from ecociv.standards.parameters import ParameterValue, parameter, parameter_series


def dated(key: str, on: date | None = None, edition: str | None = None) -> ParameterValue:
    """A parameter on a day or of an edition; without either, of its only edition.

    Most documents on water have never been replaced, so that asking for their one edition each time would add words
    and no choice. As soon as a second edition is entered, `parameter` asks for a date or a name.
    """
    if on is None and edition is None:
        editions = {period.edition for period in parameter_series(key).periods}
        if len(editions) == 1:
            edition = editions.pop()
    return parameter(key, on=on, edition=edition)
