"""Terms as somebody would have typed them in the form: declared alternatives and kept variants to begin with. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecociv.compensation.agreements.declaration import Version
from ecociv.compensation.simulations.comparing import changed_versions
from ecociv.compensation.simulations.drafts import read_draft
from ecociv.compensation.simulations.leaves import KIND, OUT, leaves
from ecociv.compensation.simulations.starting import starting_formula
from ecociv.core.text import Text


def typed_of(
    versions: Mapping[int, Version], terms: Mapping[str, Any], measured: Mapping[str, Text]
) -> tuple[dict[str, str], dict[str, Any]]:
    """Terms as they would be typed; where the form cannot say them, nothing typed and the terms as they are.

    Whether it can is decided by reading back: the versions that come out have to be the same in every year.

    Raises
    ------
    TermRefused
        Terms that cannot stand in the version of some year.
    """
    wanted = {year: each.content() for year, each in changed_versions(versions, terms).items()}
    reference = versions[max(versions)]
    before, after = reference.content(), wanted[max(versions)]
    typed: dict[str, str] = {}
    if before["formula"]["kind"] != (kind := after["formula"]["kind"]):
        typed[KIND] = kind
        begun = starting_formula(reference, kind, measured)
        typed |= {
            f"formula.items.{key}": OUT for key in begun["items"] if key not in after["formula"]["items"]
        }
        before["formula"] = {}
    leaves(typed, before, after)
    draft = read_draft(versions, typed, measured)
    if draft.faults or draft.waiting:
        return {}, dict(terms)
    made = changed_versions(versions, draft.terms)
    if all(_meaning(made[year].content()) == _meaning(content) for year, content in wanted.items()):
        return dict(draft.typed), {}
    return {}, dict(terms)


def _meaning(content: dict[str, Any]) -> dict[str, Any]:
    """A content without caps that cap nothing: it says the same as one that has none."""
    caps = {
        party: cap
        for party, cap in content["cap"].items()
        if any(value is not None for value in cap.values())
    }
    return {**content, "cap": caps}
