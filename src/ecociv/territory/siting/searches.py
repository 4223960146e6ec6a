"""Searches for sites beside the server: put in line, followed, cancelled, kept as a scenario, forgotten after a while."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.declared import DeclarationError
from ecociv.people import audit
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.models import LayerVersion
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.site_check.sites import SiteRefused
from ecociv.territory.siting.actions import FindSites, Searched, SitingRequest
from ecociv.territory.siting.candidates import SitingRefused
from ecociv.territory.siting.models import SearchState, SitingScenario, SitingSearch

AT_ONCE = 48
"""Tiles of 0.05 degrees, about 1,200 km2: a search of no more is answered while its reader waits."""
KEPT_FOR = dt.timedelta(days=30)
"""How long a search that nobody kept as a scenario is remembered."""
ENDED = (SearchState.DONE, SearchState.REFUSED, SearchState.CANCELLED)
REFUSALS = (SitingRefused, PurposeRefused, SiteRefused, LayerFileUnreadable)


class SearchCancelled(Exception):
    """Somebody asked a search to stop."""


@dataclass(slots=True)
class OpenSearch:
    """Put a search in line; :func:`run_search` makes it.

    Parameters
    ----------
    scenario
        A scenario that the search makes again, to compare; its layers as they were known then.
    """

    request: SitingRequest
    zone: str
    author: Any
    scenario: SitingScenario | None = None

    def check(self) -> int:
        """Refuse what could not be searched now, before it waits in line.

        Returns
        -------
        int
            Tiles that the search will look at.

        Raises
        ------
        PermissionDenied, SitingRefused, ecociv.territory.rules.purposes.PurposeRefused
            As the search itself.
        """
        moment = self.scenario.as_of if self.scenario else None
        return FindSites(self.request, self.zone, self.author).size(moment)

    def execute(self) -> SitingSearch:
        """Record that a search was asked for."""
        total = self.check()
        with transaction.atomic():
            audit.hold()
            search = SitingSearch.objects.create(
                zone=self.zone,
                request=self.request.to_json(),
                scenario=self.scenario,
                as_of=self.scenario.as_of if self.scenario else None,
                author=account_of(self.author),
                author_name=name_of(self.author),
                created_at=timezone.now(),
                total=total,
            )
            audit.record(
                actor=self.author,
                action="siting.search",
                zone=self.zone,
                subject_kind="siting-search",
                subject_key=str(search.pk),
                after={"purpose": self.request.purpose, "tiles": total},
            )
        return search


def run_search(pk: int) -> SitingSearch:
    """Make a search that was put in line; one that ended stays as it is, one that was broken off begins anew."""
    search = SitingSearch.objects.select_related("author", "scenario__author").get(pk=pk)
    if search.state in ENDED:
        return search
    moment = search.as_of or timezone.now()
    started = SitingSearch.objects.filter(pk=pk, state__in=(SearchState.WAITING, SearchState.RUNNING)).update(
        state=SearchState.RUNNING, done=0, as_of=moment
    )
    if not started:
        search.refresh_from_db()
        return search
    # A scenario is made again with the sight of whoever made it, as `repeat` does.
    first = search.scenario or search
    author: Any = first.author or first.author_name
    action = FindSites(
        SitingRequest.from_json(search.request),
        search.zone,
        author,
        progress=lambda done, total: _far(pk, done, total),
    )
    try:
        made = action.examine(moment)
    except SearchCancelled:
        return _end(search, state=SearchState.CANCELLED)
    except REFUSALS as refused:
        return _refuse(search, refused.text)
    except (PermissionDenied, DeclarationError) as refused:
        return _refuse(search, Text(zh=str(refused), en=str(refused)))
    return _end(
        search,
        state=SearchState.DONE,
        done=F("total"),
        result=made.result,
        digest=made.digest,
        restricted=made.restricted,
        withheld=made.withheld,
        sample=made.sample,
    )


@dataclass(slots=True)
class CancelSearch:
    """Stop a search that waits or runs; only whoever asked for it."""

    search: SitingSearch
    author: Any

    def check(self) -> None:
        """Refuse others, and a search that ended.

        Raises
        ------
        PermissionDenied, SitingRefused
            With the sentence.
        """
        if self.search.author_id is None or self.search.author_id != getattr(self.author, "pk", None):
            raise PermissionDenied(_("Only who asked for a search can cancel it."))
        if self.search.state in ENDED:
            raise SitingRefused(
                Text(zh="该搜索已经结束，无需取消。", en="This search has ended; there is nothing to cancel.")
            )

    def execute(self) -> None:
        """Stop it: at once where it still waits, after the tile in hand where it runs."""
        self.check()
        with transaction.atomic():
            audit.hold()
            asked = SitingSearch.objects.filter(pk=self.search.pk)
            asked.update(cancel_asked=True)
            asked.filter(state=SearchState.WAITING).update(
                state=SearchState.CANCELLED, finished_at=timezone.now()
            )
            audit.record(
                actor=self.author,
                action="siting.cancel",
                zone=self.search.zone,
                subject_kind="siting-search",
                subject_key=str(self.search.pk),
            )


def keep_search(search: SitingSearch, author: Any, title: str = "") -> SitingScenario:
    """Keep what a search found as a scenario, without searching again.

    Raises
    ------
    SitingRefused
        A search that has not found anything yet.
    """
    if search.state != SearchState.DONE or search.result is None or search.as_of is None:
        raise SitingRefused(
            Text(zh="该搜索没有结果，不能保存为方案。", en="This search has no result to keep as a scenario.")
        )
    made = Searched(
        search.result,
        search.digest,
        _versions(search),
        search.restricted,
        search.withheld,
        search.sample,
    )
    return FindSites(SitingRequest.from_json(search.request), search.zone, author, title).keep(
        made, search.as_of
    )


def forget_searches(now: dt.datetime | None = None) -> int:
    """Remove searches that ended thirty days ago; scenarios stay."""
    before = (now or timezone.now()) - KEPT_FOR
    return SitingSearch.objects.filter(state__in=ENDED, finished_at__lt=before).delete()[0]


def _versions(search: SitingSearch) -> tuple[LayerVersion, ...]:
    wanted = [(key, number) for key, number, _sha256 in (search.result or {}).get("versions", [])]
    held = {
        (one.layer.key, one.number): one
        for one in LayerVersion.objects.filter(
            layer__zone=search.zone, layer__key__in=[key for key, _number in wanted]
        ).select_related("layer")
    }
    return tuple(held[one] for one in wanted)


def _far(pk: int, done: int, total: int) -> None:
    """Say how far it is; stop where somebody asked for it."""
    # One statement, which also tells of a cancellation: nothing is read where nothing was cancelled.
    if not SitingSearch.objects.filter(pk=pk, cancel_asked=False).update(done=done, total=total):
        raise SearchCancelled


def _refuse(search: SitingSearch, text: Text) -> SitingSearch:
    return _end(search, state=SearchState.REFUSED, said_zh=text.zh, said_en=text.en)


def _end(search: SitingSearch, **changed: Any) -> SitingSearch:
    SitingSearch.objects.filter(pk=search.pk).update(finished_at=timezone.now(), **changed)
    search.refresh_from_db()
    return search
