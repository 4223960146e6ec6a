"""The calendar feed of a reader's due days, and its address."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.casework.calendar_feed import (
    FeedClosed,
    MakeCalendarAddress,
    RevokeCalendarAddress,
    calendar,
    my_cases,
    reader_of,
)
from ecociv.casework.models import Case
from ecociv.portal.zone import language, zone_key


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The feed behind an address; the address itself is the key, so no session is asked."""
    try:
        user = reader_of(token)
    except FeedClosed as error:
        raise Http404(_("This calendar address is closed.")) from error

    def link(case: Case) -> str:
        return f"{settings.ECOCIV_PUBLIC_URL}{reverse('portal:case', args=[case.type, case.number])}"

    cases = my_cases(user, zone_key(), timezone.localdate())
    response = HttpResponse(calendar(cases, language=language(), link=link), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@login_required
def address(request: HttpRequest) -> HttpResponse:
    """Make a new address, which closes the old one, or close it."""
    if request.POST.get("do") == "revoke":
        RevokeCalendarAddress(request.user).execute()
        messages.success(request, _("The calendar address is closed."))
    else:
        MakeCalendarAddress(request.user).execute()
        messages.success(request, _("The calendar address is made; the one before it is closed."))
    return redirect("portal:notices")
