"""The register: shares that add up, boundaries that do not overlap, and a history that can be read as of any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ecociv.land_administration.rights.actions import (
    CancelUnit,
    RegisterChange,
    RegisterCorrection,
    RegisterFirst,
    RegisterTransfer,
    RegistrationRefused,
    Source,
    boundary_of,
)
from ecociv.land_administration.rights.declaration import rules
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.queries import (
    ladm,
    registration_in_force,
    registrations_in_force,
    shown_to,
)
from ecociv.land_administration.rights.state import (
    Holding,
    Party,
    Restriction,
    TransferRefused,
    UnitState,
    faults,
    transferred,
)
from ecociv.people.models import User
from ecociv.people.recorded import AppendOnlyError
from ecociv.territory.models import LayerVersion
from land_administration.situations import BUREAU, FULIANG, LEPING, ZONE

STATE = Party("state", "国家", "state")
CITY = Party("city", "景德镇市人民政府", "body")
FARM = Party("farm", "某林场", "enterprise", "91360200XXXXXXXX00")
WANG = Party("wang", "王小明", "person", "3602XXXXXXXXXXXXXX")


def forest(name: str = "浮梁国有林场", *more: Holding, parties: tuple[Party, ...] = ()) -> UnitState:
    holdings = (Holding("ownership", "state"), Holding("representative", "city"), *more)
    return UnitState(name, (STATE, CITY, *parties), holdings, (), {"volume": ("120000", "m3")})


def test_shares_of_a_whole_right_add_up_to_one() -> None:
    assert faults(forest(), rules()) == []
    half = UnitState(
        "x", (STATE, CITY), (Holding("ownership", "state", Fraction(1, 2)), Holding("representative", "city"))
    )
    assert [text.en for text in faults(half, rules())] == [
        "The shares of ownership add up to 1/2; they have to be 1."
    ]
    # Two thirds and one half of a right of use are seven sixths of it.
    users = forest(
        "x",
        Holding("use", "farm", Fraction(2, 3)),
        Holding("use", "wang", Fraction(1, 2)),
        parties=(FARM, WANG),
    )
    assert "add up to 7/6, more than 1" in faults(users, rules())[0].en


def test_a_holder_who_is_no_party_and_a_restriction_without_document_are_named() -> None:
    wrong = UnitState(
        "x",
        (STATE, CITY),
        (*forest().holdings, Holding("use", "nobody")),
        (Restriction("easement", "通行", ""),),
    )
    said = [text.en for text in faults(wrong, rules())]
    assert said == [
        "The holder 'nobody' is not among the parties.",
        "A restriction needs its words and the document it rests on.",
    ]


@given(
    st.lists(
        st.fractions(min_value=Fraction(1, 50), max_value=1, max_denominator=50), min_size=1, max_size=5
    ),
    st.fractions(min_value=Fraction(1, 60), max_value=2, max_denominator=60),
)
def test_a_transfer_neither_makes_nor_loses_shares(parts: list[Fraction], share: Fraction) -> None:
    total = sum(parts, Fraction(0))
    holdings = tuple(Holding("use", f"p{place % 2}", part / total) for place, part in enumerate(parts))
    before = UnitState("x", (Party("p0", "甲", "body"), Party("p1", "乙", "body")), holdings)
    held = sum((one.share for one in holdings if one.party == "p0"), Fraction(0))
    try:
        after = transferred(before, "use", "p0", Party("p2", "丙", "body"), share, dt.date(2020, 1, 1))
    except TransferRefused:
        assert share > held
        return
    assert share <= held
    assert sum((one.share for one in after.holdings), Fraction(0)) == 1
    assert sum((one.share for one in after.holdings if one.party == "p2"), Fraction(0)) == share
    assert all(one.share > 0 for one in after.holdings)


def test_a_seized_unit_is_not_transferred() -> None:
    seized = UnitState(
        "x",
        (STATE,),
        (Holding("use", "state"),),
        (Restriction("seizure", "查封", "法院裁定", dt.date(2020, 6, 30)),),
    )
    with pytest.raises(TransferRefused, match="seized"):
        transferred(seized, "use", "state", FARM, Fraction(1), dt.date(2020, 6, 30))
    assert (
        transferred(seized, "use", "state", FARM, Fraction(1), dt.date(2020, 7, 1)).holdings[0].party
        == "farm"
    )


def test_a_state_is_read_as_it_was_kept() -> None:
    state = forest("x", Holding("use", "farm", Fraction(1, 3), dt.date(2050, 1, 1)), parties=(FARM,))
    assert UnitState.from_json(state.to_json()) == state


# -- the register ----------------------------------------------------------------------------------------

WOOD = shapely.box(117.10, 29.10, 117.12, 29.12)
NOTICE = {"notice_from": dt.date(2018, 5, 2), "notice_to": dt.date(2018, 5, 22)}


@pytest.fixture
def bureau(user: Callable[..., User]) -> User:
    return user("department_officer", BUREAU)


@pytest.fixture
def paper(tmp_path: Path) -> tuple[Source, ...]:
    file = tmp_path / "approval.txt"
    file.write_text("批复", encoding="utf-8")
    return (Source(file, "批复.txt"),)


@pytest.fixture
def first(counties: LayerVersion, bureau: User, paper: tuple[Source, ...]) -> Callable[..., Registration]:
    def make(**said: Any) -> Registration:
        given: dict[str, Any] = {
            "zone": ZONE,
            "kind": "forest",
            "state": forest(),
            "boundary": WOOD,
            "author": bureau,
            "documents": paper,
            "effective_on": dt.date(2018, 6, 1),
            **NOTICE,
            **said,
        }
        return RegisterFirst(**given).execute()

    return make


def test_a_unit_gets_its_number_area_and_boundary(first: Callable[..., Registration]) -> None:
    one = first()
    two = first(
        boundary=shapely.box(117.80, 29.1, 117.81, 29.11), kind="water", effective_on=dt.date(2018, 6, 2)
    )
    assert (one.unit.number, two.unit.number) == (f"{FULIANG}L000001", f"{LEPING}S000001")
    # Two hundredths of a degree either way at 29.11 degrees north: near 1945.2 m x 2217.1 m.
    assert float(one.area) == pytest.approx(1945.2 * 2217.1, rel=1e-3)
    assert boundary_of(one).equals(WOOD)
    assert two.boundary.count == 2 and one.boundary.count == 1
    with pytest.raises(AppendOnlyError):
        one.delete()


def test_an_overlap_is_refused_and_the_patch_is_shown(first: Callable[..., Registration]) -> None:
    registered = first()
    with pytest.raises(RegistrationRefused) as refused:
        first(kind="water", boundary=shapely.box(117.11, 29.11, 117.13, 29.13))
    (patch,) = refused.value.overlaps
    assert patch.unit == registered.unit.number
    assert patch.patch.equals(shapely.box(117.11, 29.11, 117.12, 29.12))
    assert "It lies over the registered unit 360222L000001" in refused.value.texts[0].en
    assert RightUnit.objects.count() == 1
    beside = first(kind="water", boundary=shapely.box(117.12, 29.10, 117.13, 29.12))
    below = first(kind="mineral", boundary=WOOD)
    assert (beside.unit.kind, below.unit.kind) == ("water", "mineral")


def test_the_notice_runs_for_fifteen_working_days(first: Callable[..., Registration]) -> None:
    # 2 to 22 May 2018 are 15 working days; to the 21st they are 14.
    with pytest.raises(RegistrationRefused, match="ran for 14 working days; 15 are needed"):
        first(notice_to=dt.date(2018, 5, 21))
    with pytest.raises(RegistrationRefused, match="after the notice has ended"):
        first(effective_on=dt.date(2018, 5, 22))
    with pytest.raises(RegistrationRefused, match="the first and the last day"):
        first(notice_to=None)
    # Before the trial measures of 2016-12-20 none was asked for.
    assert first(effective_on=dt.date(2016, 6, 1), notice_from=None, notice_to=None).serial == 1


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        (
            shapely.Polygon([(117.1, 29.1), (117.2, 29.2), (117.2, 29.1), (117.1, 29.2)]),
            "not valid: Self-intersection",
        ),
        (shapely.LineString([(117.1, 29.1), (117.2, 29.2)]), "has to be a polygon"),
        (shapely.Polygon(), "has to be a polygon"),
        (shapely.box(110, 20, 110.1, 20.1), "outside the zone"),
    ],
)
def test_a_boundary_that_is_none_is_refused(
    first: Callable[..., Registration], boundary: shapely.Geometry, said: str
) -> None:
    with pytest.raises(RegistrationRefused, match=said):
        first(boundary=boundary)
    assert not LayerVersion.objects.filter(layer__kind="registered-rights").exists()


def test_the_whole_life_of_a_unit_is_read_as_of_any_day(
    first: Callable[..., Registration], bureau: User, paper: tuple[Source, ...]
) -> None:
    one = first(state=forest("林场", Holding("use", "farm"), parties=(FARM,)))
    unit = one.unit
    known_then = timezone.now()
    common: dict[str, Any] = {"unit": unit, "author": bureau, "documents": paper}
    transfer = RegisterTransfer(
        **common,
        seen=1,
        effective_on=dt.date(2019, 3, 1),
        right="use",
        giver="farm",
        taker=WANG,
        share=Fraction(1, 4),
    ).execute()
    shares = {one.party: one.share for one in transfer.state.holdings if one.right == "use"}
    assert shares == {"farm": Fraction(3, 4), "wang": Fraction(1, 4)}
    larger = shapely.box(117.10, 29.10, 117.12, 29.13)
    change = RegisterChange(
        **common, seen=2, effective_on=dt.date(2019, 5, 1), state=transfer.state, boundary=larger
    ).execute()
    assert (
        change.boundary != one.boundary
        and boundary_of(one).equals(WOOD)
        and boundary_of(change).equals(larger)
    )
    with pytest.raises(RegistrationRefused, match="There is registration 3 by now; you saw 2"):
        RegisterChange(**common, seen=2, state=forest("别名")).execute()
    with pytest.raises(RegistrationRefused, match="already has entries of 2019-05-01"):
        RegisterChange(**common, seen=3, state=forest("别名"), effective_on=dt.date(2019, 4, 30)).execute()
    with pytest.raises(RegistrationRefused, match="Say what was wrong"):
        RegisterCorrection(**common, seen=3, corrects=3, state=change.state, boundary=WOOD).execute()
    RegisterCorrection(
        **common,
        seen=3,
        corrects=3,
        state=change.state,
        boundary=WOOD,
        reason="界线抄错",
        effective_on=dt.date(2019, 6, 1),
    ).execute()
    CancelUnit(**common, seen=4, reason="并入保护地单元", effective_on=dt.date(2020, 1, 1)).execute()
    with pytest.raises(RegistrationRefused, match="has been cancelled"):
        CancelUnit(**common, seen=5, reason="再次").execute()

    def serial(on: dt.date, as_of: dt.datetime | None = None) -> int | None:
        found = registration_in_force(unit, on, as_of)
        return found.serial if found else None

    assert [
        serial(dt.date(*day))
        for day in ((2018, 5, 31), (2018, 6, 1), (2019, 3, 1), (2019, 5, 31), (2019, 6, 1))
    ] == [
        None,
        1,
        2,
        3,
        4,
    ]
    assert serial(dt.date(2020, 1, 1)) == 5 and registrations_in_force(ZONE) == []
    assert [row.serial for row in registrations_in_force(ZONE, dt.date(2019, 12, 31))] == [4]
    assert serial(dt.date(2020, 1, 1), known_then) == 1
    # Its place is free again.
    assert first(effective_on=dt.date(2020, 2, 1)).unit.number == f"{FULIANG}L000002"


def test_who_does_not_answer_for_land_registers_nothing(
    first: Callable[..., Registration], user: Callable[..., User]
) -> None:
    for role, body in (
        ("department_officer", "forestry-bureau"),
        ("leading_group_office", ""),
        ("administrator", ""),
    ):
        with pytest.raises(PermissionDenied):
            first(author=user(role, body))


def test_no_document_no_registration(first: Callable[..., Registration]) -> None:
    with pytest.raises(RegistrationRefused, match="Attach the document"):
        first(documents=())


def test_visitors_see_no_identifiers_and_no_names_of_persons(
    first: Callable[..., Registration], bureau: User
) -> None:
    from django.contrib.auth.models import AnonymousUser

    one = first(state=forest("林场", Holding("use", "wang"), parties=(WANG,)))
    seen = shown_to(AnonymousUser(), ZONE, one.state)
    assert seen.party("wang") == Party("wang", "王**", "person", "")
    assert shown_to(bureau, ZONE, one.state) == one.state
    exported = ladm(one, [one], seen)
    assert exported["LA_Right"][2] == {
        "rID": "360222L000001/3",
        "type": "use",
        "party": "wang",
        "share": {"numerator": 1, "denominator": 1},
        "timeSpec": None,
    }
    assert exported["LA_SpatialUnit"]["layer"]["sha256"] == one.boundary.sha256
    assert "3602" not in str(exported["LA_Party"])


# -- the pages -------------------------------------------------------------------------------------------


def rows(**said: str) -> dict[str, str]:
    """Two parties and no restriction, as the page sends them."""
    sent = {
        "holders-TOTAL_FORMS": "4",
        "holders-INITIAL_FORMS": "0",
        "limits-TOTAL_FORMS": "2",
        "limits-INITIAL_FORMS": "0",
    }
    for place, (name, kind, right) in enumerate(
        (
            ("国家", "state", "ownership"),
            ("景德镇市人民政府", "body", "representative"),
            ("王小明", "person", "use"),
        )
    ):
        sent |= {
            f"holders-{place}-name": name,
            f"holders-{place}-kind": kind,
            f"holders-{place}-right": right,
        }
    sent["holders-2-share"] = "1/4"
    return sent | said


@pytest.fixture
def sent(client: Any, bureau: User, counties: LayerVersion) -> Callable[..., Any]:
    """Post a form of the register with its document, as an officer of the bureau."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    def post(address: str, **said: str) -> Any:
        client.force_login(bureau)
        return client.post(
            address, {**said, "documents": SimpleUploadedFile("approval.txt", "批复".encode())}
        )

    return post


