"""Pages for people of the zone: whoever is not logged in is sent to log in, others are refused by the policy."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.portal.zone import zone_key

View = TypeVar("View", bound=Callable[..., HttpResponse])


def internal(view: View) -> View:
    """Let a view be read only by those who may read what is internal to the zone."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        require(request.user, Action.READ, zone=zone_key(), public=False)
        return view(request, *args, **kwargs)

    return cast("View", login_required(wrapped))
