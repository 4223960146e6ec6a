"""What a zone declares about inspections: risk factors, strata, least sizes. Pure: no Django."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from pydantic import Field, model_validator

from ecociv.evidence.declared import Declared, LocalText, read_declaration, zone_folder


class Factor(Declared):
    """A reason for risk: ``points`` for each occurrence, at most ``most``; ``verified`` says whether a document sets it."""

    title: LocalText
    points: int = Field(gt=0)
    most: int = Field(gt=0)
    why: LocalText


class Band(Declared):
    """A stratum (层): units whose score is at least ``from``.

    ``share_with_findings`` is what is expected of its units, for Neyman allocation only; between 0 and 1.
    """

    title: LocalText
    from_: int = Field(alias="from", ge=0)
    share_with_findings: Decimal = Field(gt=0, lt=1)


class InspectionRules(Declared):
    """The whole declaration (``inspection.yaml``)."""

    about: LocalText
    verified: bool
    note: LocalText
    factors: dict[str, Factor]
    strata: dict[str, Band]
    certainty_from: int = Field(gt=0)
    least_of_a_stratum: int = Field(ge=1)
    earlier_findings_years: int = Field(gt=0)
    large_money_yuan: int = Field(gt=0)

    @model_validator(mode="after")
    def _strata_cover_all(self) -> InspectionRules:
        starts = [band.from_ for band in self.strata.values()]
        if 0 not in starts or len(set(starts)) != len(starts):
            raise ValueError("strata: one must begin at 0, and no two at the same score")
        if self.certainty_from <= max(starts):
            raise ValueError("certainty_from: must lie above where the highest stratum begins")
        if "certainty" in self.strata:
            raise ValueError("strata: `certainty` is the name of the units taken in any case; choose another")
        return self

    def stratum_of(self, score: int) -> str:
        """The stratum of a score: the one that begins highest among those not above it."""
        return max(
            (key for key, band in self.strata.items() if band.from_ <= score), key=lambda k: self.strata[k].from_
        )


def load_inspection_rules(zone: str) -> InspectionRules:
    """Read a zone's ``inspection.yaml``.

    Raises
    ------
    DeclarationError
        With file and line of each fault.
    """
    return read_declaration(Path(zone_folder(zone)) / "inspection.yaml", InspectionRules)