WKT = "POLYGON((117.1 29.1,117.12 29.1,117.12 29.12,117.1 29.12,117.1 29.1))"


def test_registered_from_the_page_read_by_a_visitor(
    client: Any, sent: Callable[..., Any], bureau: User
) -> None:
    page = sent(
        "/land/rights/new/",
        **rows(),
        kind="forest",
        name="林场",
        boundary=WKT,
        effective_on="2018-06-01",
        notice_from="2018-05-02",
        notice_to="2018-05-22",
    )
    assert page.status_code == 302 and page["Location"] == "/land/rights/360222L000001/"
    one = Registration.objects.get()
    assert [(held.right, held.share) for held in one.state.holdings] == [
        ("ownership", Fraction(1)),
        ("representative", Fraction(1)),
        ("use", Fraction(1, 4)),
    ]
    over = sent(
        "/land/rights/new/",
        **rows(),
        kind="water",
        name="水库",
        boundary=WKT,
        effective_on="2018-06-02",
        notice_from="2018-05-02",
        notice_to="2018-05-22",
    )
    assert over.status_code == 200 and 'class="outline-wrong"' in over.content.decode()
    client.logout()
    seen = client.get("/land/rights/360222L000001/").content.decode()
    assert "王**" in seen and "王小明" not in seen
    assert client.get("/land/rights/360222L000001/?on=2018-05-31").status_code == 404
    assert client.get("/land/rights/360222L000001/boundary.geojson").json()["geometry"]["type"] == "Polygon"
    assert client.get("/land/rights/360222L000001/ladm.json").json()["LA_BAUnit"]["uID"] == "360222L000001"
    digest = one.documents.get().sha256
    assert client.get(f"/land/rights/360222L000001/documents/{digest}/").status_code == 404
    client.force_login(bureau)
    assert client.get(f"/land/rights/360222L000001/documents/{digest}/").content == "批复".encode()
    listed = client.get("/land/rights/", {"format": "csv"}).content.decode()
    assert "360222L000001" in listed


