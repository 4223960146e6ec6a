"""Bodies that the plan names, the names they go by, and who holds their duties later."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import Field

from ecociv.plan.package.fields import LocalText, PackageModel


class UnknownOrganisation(LookupError):
    """A name that no organisation of the zone package goes by."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"no organisation goes by the name {name!r}: add it to organisations.yaml, as a name, an alias or a misspelling"
        )


class OrganisationKind(StrEnum):
    """What sort of body it is."""

    PARTY = "party"
    GOVERNMENT = "government"
    COURT = "court"
    PROCURATORATE = "procuratorate"
    BANK = "bank"
    ENTERPRISE = "enterprise"
    COUNTY = "county"
    PARK = "park"
    MASS_ORGANISATION = "mass-organisation"
    PROVINCE_OR_NATION = "province-or-nation"
    GROUP = "group"


class Succession(PackageModel):
    """From a day on, another body holds all or part of the duties.

    ``whole`` is false where only the duties named in ``scope`` moved; ``verified`` is false where the
    date or the local name still has to be confirmed.
    """

    from_: dt.date = Field(alias="from")
    to: str
    scope: LocalText
    whole: bool = True
    verified: bool
    note: LocalText


class GroupMembers(PackageModel):
    """Members of a group, by kind or one by one."""

    all_of_kind: OrganisationKind | None = None
    keys: tuple[str, ...] = ()


class Organisation(PackageModel):
    """A body (部门、单位) with every form of its name as the plan prints it."""

    key: str
    name: str
    full_name: str
    name_en: str
    kind: OrganisationKind
    aliases: tuple[str, ...] = ()
    misspellings: tuple[str, ...] = ()
    members: GroupMembers | tuple[str, ...] | None = None
    division_code: str | None = None
    in_plan: bool = True
    since: dt.date | None = None
    successors: tuple[Succession, ...] = ()
    uncertain: LocalText | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every form of the name that resolves to this body."""
        return (self.name, self.full_name, *self.aliases, *self.misspellings)

    def shown(self, language: str) -> str:
        """The name for a reader of ``language``."""
        return self.name if language.startswith("zh") else self.name_en
