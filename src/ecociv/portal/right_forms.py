"""The forms of the register: parties with what they hold, restrictions, the boundary, the documents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ecociv.land_administration.rights.declaration import rules
from ecociv.land_administration.rights.state import Holding, Party, Restriction, UnitState, share_of
from ecociv.portal.shape_files import ShapeFileField
from ecociv.portal.zone import language
from ecociv.territory.layers.kinds import layer_kind

_TEXT = {"class": "form-control"}
_CHOICE = {"class": "form-select"}
_DATE = {"type": "date", "class": "form-control"}
ROWS = 4
"""Empty rows offered for parties and for restrictions; "more rows" adds as many."""


def _named(entries: Any, blank: str = "—") -> list[tuple[str, str]]:
    return [("", blank), *((one.key, one.name.in_language(language())) for one in entries)]


class ShareField(forms.CharField):
    """A share of a right: ``1``, ``1/3`` or ``0.25``, kept exactly."""

    def to_python(self, value: Any) -> Any:
        """The share as a fraction."""
        text = str(value or "").strip()
        if not text:
            return None
        try:
            return share_of(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("Write a share above 0 and at most 1 as 1, 1/3 or 0.25.")
            ) from error


class HolderForm(forms.Form):
    """One party and what it holds; a party with two rights has two rows with the same name."""

    name = forms.CharField(
        label=gettext_lazy("Party"), max_length=120, required=False, widget=forms.TextInput(_TEXT)
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of party"), required=False, widget=forms.Select(_CHOICE)
    )
    identifier = forms.CharField(
        label=gettext_lazy("Credit code or identity number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(_TEXT),
    )
    right = forms.ChoiceField(label=gettext_lazy("Right"), required=False, widget=forms.Select(_CHOICE))
    share = ShareField(
        label=gettext_lazy("Share"), required=False, widget=forms.TextInput({**_TEXT, "placeholder": "1"})
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(_DATE, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = _named(rules().party_kinds)  # type: ignore[attr-defined]
        self.fields["right"].choices = _named(rules().rights)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A row is filled in whole or not at all."""
        said = super().clean() or {}
        if said.get("name") and not (said.get("kind") and said.get("right")):
            raise forms.ValidationError(_("Choose the kind of party and the right that it holds."))
        if not said.get("name") and any(
            said.get(key) for key in ("kind", "identifier", "right", "share", "until")
        ):
            raise forms.ValidationError(_("Name the party."))
        return said


