"""Headers that tell the browser what a page may load."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ecociv.portal.assets import import_map_digest

_COMMON = (
    "default-src 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; manifest-src 'self'; worker-src 'self'; "
    "img-src 'self' data:; "
)
# The administration pages come from django-unfold, whose Alpine.js evaluates expressions and sets inline styles.
_ADMINISTRATION = _COMMON + "script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'"


class ContentSecurityPolicy:
    """Send a strict Content-Security-Policy: own files only, no inline script, no inline style.

    The one inline script of a page is the import map (browsers read it from nowhere else); it is allowed
    by its digest, so that any other inline script stays forbidden.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            if request.path.startswith("/admin/"):
                policy = _ADMINISTRATION
            else:
                policy = f"{_COMMON}script-src 'self' '{import_map_digest()}'; style-src 'self'"
            response["Content-Security-Policy"] = policy
        response.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        return response


class PrivatePages:
    """Tell browsers and proxies not to keep the pages of somebody who has logged in.

    On a desk that several people use, "back" after logging out would otherwise show what only they may read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known = settings.SESSION_COOKIE_NAME in request.COOKIES
        response = self.get_response(request)
        if known and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response
