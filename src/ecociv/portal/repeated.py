"""Saying what came of making something on record again."""

from __future__ import annotations

from typing import Protocol

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _


class Repeated(Protocol):
    """What a repetition says of itself."""

    @property
    def same(self) -> bool:
        """Whether the result is the same to the last byte."""

    @property
    def rules_changed(self) -> bool:
        """Whether the declared rules have changed since."""


def tell_repeated(request: HttpRequest, made: Repeated) -> None:
    """Tell whoever asked whether the result held, and if not, whether the rules explain it."""
    if made.same:
        messages.success(
            request,
            _("Made again on %(day)s: the same to the last byte.")
            % {"day": timezone.localtime().strftime("%Y-%m-%d %H:%M")},
        )
    elif made.rules_changed:
        messages.warning(request, _("Made again: it differs. The declared rules have changed since."))
    else:
        messages.error(
            request,
            _("Made again: it differs, though layers and rules should be the same. Check the layer files."),
        )
