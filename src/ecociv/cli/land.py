"""``ecociv land``: cases about land."""

from __future__ import annotations

import click

from ecociv.cli.console import EXIT_CODES, fail, format_option, language_option, say, say_json, with_django
from ecociv.cli.differences import group as differences


@click.group(epilog=EXIT_CODES)
def group() -> None:
    """Land administration: rights, approvals, differences between plans, change patches."""


group.add_command(differences)


@group.group("patches")
def patches() -> None:
    """Change patches from remote sensing."""


@patches.command("dispatch")
@click.argument("layer")
@click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")
@click.option("--as", "username", required=True, help="Name of the account that dispatches.")
@click.option("--patch", "identities", multiple=True, help="Only this patch; may be given again.")
@format_option("text", "json")
@language_option
@with_django
def dispatch(
    layer: str, zone: str, username: str, identities: tuple[str, ...], form: str, language: str
) -> None:
    """Open a case for each patch of the newest version of LAYER that was not dispatched before."""
    from django.core.exceptions import PermissionDenied

    from ecociv.casework.actions import CaseRefused
    from ecociv.cli.database import ensure_plan
    from ecociv.land_administration.patches.actions import DispatchPatches, DispatchRefused
    from ecociv.people.models import User
    from ecociv.territory.queries import UnknownLayer, layer_of

    ensure_plan(zone)
    user = User.objects.filter(username=username).first()
    if user is None:
        fail(f"There is no account {username!r}.")
    try:
        version = layer_of(zone, layer).versions.select_related("layer").order_by("-number").first()
        if version is None:
            fail(f"The layer {layer!r} has no version.")
        done = DispatchPatches(version, user, list(identities) or None).execute()
    except (UnknownLayer, PermissionDenied) as error:
        fail(str(error))
    except DispatchRefused as error:
        fail("\n".join(text.in_language(language) for text in error.texts))
    except CaseRefused as error:
        fail(error.text.in_language(language))
    if form == "json":
        say_json(
            {
                "known": done.known,
                "sent": [
                    {
                        "patch": one.identity,
                        "case": one.case.number,
                        "county": one.county,
                        "area": str(one.area),
                    }
                    for one in done.sent
                ],
            }
        )
        return
    for one in done.sent:
        say(f"{one.identity}  {one.county}  {one.area} m2  {one.case.number}")
    words = {
        "zh": "下发{sent}个图斑；{known}个以前已下发。",
        "en": "{sent} dispatched; {known} had been before.",
    }[language]
    say(words.format(sent=len(done.sent), known=done.known))


@patches.command("list")
@click.option("--zone", default="jingdezhen", show_default=True, help="Key of the zone.")
@click.option("--county", default="", help="Only this division code.")
@click.option("--open", "only_open", is_flag=True, help="Only those whose case has not ended.")
@format_option("text", "json")
@language_option
@with_django
def list_patches(zone: str, county: str, only_open: bool, form: str, language: str) -> None:
    """Dispatched patches with the state of their cases."""
    from ecociv.casework.recorded import declaration_of
    from ecociv.land_administration.patches.models import DispatchedPatch

    found = DispatchedPatch.objects.filter(zone=zone).select_related("case", "layer")
    if county:
        found = found.filter(county=county)
    if only_open:
        found = found.filter(case__closed_at__isnull=True)
    rows = [
        {
            "patch": one.identity,
            "layer": one.layer.key,
            "class": one.class_key,
            "county": one.county,
            "area": str(one.area),
            "case": one.case.number,
            "state": declaration_of(one.case).states[one.case.state].title.in_language(language),
            "due": one.case.due.isoformat() if one.case.due else None,
        }
        for one in found
    ]
    if form == "json":
        say_json(rows)
        return
    for row in rows:
        say("  ".join(str(row[key] or "-") for key in ("patch", "county", "area", "case", "state", "due")))


def _add_groups() -> None:
    from ecociv.cli import land_register  # noqa: F401  (adds the commands that enter registrations)
    from ecociv.cli.land_approvals import approvals
    from ecociv.cli.land_rights import rights

    group.add_command(rights)
    group.add_command(approvals)


_add_groups()
