"""The calendar of my cases, for a calendar program that shows no password: the address is the key."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ecociv.casework.calendar_feed import FeedClosed, calendar, my_cases, reader_of
from ecociv.core.text import language_of


@require_safe
@never_cache
def case_calendar(request: HttpRequest) -> HttpResponse:
    """The feed of whoever the address (``?key=``) belongs to; nothing to see for any other."""
    try:
        user = reader_of(request.GET.get("key", ""))
    except FeedClosed:
        return HttpResponse(
            "此日历地址不存在或已停用。请登录后重新生成。\nThis calendar address does not exist or was revoked; make a new one.\n",
            status=404,
            content_type="text/plain; charset=utf-8",
        )
    cases = my_cases(user, user.zone, timezone.localdate())
    feed = calendar(cases, language=language_of(get_language() or "zh-hans"))
    response = HttpResponse(feed, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="ecociv-cases.ics"'
    return response
