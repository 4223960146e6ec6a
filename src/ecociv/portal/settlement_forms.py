"""The forms of a settlement: preliminary, final, objection, decision, transfer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.portal.ledger_inputs import CHOICE, DATE, TEXT


class _Dated(forms.Form):
    """Every act has its day."""

    day = forms.DateField(label=_("Day"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = timezone.localdate()


class DocumentForm(_Dated):
    """A figure that is recorded needs the number of its document."""

    document = forms.CharField(
        label=_("Number of the document"), max_length=200, widget=forms.TextInput(TEXT)
    )


class _Seen(forms.IntegerField):
    """The row that the page shows; a page that comes back shows the newest, whatever was sent."""

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial


class ApprovalForm(DocumentForm):
    """An approval is of the figures that the page showed, not of what was recorded in the meantime."""

    seen = _Seen(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, newest: int | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = newest


class ObjectionForm(_Dated):
    """What a party has against the figure."""

    body = forms.ChoiceField(label=_("For"), widget=forms.Select(CHOICE))
    document = forms.CharField(
        label=_("Number of the document"), max_length=200, widget=forms.TextInput(TEXT)
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea({**TEXT, "rows": 3}), max_length=4000)

    def __init__(self, bodies: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = bodies  # type: ignore[attr-defined]


class DecisionForm(_Dated):
    """What became of an objection."""

    upheld = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", "—"), ("yes", _("Upheld: compute again")), ("no", _("Rejected"))],
        widget=forms.Select(CHOICE),
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea({**TEXT, "rows": 3}), max_length=4000)


class TransferForm(_Dated):
    """The day on which it is paid."""
