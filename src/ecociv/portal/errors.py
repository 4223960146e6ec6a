"""Pages for what went wrong, each with a next step, in both languages."""

from __future__ import annotations

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str, detail: str = "") -> HttpResponse:
    try:
        request.GET.get("q")
    except (
        SuspiciousOperation
    ):  # the very reason of the refusal; the page must not fail over it a second time
        request.GET = QueryDict()
    context = {"status": status, "title": title, "text": text, "detail": detail}
    return render(request, "portal/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form cannot be read."""
    return _page(
        request,
        400,
        _("This request could not be read"),
        _("Go back, check what you typed, and send it again."),
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: says which rule refused, when the rule gave a sentence."""
    if request.user.is_authenticated:
        text = _("Your role does not allow this. Ask the office of the leading group if it should.")
    else:
        text = _("Log in with an account that may see this page.")
    return _page(request, 403, _("This page is not open to you"), text, detail=str(exception or ""))


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _page(
        request,
        404,
        _("There is no such page"),
        _(
            "The address may be mistyped, or the item has another number. Search for it by name, or start from the overview."
        ),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a page that asks nothing of the database, which may be what failed."""
    return render(request, "portal/error_500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token does not belong to this session, most often a page left open for long."""
    return _page(
        request,
        403,
        _("This form has expired"),
        _(
            "The page was open for a long time, or you logged in elsewhere. Reload the page and send the form again; nothing was changed."
        ),
    )