class RestrictionForm(forms.Form):
    """One restriction with the document it rests on."""

    kind = forms.ChoiceField(label=gettext_lazy("Restriction"), required=False, widget=forms.Select(_CHOICE))
    text = forms.CharField(
        label=gettext_lazy("What it says"), max_length=500, required=False, widget=forms.TextInput(_TEXT)
    )
    document = forms.CharField(
        label=gettext_lazy("Document it rests on"),
        max_length=200,
        required=False,
        widget=forms.TextInput(_TEXT),
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), required=False, widget=forms.DateInput(_DATE, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = _named(rules().restrictions)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A row is filled in whole or not at all."""
        said = super().clean() or {}
        if not said.get("kind") and any(said.get(key) for key in ("text", "document", "until")):
            raise forms.ValidationError(_("Choose the kind of restriction."))
        return said


class _OneKindEach(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows of holders in which a party is of one kind throughout."""

    def clean(self) -> None:
        """Refuse a party with two kinds."""
        kinds: dict[tuple[str, str], str] = {}
        for row in self.forms:
            said = getattr(row, "cleaned_data", {})
            if not said.get("name"):
                continue
            who = said["name"].strip(), (said.get("identifier") or "").strip()
            if kinds.setdefault(who, said.get("kind", "")) != said.get("kind", ""):
                raise forms.ValidationError(
                    _("%(name)s stands in two rows with different kinds of party.") % {"name": who[0]}
                )


MOST_ROWS = 60
HolderRows = forms.formset_factory(
    HolderForm, formset=_OneKindEach, extra=ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)
RestrictionRows = forms.formset_factory(
    RestrictionForm, extra=2, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


def more_rows(total: str) -> str:
    """How many rows a form has after some more were asked for.

    >>> more_rows("4"), more_rows("60"), more_rows("²"), more_rows("9" * 5000)
    ('8', '60', '4', '60')
    """
    there = int(total[:3]) if total.isascii() and total.isdigit() else 0
    return str(min(MOST_ROWS, there + ROWS))


class EntryForm(forms.Form):
    """What every registration asks for."""

    effective_on = forms.DateField(
        label=gettext_lazy("Day of the entry"),
        required=False,
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("Today where left empty; never before the last entry of the register."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea({**_TEXT, "rows": 2}),
    )


class BoundaryForm(EntryForm):
    """A registration that says something of the unit."""

    name = forms.CharField(
        label=gettext_lazy("Name of the unit"), max_length=120, widget=forms.TextInput(_TEXT)
    )
    boundary = forms.CharField(
        label=gettext_lazy("Boundary"),
        required=False,
        widget=forms.Textarea({**_TEXT, "rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "WKT or GeoJSON; degrees are taken as CGCS2000, other coordinates need their system."
        ),
    )
    boundary_file = ShapeFileField()
    crs = forms.CharField(
        label=gettext_lazy("Coordinate system"),
        required=False,
        max_length=40,
        widget=forms.TextInput({**_TEXT, "placeholder": "EPSG:4547"}),
    )


class FirstForm(BoundaryForm):
    """A first registration."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of resource"), widget=forms.Select(_CHOICE))
    notice_from = forms.DateField(
        label=gettext_lazy("First day of the public notice"),
        required=False,
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
    )
    notice_to = forms.DateField(
        label=gettext_lazy("Last day of the public notice"),
        required=False,
        widget=forms.DateInput(_DATE, format="%Y-%m-%d"),
        help_text=gettext_lazy("At least fifteen working days, ended before the entry."),
    )
    field_order = [
        "kind",
        "name",
        "boundary",
        "boundary_file",
        "crs",
        "notice_from",
        "notice_to",
        "effective_on",
        "reason",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = layer_kind("registered-rights").class_names()
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (key, name.in_language(language())) for key, name in names.items()
        ]

    def clean(self) -> dict[str, Any]:
        """One of the two ways of giving the boundary."""
        said = super().clean() or {}
        if (
            not said.get("boundary", "").strip()
            and not said.get("boundary_file")
            and "boundary_file" not in self.errors
        ):
            self.add_error("boundary", _("Give the outline, or choose a file."))
        return said


class CorrectionForm(BoundaryForm):
    """A correction; says which registration was wrong."""

    corrects = forms.IntegerField(
        label=gettext_lazy("Registration that was wrong"), min_value=1, widget=forms.NumberInput(_TEXT)
    )


class TransferForm(EntryForm):
    """A share of a right that passes to another party."""

    right = forms.ChoiceField(label=gettext_lazy("Right"), widget=forms.Select(_CHOICE))
    giver = forms.ChoiceField(label=gettext_lazy("From"), widget=forms.Select(_CHOICE))
    taker = forms.CharField(label=gettext_lazy("To"), max_length=120, widget=forms.TextInput(_TEXT))
    taker_kind = forms.ChoiceField(label=gettext_lazy("Kind of party"), widget=forms.Select(_CHOICE))
    identifier = forms.CharField(
        label=gettext_lazy("Credit code or identity number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(_TEXT),
    )
    share = ShareField(label=gettext_lazy("Share"), widget=forms.TextInput({**_TEXT, "placeholder": "1/2"}))

    def __init__(self, state: UnitState, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = {one.right for one in state.holdings}
        self.fields["right"].choices = _named(one for one in rules().rights if one.key in held)  # type: ignore[attr-defined]
        self.fields["giver"].choices = [(one.key, one.name) for one in state.parties]  # type: ignore[attr-defined]
        self.fields["taker_kind"].choices = _named(rules().party_kinds)  # type: ignore[attr-defined]


def key_of(name: str, identifier: str, known: Mapping[tuple[str, str], str]) -> str:
    """The key of a party: that of the one with the same name and identifier, or a new one."""
    found = known.get((name.strip(), identifier.strip()))
    taken = set(known.values())
    return found or next(key for n in count(1) if (key := f"p{n}") not in taken)


def state_of(
    name: str,
    holders: Sequence[Mapping[str, Any]],
    limits: Sequence[Mapping[str, Any]],
    before: UnitState | None = None,
) -> UnitState:
    """What the rows of the forms say, as the state of a unit.

    What the rows do not ask for (declared quantities, keys of parties) stays as it was before.
    """
    known = {(one.name, one.identifier): one.key for one in before.parties} if before else {}
    parties: list[Party] = []
    holdings: list[Holding] = []
    for row in holders:
        if not row.get("name"):
            continue
        identifier = row.get("identifier") or ""
        key = key_of(row["name"], identifier, known)
        known[row["name"].strip(), identifier.strip()] = key
        if all(one.key != key for one in parties):
            parties.append(Party(key, row["name"].strip(), row["kind"], identifier.strip()))
        holdings.append(Holding(row["right"], key, row.get("share") or Fraction(1), row.get("until")))
    restrictions = tuple(
        Restriction(
            row["kind"],
            (row.get("text") or "").strip(),
            (row.get("document") or "").strip(),
            row.get("until"),
        )
        for row in limits
        if row.get("kind")
    )
    return UnitState(
        name.strip(), tuple(parties), tuple(holdings), restrictions, before.quantities if before else None
    )


def rows_of(state: UnitState) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of the forms that say what a state says."""
    by_key = {one.key: one for one in state.parties}
    holders: list[dict[str, Any]] = [
        {
            "name": by_key[one.party].name,
            "kind": by_key[one.party].kind,
            "identifier": by_key[one.party].identifier,
            "right": one.right,
            "share": str(one.share),
            "until": one.until,
        }
        for one in state.holdings
    ]
    limits: list[dict[str, Any]] = [
        {"kind": one.kind, "text": one.text, "document": one.document, "until": one.until}
        for one in state.restrictions
    ]
    return holders, limits


def day_of(text: str | None) -> dt.date | None:
    """A day from an address; none where it is not one."""
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None
