"""The reader's notices, and by which ways they come."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.casework.calendar_feed import MakeCalendarAddress, RevokeCalendarAddress, feed_of, token_of
from ecociv.casework.notices.actions import MarkRead, SetPreferences, preferences
from ecociv.casework.notices.kinds import KINDS, kind_of
from ecociv.casework.notices.models import Notice
from ecociv.people.models import User
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.zone import language


def _reader(request: HttpRequest) -> User:
    """Whoever is logged in; these pages are closed to visitors before this is asked."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


@require_safe
@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """The notices of the reader, newest first, and nobody else's."""
    tongue = language()
    filters = Filters(
        request.GET,
        [
            Filter("read", _("State"), [Choice("no", _("Unread"))], _("Read and unread")),
            Filter(
                "kind",
                _("Kind"),
                [Choice(k, v.title.in_language(tongue)) for k, v in KINDS.items()],
                _("All kinds"),
            ),
        ],
    )
    found = Notice.objects.filter(user=_reader(request))
    if filters["read"]:
        found = found.filter(read_at__isnull=True)
    rows = [
        notice
        for notice in found[:2000]
        if (not filters["kind"] or kind_of(notice.kind).key == filters["kind"])
        and matches(
            filters.text, notice.title["zh"], notice.title["en"], notice.body["zh"], notice.body["en"]
        )
    ]
    columns: list[Column[Notice]] = [
        Column(
            "sent", _("Sent"), lambda n: n.created_at.isoformat(), sort_by=lambda n: n.created_at.isoformat()
        ),
    ]
    made = feed_of(_reader(request))
    context = {
        "table": Table(columns, rows, request.GET, default_sort="-sent", page_size=30),
        "filters": filters,
        "unread": Notice.objects.filter(user=_reader(request), read_at__isnull=True).count(),
        "feed_url": request.build_absolute_uri(
            reverse("portal:case-calendar") + "?" + urlencode({"key": token_of(made)})
        )
        if made
        else "",
        "kinds": [(KINDS[key], on) for key, on in preferences(request.user).items()],
    }
    return render(request, "portal/notices.html", context)


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Mark one as read, or all."""
    one = request.POST.get("notice", "")
    keys = [int(one)] if one.isascii() and one.isdigit() and len(one) < 16 else None
    if keys is None and one:
        raise Http404
    MarkRead(request.user, keys).execute()
    return redirect("portal:notices")


@require_safe
@login_required
def follow(request: HttpRequest, key: int) -> HttpResponse:
    """Go where a notice leads, and mark it as read on the way."""
    notice = Notice.objects.filter(user=_reader(request), pk=key).first()
    if notice is None:
        raise Http404
    MarkRead(request.user, [notice.pk]).execute()
    return redirect(notice.path or "portal:notices")


@require_POST
@login_required
def prefer(request: HttpRequest) -> HttpResponse:
    """Store by which ways notices come."""
    chosen = set(request.POST.getlist("email"))
    SetPreferences(request.user, {kind: kind in chosen for kind in KINDS}).execute()
    messages.success(request, _("Your choice is stored."))
    return redirect("portal:notices")


@require_POST
@login_required
def calendar_address(request: HttpRequest) -> HttpResponse:
    """Make a new calendar address, which closes the one before it, or close it."""
    if request.POST.get("do") == "revoke":
        RevokeCalendarAddress(_reader(request)).execute()
        messages.success(request, _("The calendar address is closed."))
    else:
        MakeCalendarAddress(_reader(request)).execute()
        messages.success(request, _("The calendar address is made; the one before it is closed."))
    return redirect("portal:notices")
