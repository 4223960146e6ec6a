"""Sending what a form of the market pages asks for."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ecociv.core.text import Text
from ecociv.exchange.actions.base import CommandRefused, ExchangeAction
from ecociv.exchange.journal.commit import JournalUnavailable, KeyReused, Receipt
from ecociv.portal.zone import language


def send(action: ExchangeAction) -> Receipt:
    """Send an action once, however often its form is sent.

    The key of a form makes a second click harmless. A refusal did nothing, though, and what spoke against it then may be gone:
    so a form that was refused and is sent again is tried again.

    Raises
    ------
    CommandRefused, KeyReused, JournalUnavailable, PermissionDenied
    """
    receipt = action.send()
    if receipt.repeated and not receipt.outcome["ok"]:
        action.key = uuid4().hex
        receipt = action.send()
    said = receipt.outcome
    if not said["ok"]:
        raise CommandRefused(said["code"], Text(zh=said["zh"], en=said["en"]))
    return receipt


def done(request: HttpRequest, action: ExchangeAction, key: str, said: str) -> str:
    """Send an action and say that it is done; what was refused otherwise, for the form."""
    if key:
        action.key = key[:64]
    try:
        send(action)
    except (CommandRefused, KeyReused) as refused:
        return refused.text.in_language(language())
    except JournalUnavailable:
        return _("It could not be written down; send it again: it will not be taken twice.")
    messages.success(request, said)
    return ""
