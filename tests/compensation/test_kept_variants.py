"""Variants under a name: kept, computed again with the same digest, removed and brought back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from ecociv.cli.main import main
from ecociv.compensation.models import KeptVariant
from ecociv.compensation.settlements.actions import agreement_of
from ecociv.compensation.simulations import queries
from ecociv.compensation.simulations.actions import KeepVariant, MoveVariant, VariantRefused
from ecociv.compensation.simulations.queries import computed_again, kept_variants
from ecociv.compensation.simulations.terms import TermRefused
from ecociv.core.text import Text
from ecociv.people.models import AuditEntry, User
from ecociv.people.recorded import AppendOnlyError

pytestmark = pytest.mark.django_db
KEY, ZONE = "zhushan-changjiang", "jingdezhen"
DEARER = {"formula.items.nh3n.price": "9000"}


def keep(author: Any = "tests", title: str = "加价", **more: Any) -> KeptVariant:
    said = {"terms": DEARER, "first": 2017, "last": 2017} | more
    return KeepVariant(
        zone=ZONE, agreement=agreement_of(ZONE, KEY), title=title, author=author, **said
    ).execute()


def test_a_variant_comes_to_the_same_whatever_is_restated(load: Callable[..., None]) -> None:
    load({"2017-03": 1.1})
    kept = keep()
    # 0.1 mg/L x 10 m3/s x 31 x 86400 / 10^6 = 2.6784 t: at 3000 in force, at 9000 in the variant
    assert (str(kept.net_in_force), str(kept.net)) == ("8035.20", "24105.60")
    load({"2017-03": 1.2}, flow=None, reason="复核")
    again = computed_again(KeptVariant.objects.get())
    assert again.same and again.made.others[0].total.net == kept.net
    assert keep(title="加价（新数据）").net != kept.net
    assert json.loads(json.dumps(kept.terms)) == DEARER


def test_names_are_used_once_until_removed(load: Callable[..., None]) -> None:
    load({"2017-03": 1.1})
    first = keep()
    with pytest.raises(VariantRefused, match="V1 has this name already"):
        keep()
    MoveVariant(variant=first, away=True, author="tests").execute()
    assert [each.reference for each in kept_variants(ZONE)] == [] and len(kept_variants(ZONE, away=True)) == 1
    assert keep().reference == "V2"
    with pytest.raises(VariantRefused, match="removed already"):
        MoveVariant(variant=first, away=True, author="tests").execute()
    MoveVariant(variant=first, away=False, author="tests").execute()
    assert [each.reference for each in kept_variants(ZONE, KEY)] == ["V2", "V1"]
    assert [each.action for each in AuditEntry.objects.order_by("pk") if "variant" in each.action] == [
        "keep-variant", "remove-variant", "keep-variant", "restore-variant",
    ]  # fmt: skip


def test_who_keeps_and_who_removes(
    load: Callable[..., None], user: Callable[..., User], plan_in_database: None
) -> None:
    load({"2017-03": 1.1})
    county, office = user("county_officer", "zhushan-district"), user("department_officer", "finance-bureau")
    kept = keep(county)
    for other in (
        user("county_officer", "fuliang-county"),
        user("enterprise", "x"),
        user("county_officer", "x", "elsewhere"),
    ):
        with pytest.raises(PermissionDenied):
            MoveVariant(variant=kept, away=True, author=other).execute()
    with pytest.raises(PermissionDenied):
        keep(user("enterprise", "x"), "企业方案")
    MoveVariant(variant=kept, away=True, author=office).execute()
    MoveVariant(variant=kept, away=False, author=county).execute()


@pytest.mark.parametrize(("change", "code"), [({"title": "  "}, "title"), ({"title": "长" * 121}, "title"), ({"terms": {}}, "no-terms"), ({"note": "字" * 2001}, "note")])  # fmt: skip
def test_what_cannot_be_kept(load: Callable[..., None], change: dict[str, Any], code: str) -> None:
    with pytest.raises(VariantRefused) as refused:
        keep(**change)
    assert refused.value.code == code and not KeptVariant.objects.exists()


def test_the_database_holds_what_was_kept(load: Callable[..., None]) -> None:
    load({"2017-03": 1.1})
    kept = keep()
    with pytest.raises(AppendOnlyError):
        kept.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        KeptVariant.objects.update(title="x")


def test_terms_that_are_refused_today_are_said_and_not_broken_on(
    load: Callable[..., None],
    user: Callable[..., User],
    plan_in_database: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load({"2017-03": 1.1})
    keep()

    def refuse(*_: Any, **__: Any) -> None:
        raise TermRefused(Text(zh="不再接受", en="This term is not taken any more."))

    monkeypatch.setattr(queries, "what_if", refuse)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user("county_officer", "zhushan-district"))
    page = client.get(reverse("portal:compensation-variant", args=[1]) + "?again=1")
    assert page.status_code == 200 and "not taken any more" in page.content.decode()
    asked = CliRunner().invoke(main, ["compensation", "variants", "--verify", "--format", "json"])
    (row,) = json.loads(asked.stdout)
    assert asked.exit_code == 1 and row["same"] is False and "not taken" in row["why_not"]["en"]


def test_by_page(load: Callable[..., None], user: Callable[..., User], plan_in_database: None) -> None:
    load({"2017-03": 1.1})
    client = Client(headers={"accept-language": "en"})
    client.force_login(user("county_officer", "zhushan-district"))
    page = reverse("portal:compensation-simulator")
    query = f"?agreement={KEY}&first=2017&last=2017&a.formula.items.nh3n.price=9000"
    assert "Keep this variant" in client.get(page + query).content.decode()
    nameless = client.post(page + query, {"letter": "a", "title": " "})
    assert nameless.status_code == 422 and "Give the variant a name" in nameless.content.decode()
    assert client.post(page + query, {"letter": "b", "title": "x"}).status_code == 422
    made = client.post(
        page + query, {"letter": "a", "title": "<Dearer>", "note": "for the talks"}, follow=True
    )
    assert made.redirect_chain[-1][0] == reverse("portal:compensation-variant", args=[1])
    assert "&lt;Dearer&gt;" in made.content.decode() and "for the talks" in made.content.decode()
    one = reverse("portal:compensation-variant", args=[1])
    assert "the same, to the last digit" in client.get(one + "?again=1").content.decode()
    assert client.get(one + "?format=csv").content.decode("utf-8-sig").count("24105.60") == 2
    taken = client.get(made.context["simulator"], follow=True)
    assert taken.redirect_chain and taken.context["variants"][0].draft.terms == DEARER
    move = reverse("portal:compensation-variant-move", args=[1])
    assert "Removed by" in client.post(move, {"step": "remove"}, follow=True).content.decode()
    listing = reverse("portal:compensation-variants")
    assert "No variant is kept" in client.get(listing).content.decode()
    assert "&lt;Dearer&gt;" in client.get(listing + "?is=all").content.decode()
    assert "stands again" in client.post(move, {"step": "restore"}, follow=True).content.decode()
    assert "&lt;Dearer&gt;" not in client.get(listing + "?as_of=2001-01-01").content.decode()
    assert client.get(reverse("portal:compensation-variant", args=[9])).status_code == 404
    stranger = Client()
    assert stranger.get(one).status_code == 302 and stranger.post(move).status_code == 302


def test_by_command(load: Callable[..., None]) -> None:
    load({"2017-03": 1.1})

    def run(*arguments: str) -> Any:
        return CliRunner().invoke(main, ["compensation", *arguments])

    asked = ("simulate", KEY, "--from", "2017", "--to", "2017", "--format", "json")
    made = json.loads(run(*asked, "--set", "formula.items.nh3n.price=9000", "--keep", "加价").stdout)
    assert made["kept"] == "V1" and made["totals"]["other"]["net"] == "24105.60"
    again = json.loads(run(*asked, "--variant", "1").stdout)
    assert again["digest"] == made["digest"] == KeptVariant.objects.get().digest
    assert run(*asked, "--variant", "7").exit_code == 3
    (row,) = json.loads(run("variants", "--verify", "--format", "json").stdout)
    assert row["same"] is True and row["title"] == "加价"