def test_transfer_correction_and_cancellation_from_the_page(
    sent: Callable[..., Any], client: Any, user: Callable[..., User]
) -> None:
    sent(
        "/land/rights/new/",
        **rows(),
        kind="forest",
        name="林场",
        boundary=WKT,
        effective_on="2018-06-01",
        notice_from="2018-05-02",
        notice_to="2018-05-22",
    )
    at = "/land/rights/360222L000001"
    refused = sent(
        f"{at}/transfer/",
        seen="1",
        right="use",
        giver="p3",
        taker="某公司",
        taker_kind="enterprise",
        share="1/2",
    )
    assert refused.status_code == 200 and "1/4" in refused.content.decode()
    done = sent(
        f"{at}/transfer/",
        seen="1",
        right="use",
        giver="p3",
        taker="某公司",
        taker_kind="enterprise",
        share="1/8",
        effective_on="2019-01-02",
    )
    assert done.status_code == 302
    stale = sent(f"{at}/cancel/", seen="1", reason="并入")
    assert stale.status_code == 200
    assert (
        sent(f"{at}/correct/", **rows(), seen="2", corrects="2", name="林场", reason="抄错").status_code
        == 302
    )
    assert sent(f"{at}/cancel/", seen="3", reason="并入").status_code == 302
    client.get("/land/rights/")  # shows the messages of what was done
    assert "360222L000001" not in client.get("/land/rights/").content.decode()
    assert "360222L000001" in client.get("/land/rights/", {"is": "ended"}).content.decode()
    client.force_login(user("department_officer", "forestry-bureau"))
    assert client.get("/land/rights/new/").status_code == 403


def test_more_rows_keep_what_was_typed_and_register_nothing(sent: Callable[..., Any]) -> None:
    page = sent("/land/rights/new/", **rows(), more="1", kind="forest", name="林场", boundary="")
    body = page.content.decode()
    assert "王小明" in body and 'name="holders-7-name"' in body and not Registration.objects.exists()
