"""Pages for people of the zone: a log-in alone does not open them, because enterprises have accounts too."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ecociv.people.permissions import actor_of

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def of_the_zone(user: Any) -> bool:
    """Whether somebody is one of the people of the zone: not a visitor, not an enterprise."""
    actor = actor_of(user)
    return actor.active and actor.role.of_the_zone


def people_of_the_zone(view: View[Arguments]) -> View[Arguments]:
    """Let people of the zone in, and send whoever is not logged in to log in first."""

    @wraps(view)
    def inside(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if not of_the_zone(request.user):
            raise PermissionDenied(
                _("This page is for people of the zone; your account reads what is public and its own.")
            )
        return view(request, *args, **kwargs)

    return cast("View[Arguments]", login_required(inside))
