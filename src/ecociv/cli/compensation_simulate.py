"""``ecociv compensation simulate`` and ``variants``: what past years would have cost under other terms, and those kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ecociv.cli.console import (
    EARLIEST_YEAR,
    EXIT_CODES,
    LATEST_YEAR,
    Exit,
    fail,
    format_option,
    language_option,
    say,
    say_json,
    with_django,
)
from ecociv.cli.indicator import moment
from ecociv.cli.land_given import account, zone_option

_YEAR = click.IntRange(EARLIEST_YEAR, LATEST_YEAR)


@click.command("simulate", epilog=EXIT_CODES)
@click.argument("key", metavar="AGREEMENT")
@zone_option
@click.option("--from", "first", type=_YEAR, default=None, help="First year; the last five by default.")
@click.option("--to", "last", type=_YEAR, default=None, help="Last year.")
@click.option("--alternative", default="", help="Key of declared other terms.")
@click.option(
    "--variant", type=int, default=None, metavar="NUMBER", help="Number of a kept variant to begin with."
)
@click.option(
    "--terms",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="File of terms, one a line as PATH = VALUE.",
)
@click.option(
    "--set",
    "terms",
    multiple=True,
    metavar="PATH=VALUE",
    help="Another term, e.g. formula.items.nh3n.price=8000.",
)
@click.option("--as-of", default=None, help="From what was known on this day.")
@click.option("--keep", default="", metavar="NAME", help="Keep the variant under this name.")
@click.option("--as", "username", default=None, help="Account that keeps it.")
@format_option("text", "json")
@language_option
@with_django
def simulate(
    key: str,
    zone: str,
    first: int | None,
    last: int | None,
    alternative: str,
    variant: int | None,
    file: Path | None,
    terms: tuple[str, ...],
    as_of: str | None,
    keep: str,
    username: str | None,
    form: str,
    language: str,
) -> None:
    """Past years of AGREEMENT under the terms in force and under others, side by side; recorded only with --keep."""
    from ecociv.compensation.agreements.declaration import OutOfForce
    from ecociv.compensation.settlements.actions import SettlementRefused, agreement_of
    from ecociv.compensation.simulations.actions import KeepVariant, VariantRefused
    from ecociv.compensation.simulations.running import recent_years, what_if
    from ecociv.compensation.simulations.terms import TermRefused

    other = _terms(zone, key, alternative, variant, file, terms, language)
    kept = None
    try:
        agreement = agreement_of(zone, key)
        since, until = recent_years(agreement)
        first, last = first or since, last or until
        found = what_if(agreement, first, last, other, as_of=moment(as_of))
        if keep:
            kept = KeepVariant(
                zone=zone,
                agreement=agreement,
                title=keep,
                terms=other,
                first=first,
                last=last,
                known_at=moment(as_of),
                author=account(username) if username else "command line",
            ).execute()
    except (SettlementRefused, OutOfForce, TermRefused, VariantRefused) as refused:
        fail(refused.text.in_language(language))
    base, changed = found.base, found.others[0]
    if form == "json":
        say_json(
            {
                "agreement": key,
                "sample": agreement.sample,
                "unit": "yuan",
                "terms": other,
                "years": [
                    {
                        "year": year,
                        "upstream": base.versions[year].upstream,
                        "downstream": base.versions[year].downstream,
                        "in_force": {**_said(base.year(year)), "open": base.year(year).open},
                        "other": {**_said(changed.year(year)), "open": changed.year(year).open},
                    }
                    for year in found.years
                ],
                "totals": {"in_force": _said(base.total), "other": _said(changed.total)},
                "digest": found.digest(),
                "kept": None if kept is None else kept.reference,
            }
        )
        return
    words = {
        "zh": ("年份", "现行净付", "改后净付", "差额"),
        "en": ("year", "net in force", "net other", "difference"),
    }
    say("  ".join(words[language]))
    for year in found.years:
        say(f"{year}  {base.year(year).net}  {changed.year(year).net}  {found.change(changed, year)}")
    if kept is not None:
        say(f"{kept}  {kept.digest}")


def _terms(
    zone: str,
    key: str,
    alternative: str,
    variant: int | None,
    file: Path | None,
    written: tuple[str, ...],
    language: str,
) -> dict[str, Any]:
    """The other terms that the options name; later ones go before earlier ones."""
    from ecociv.compensation.agreements.declaration import compensation
    from ecociv.compensation.simulations.queries import kept_variant
    from ecociv.compensation.simulations.terms import NoTerm, terms_in

    other: dict[str, Any] = {}
    if alternative:
        declared = compensation(zone).alternatives
        if alternative not in declared:
            fail(f"There are no terms {alternative!r}; there are: {', '.join(declared) or 'none'}.")
        other |= declared[alternative].terms
    if variant is not None:
        kept = kept_variant(zone, variant)
        if kept is None or kept.agreement != key:
            fail(f"No variant {variant} of {key} is kept; see `ecociv compensation variants`.")
        other |= kept.terms
    try:
        if file is not None:
            other |= terms_in(file.read_text(encoding="utf-8-sig"))
        other |= terms_in(written)
    except (NoTerm, UnicodeDecodeError) as refused:
        said = refused.text.in_language(language) if isinstance(refused, NoTerm) else f"{file} is not UTF-8."
        fail(said, Exit.USAGE)
    if not other:
        fail(
            "Give other terms: --alternative KEY, --variant NUMBER, --terms FILE or --set PATH=VALUE.",
            Exit.USAGE,
        )
    return other


def _said(under: Any) -> dict[str, str]:
    return {
        "upstream_pays": str(under.upstream_pays),
        "downstream_pays": str(under.downstream_pays),
        "net": str(under.net),
    }


@click.command("variants", epilog=EXIT_CODES)
@zone_option
@click.option("--verify", is_flag=True, help="Compute each again from what was known then.")
@click.option("--all", "away", is_flag=True, help="Removed ones too.")
@format_option("text", "json")
@with_django
def variants(zone: str, verify: bool, away: bool, form: str) -> None:
    """The variants that were kept; with --verify, exit code 1 when one does not come to the same, or cannot be computed now."""
    from ecociv.compensation.agreements.declaration import OutOfForce
    from ecociv.compensation.simulations.queries import computed_again, is_away, kept_variants
    from ecociv.compensation.simulations.terms import TermRefused

    rows, wrong = [], 0
    for each in kept_variants(zone, away=away):
        same, why = None, None
        if verify:
            try:
                same = computed_again(each).same
            except (OutOfForce, TermRefused) as refused:
                same, why = False, refused.text.to_mapping()
        wrong += same is False
        rows.append(
            {
                "number": each.serial,
                "title": each.title,
                "agreement": each.agreement,
                "years": [each.first_year, each.last_year],
                "terms": each.terms,
                "net_in_force": str(each.net_in_force),
                "net": str(each.net),
                "by": each.author_name,
                "recorded": each.recorded_at.isoformat(),
                "removed": is_away(each),
                "digest": each.digest,
                "same": same,
                "why_not": why,
            }
        )
    if form == "json":
        say_json(rows)
    else:
        for row in rows:
            state = {None: "", True: "  same", False: "  NOT THE SAME"}[row["same"]]
            say(
                f"V{row['number']}  {row['title']}  {row['agreement']}  {row['net_in_force']} -> {row['net']}{state}"
            )
    if wrong:
        raise SystemExit(Exit.FOUND)
