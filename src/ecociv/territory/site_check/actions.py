"""Having a site checked, on record; and making a check again to see that it comes to the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.standards.land import ledger_area
from ecociv.territory.rules.declaration import Tolerances
from ecociv.territory.rules.loading import space_rules
from ecociv.territory.rules.purposes import Purpose, purpose_of
from ecociv.territory.site_check.engine import CheckedSite, check_site
from ecociv.territory.site_check.models import SiteCheck, SiteCheckBatch
from ecociv.territory.site_check.queries import may_check
from ecociv.territory.site_check.sites import Site, read_site


@dataclass(frozen=True, slots=True)
class SiteRequest:
    """What is asked: a site and what it is wanted for.

    Attributes
    ----------
    geometry
        WKT, EWKT or GeoJSON, as text or mapping.
    purpose
        A key of the list or a code of GB/T 4754.
    yes, no
        Traits that the applicant states.
    documents
        Numbers of documents at hand, by key of the exemption.
    on
        The day whose layers and rules apply.
    file_notes
        What the reading of the site's file changed or left out, as mappings of language to text.
    """

    geometry: Any
    purpose: str
    on: dt.date
    crs: str = ""
    repair: bool = False
    yes: Sequence[str] = ()
    no: Sequence[str] = ()
    documents: Mapping[str, str] = field(default_factory=dict)
    file_notes: Sequence[Mapping[str, str]] = ()

    def site(self, limits: Tolerances) -> Site:
        """The site that is asked about, with what its file had to be noted for before the notes of its own.

        Raises
        ------
        ecociv.territory.site_check.sites.SiteRefused
            See `ecociv.territory.site_check.sites.read_site`.
        """
        site = read_site(self.geometry, limits, crs=self.crs, repair=self.repair)
        said = tuple(Text(zh=each["zh"], en=each["en"]) for each in self.file_notes)
        return replace(site, notes=(*said, *site.notes))

    def to_json(self) -> dict[str, Any]:
        """Plain values for the record."""
        noted = {"file_notes": [dict(each) for each in self.file_notes]} if self.file_notes else {}
        return {
            **noted,
            "geometry": self.geometry,
            "purpose": self.purpose,
            "on": self.on.isoformat(),
            "crs": self.crs,
            "repair": self.repair,
            "yes": sorted(self.yes),
            "no": sorted(self.no),
            "documents": dict(self.documents),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> SiteRequest:
        """From the record."""
        return cls(**{**kept, "on": dt.date.fromisoformat(kept["on"])})


@dataclass(slots=True)
class CheckSite:
    """Check a site and put the check on record.

    Parameters
    ----------
    author
        A user, whose rights decide which layers are consulted; or the name of a command, which sees all.
    as_of
        Only layer versions recorded by then; now, when not given.
    """

    request: SiteRequest
    zone: str
    author: Any
    title: str = ""
    as_of: dt.datetime | None = None

    def check(self) -> tuple[Site, Purpose]:
        """The site and the purpose, when both can be used and the author may ask.

        Raises
        ------
        PermissionDenied
            Nobody without an account of the zone.
        ecociv.territory.site_check.sites.SiteRefused, ecociv.territory.rules.purposes.PurposeRefused
            With a sentence in both languages.
        """
        if isinstance(self.author, User):
            if not may_check(self.author, self.zone):
                raise PermissionDenied(_("Log in with an account of this zone to have a site checked."))
        else:
            name_of(self.author)
        rules = space_rules(self.zone)
        asked = self.request
        return asked.site(rules.tolerances), purpose_of(asked.purpose, rules, yes=asked.yes, no=asked.no)

    def examine(self, moment: dt.datetime | None = None) -> CheckedSite:
        """Make the check without recording it."""
        site, purpose = self.check()
        return check_site(
            site,
            purpose,
            zone=self.zone,
            on=self.request.on,
            as_of=moment or self.as_of,
            user=account_of(self.author),
            documents=self.request.documents,
        )

    def execute(self) -> SiteCheck:
        """Make the check and record it."""
        moment = self.as_of or timezone.now()
        checked = self.examine(moment)
        with transaction.atomic():
            audit.hold()
            made = record_of(self, checked, moment, next_number(self.zone))
            made.save()
            audit.record(
                actor=self.author,
                action="site.check",
                zone=self.zone,
                subject_kind="site-check",
                subject_key=made.reference,
                after={"digest": made.digest, "answer": made.answer, "purpose": made.purpose},
            )
        return made


def next_number(zone: str) -> int:
    """The number that comes next in a zone; asked for while the record is held."""
    last = SiteCheck.objects.filter(zone=zone).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def record_of(
    action: CheckSite,
    checked: CheckedSite,
    moment: dt.datetime,
    number: int,
    *,
    batch: SiteCheckBatch | None = None,
    row: int | None = None,
) -> SiteCheck:
    """The row of a check that was made."""
    author = account_of(action.author)
    return SiteCheck(
        zone=action.zone,
        number=number,
        title=action.title.strip()[:200] or checked.result["purpose"]["name_zh"],
        purpose=action.request.purpose,
        request=action.request.to_json(),
        on=action.request.on,
        as_of=moment,
        recorded_at=timezone.now(),
        author=author,
        author_name=name_of(action.author),
        author_organisation=getattr(author, "organisation", "") or "",
        asked_as=None
        if author is None
        else {"role": str(author.role), "organisation": author.organisation, "zone": author.zone},
        answer=checked.answer.value,
        area=ledger_area(float(checked.result["site"]["area_m2"])),
        result=checked.result,
        digest=checked.digest,
        rules_digest=checked.result["rules_digest"],
        versions=[
            {
                "layer": one.layer.key,
                "version": one.number,
                "sha256": one.sha256,
                "content_digest": one.content_digest,
            }
            for one in checked.versions
        ],
        withheld=checked.withheld,
        restricted=checked.restricted,
        sample=checked.sample,
        batch=batch,
        row=row,
    )


@dataclass(frozen=True, slots=True)
class Repeated:
    """A check made again.

    Attributes
    ----------
    same : bool
        Whether the result is the same to the last byte.
    rules_changed : bool
        Whether the declared rules are no longer those of the check.
    differs : tuple of str
        Parts of the result that differ.
    """

    same: bool
    digest: str
    rules_changed: bool
    differs: tuple[str, ...]


def repeat(check: SiteCheck) -> Repeated:
    """Make a recorded check again: the same site and purpose, the layers known then, the rights of who asked then."""
    asker: Any = None
    if check.asked_as is not None:
        asker = User(username="repeat", is_active=True, **check.asked_as)
    request = SiteRequest.from_json(check.request)
    rules = space_rules(check.zone)
    again = check_site(
        request.site(rules.tolerances),
        purpose_of(request.purpose, rules, yes=request.yes, no=request.no),
        zone=check.zone,
        on=request.on,
        as_of=check.as_of,
        user=asker,
        documents=request.documents,
    )
    keys = sorted(set(again.result) | set(check.result))
    return Repeated(
        same=again.digest == check.digest,
        digest=again.digest,
        rules_changed=rules.digest != check.rules_digest,
        differs=tuple(key for key in keys if again.result.get(key) != check.result.get(key)),
    )
