"""What a stranger tries on the register: hostile input, rows that were tampered with, files, figures that must not leak."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import docx
import pytest
import shapely
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile

from ecociv.land_administration.rights.actions import (
    RegisterChange,
    RegisterFirst,
    RegistrationRefused,
    Source,
)
from ecociv.land_administration.rights.declaration import rules
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.queries import masked
from ecociv.land_administration.rights.state import (
    Holding,
    Party,
    Restriction,
    TransferRefused,
    UnitState,
    faults,
    share_of,
    transferred,
)
from ecociv.people.models import User
from ecociv.reporting.right_certificate.content import certificate_data
from ecociv.reporting.right_certificate.write import write_right_certificate
from ecociv.territory.actions import AddLayerVersion, LayerRefused, WithdrawLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file
from land_administration.situations import BUREAU, ZONE

DAY = dt.date(2018, 6, 1)
WANG = Party("p3", "王小明", "person", "360203199001011234")
STATE = UnitState(
    "王小明承包林",
    (Party("p1", "国家", "state"), Party("p2", "市政府", "body"), WANG),
    (
        Holding("ownership", "p1"),
        Holding("representative", "p2"),
        Holding("contract", "p3", Fraction(1, 3), dt.date(2040, 1, 1)),
    ),
    (Restriction("mortgage", "王小明（360203199001011234）抵押", "抵押〔2018〕1号"),),
    {"volume": ("1200", "m3")},
)
WOOD = shapely.box(117.10, 29.10, 117.12, 29.12)


@pytest.mark.parametrize("text", ["1e999999999", "1/0", "2", "0", "-1/2", "٣", "1/3/4", "", "1" * 50, "nan"])
def test_a_share_that_is_none_is_refused_at_once(text: str) -> None:
    with pytest.raises(ValueError, match="share"):
        share_of(text)


def test_what_passes_keeps_its_term_and_an_ended_right_does_not_pass() -> None:
    state = UnitState(
        "x",
        (Party("a", "甲", "body"),),
        (
            Holding("use", "a", Fraction(1, 4), dt.date(2019, 1, 1)),
            Holding("use", "a", Fraction(1, 4), dt.date(2030, 1, 1)),
            Holding("use", "a", Fraction(1, 4)),
        ),
    )
    to = Party("b", "乙", "body")
    after = transferred(state, "use", "a", to, Fraction(3, 8), dt.date(2020, 1, 1))
    # The first quarter ended in 2019; of the other half three eighths pass: a quarter until 2030, an eighth for good.
    assert [(one.share, one.until) for one in after.holdings if one.party == "b"] == [
        (Fraction(1, 4), dt.date(2030, 1, 1)),
        (Fraction(1, 8), None),
    ]
    with pytest.raises(TransferRefused, match="within the 1/2"):
        transferred(state, "use", "a", to, Fraction(3, 4), dt.date(2020, 1, 1))
    with pytest.raises(TransferRefused, match="same party"):
        transferred(state, "use", "a", Party("a", "甲", "body"), Fraction(1, 4), dt.date(2018, 1, 1))
    # Who gave everything away is no party any more.
    whole = UnitState("x", (Party("a", "甲", "body"),), (Holding("use", "a"),))
    assert [one.key for one in transferred(whole, "use", "a", to, Fraction(1), DAY).parties] == ["b"]


def test_a_taker_with_the_key_of_somebody_else_gets_nothing_in_their_name() -> None:
    two = UnitState(
        "x",
        (Party("a", "甲", "body"), Party("b", "乙", "body")),
        (Holding("use", "a"), Holding("represent", "b")),
    )
    with pytest.raises(TransferRefused, match="that of 乙"):
        transferred(two, "use", "a", Party("b", "丙", "body"), Fraction(1, 2), DAY)
    after = transferred(two, "use", "a", Party("b", "乙", "body"), Fraction(1, 2), DAY)
    assert sum(one.share for one in after.holdings if one.party == "b" and one.right == "use") == Fraction(
        1, 2
    )


def test_texts_that_no_column_can_hold_and_keys_that_give_away_an_identifier() -> None:
    wrong = UnitState(
        "x\x00", (replace(WANG, key="id-360203199001011234"), Party("p1", "长" * 501, "body")), ()
    )
    said = " ".join(text.en for text in faults(wrong, rules()))
    assert (
        "control characters" in said and "must not hold the identifier" in said and "501 characters" in said
    )


def test_the_public_reads_neither_names_nor_identifiers_anywhere() -> None:
    seen = json.dumps(masked(STATE).to_json(), ensure_ascii=False)
    assert "王小明" not in seen and "360203199001011234" not in seen and "王**" in seen


@pytest.fixture
def bureau(user: Callable[..., User]) -> User:
    return user("department_officer", BUREAU)


@pytest.fixture
def first(counties: LayerVersion, bureau: User, tmp_path: Path) -> Callable[..., Registration]:
    file = tmp_path / "approval.txt"
    file.write_text("批复", encoding="utf-8")

    def make(**said: Any) -> Registration:
        given: dict[str, Any] = {
            "zone": ZONE, "kind": "forest", "state": STATE, "boundary": WOOD, "author": bureau,
            "documents": (Source(file, "批复.txt"),), "effective_on": DAY,
            "notice_from": dt.date(2018, 5, 2), "notice_to": dt.date(2018, 5, 22), **said,
        }  # fmt: skip
        return RegisterFirst(**given).execute()

    return make


@pytest.mark.parametrize(
    "notice", [(dt.date.min, dt.date(2018, 5, 22)), (dt.date(2018, 5, 22), dt.date(2018, 5, 2))]
)
def test_days_that_cannot_be_right_are_said(
    first: Callable[..., Registration], notice: tuple[dt.date, dt.date]
) -> None:
    with pytest.raises(RegistrationRefused, match="cannot be right"):
        first(notice_from=notice[0], notice_to=notice[1])


def test_nobody_else_writes_the_layer_of_the_register(
    first: Callable[..., Registration], bureau: User
) -> None:
    one = first(sample=True, reason="王小明申请")
    assert one.boundary.sample
    # The layer is public: neither the name of a person in that of the unit nor the reason stands in it.
    (feature,) = layer_file(one.boundary).all()
    assert feature.name == "王**承包林" and "王小明" not in one.boundary.reason
    features = Features.of([WOOD], ["x"], ["forest"])
    with pytest.raises(LayerRefused, match="written by the register"):
        AddLayerVersion(features, ZONE, "registered-rights", "registered-rights", "x", "test", DAY).execute()
    with pytest.raises(LayerRefused, match="written by the register"):
        WithdrawLayerVersion(one.boundary, "x", bureau).execute()
    # A version with one sample boundary in it says so, whoever wrote it.
    other = first(boundary=shapely.box(117.8, 29.1, 117.81, 29.11), effective_on=dt.date(2018, 6, 2))
    assert other.boundary.sample and not other.unit.sample


def test_a_boundary_is_not_moved_out_of_the_zone_nor_entered_unchanged(
    first: Callable[..., Registration], bureau: User, tmp_path: Path
) -> None:
    one = first()
    common: dict[str, Any] = {
        "unit": one.unit, "seen": 1, "author": bureau, "documents": (Source(tmp_path / "approval.txt", "批复.txt"),),
    }  # fmt: skip
    with pytest.raises(RegistrationRefused, match="outside the zone"):
        RegisterChange(**common, state=STATE, boundary=shapely.box(110, 20, 110.1, 20.1)).execute()
    renamed = replace(
        STATE,
        parties=tuple(replace(party, key=f"q{party.key}") for party in STATE.parties),
        holdings=tuple(replace(held, party=f"q{held.party}") for held in STATE.holdings),
    )
    with pytest.raises(RegistrationRefused, match="Nothing would change"):
        RegisterChange(**common, state=renamed, boundary=shapely.box(117.10, 29.10, 117.12, 29.12)).execute()


def _rows(state: UnitState, **said: str) -> dict[str, Any]:
    from ecociv.portal.right_forms import rows_of

    sent: dict[str, Any] = {}
    for prefix, rows in zip(("holders", "limits"), rows_of(state), strict=True):
        sent |= {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
        for place, row in enumerate(rows):
            sent |= {f"{prefix}-{place}-{key}": str(value) for key, value in row.items() if value}
    return sent | said


def _paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("approval.txt", "批复".encode())


def test_a_change_from_the_page_loses_nothing_that_it_does_not_ask_for(
    client: Any, first: Callable[..., Registration], bureau: User
) -> None:
    number = first().unit.number
    client.force_login(bureau)
    same = client.post(
        f"/land/rights/{number}/change/", _rows(STATE, seen="1", name=STATE.name) | {"documents": _paper()}
    )
    assert same.status_code == 200 and Registration.objects.count() == 1  # nothing would change
    done = client.post(
        f"/land/rights/{number}/change/", _rows(STATE, seen="1", name="新名") | {"documents": _paper()}
    )
    assert done.status_code == 302
    now = Registration.objects.get(serial=2).state
    assert now.quantities == {"volume": ("1200", "m3")} and now.parties == STATE.parties
    assert now.holdings == STATE.holdings


@pytest.mark.parametrize("total", ["²", "9" * 5000, "-1", "abc", "1000"])
def test_rows_that_were_tampered_with_never_break_the_page(
    client: Any, counties: LayerVersion, bureau: User, total: str
) -> None:
    client.force_login(bureau)
    sent = {
        "holders-TOTAL_FORMS": total,
        "holders-INITIAL_FORMS": "0",
        "limits-TOTAL_FORMS": total,
        "name": "<script>x",
    }
    assert client.post("/land/rights/new/", sent).status_code == 200
    page = client.post("/land/rights/new/", sent | {"more": "1"})
    assert page.status_code == 200 and "<script>x" not in page.content.decode()
    assert page.content.decode().count("-identifier") < 400
    assert not RightUnit.objects.exists()


def _shapefile(folder: Path, crs: str = "EPSG:4490") -> bytes:
    import geopandas

    shapes = [WOOD, shapely.box(117.12, 29.10, 117.13, 29.12)]
    geopandas.GeoDataFrame({"n": [1, 2]}, geometry=shapes, crs=crs).to_file(folder / "unit.shp")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in folder.glob("unit.*"):
            archive.write(path, path.name)
    return packed.getvalue()


def test_a_boundary_comes_from_a_shapefile_and_its_polygons_are_joined(
    client: Any, counties: LayerVersion, bureau: User, tmp_path: Path
) -> None:
    client.force_login(bureau)
    packed = _shapefile(tmp_path)
    said = _rows(
        STATE,
        kind="forest",
        name="林",
        notice_from="2018-05-02",
        notice_to="2018-05-22",
        effective_on="2018-06-01",
    )
    # Without a document: refused, and what the file said stands in the form.
    page = client.post("/land/rights/new/", said | {"boundary_file": SimpleUploadedFile("unit.zip", packed)})
    assert page.status_code == 200 and "POLYGON" in page.content.decode() and not RightUnit.objects.exists()
    broken = client.post(
        "/land/rights/new/", said | {"boundary": "typed", "boundary_file": SimpleUploadedFile("a.zip", b"PK")}
    )
    assert broken.status_code == 200 and "typed</textarea>" in broken.content.decode()
    done = client.post(
        "/land/rights/new/",
        said | {"boundary_file": SimpleUploadedFile("unit.zip", packed), "documents": _paper()},
    )
    assert done.status_code == 302
    one = Registration.objects.get()
    assert one.documents.count() == 1  # the boundary's file is no document
    # Both boxes joined: 0.03 by 0.02 degrees, half as large again as the first alone.
    assert float(one.area) == pytest.approx(1945.2 * 2217.1 * 1.5, rel=1e-3)
    assert client.get(done["Location"]).status_code == 200


def test_the_certificate_says_what_the_register_said_then_and_hides_persons(
    first: Callable[..., Registration],
) -> None:
    one = first()
    told = certificate_data(one, DAY, None, "en")
    assert ["Number of the unit", one.unit.number] in told["facts"]
    assert told["rights"]["rows"][2] == [
        "Right of contracted management", "王小明（360203199001011234）", "Person", "1/3", "2040-01-01",
    ]  # fmt: skip
    assert told["corners"][0] == ["J1", "117.1200000", "29.1000000"] or len(told["corners"]) == 4
    assert one.boundary.sha256 in told["layer"] and not told["stamp"]
    file = write_right_certificate(one, "docx", on=DAY, language="zh", reader=AnonymousUser())
    document = docx.Document(io.BytesIO(file))
    texts = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "王**" in texts and "王小明" not in texts and "360203199001011234" not in texts
    assert write_right_certificate(one, "pdf", on=DAY).startswith(b"%PDF")


def test_the_certificate_from_the_page(client: Any, first: Callable[..., Registration], bureau: User) -> None:
    at = f"/land/rights/{first().unit.number}"
    answer = client.get(f"{at}/certificate.pdf")
    assert answer.content.startswith(b"%PDF") and answer["Cache-Control"] == "private, no-store"
    assert client.get(f"{at}/certificate.pdf?on=2018-05-31").status_code == 404
    assert client.get(f"{at}/certificate.exe").status_code == 404
    seen = client.get(f"{at}/").content.decode()
    assert "certificate.docx" in seen and "360203199001011234" not in seen and "王小明" not in seen
    assert "360203199001011234" not in client.get(f"{at}/ladm.json").content.decode()


def test_the_list_asks_the_same_number_of_questions_however_long_it_is(
    client: Any, first: Callable[..., Registration], django_assert_max_num_queries: Any
) -> None:
    one = first()
    units = [
        RightUnit(
            zone=ZONE, number=f"360222L1{n:05d}", kind="forest", county="360222", recorded_at=one.recorded_at
        )
        for n in range(1000)
    ]
    made = RightUnit.objects.bulk_create(units)
    Registration.objects.bulk_create(
        Registration(
            unit=unit, serial=1, event="first", effective_on=DAY, recorded_at=one.recorded_at, author_name="x",
            said=one.said, area=one.area, boundary=one.boundary,
        )
        for unit in made
    )  # fmt: skip
    with django_assert_max_num_queries(12):
        page = client.get("/land/rights/")
    assert page.status_code == 200 and "360222L1" in page.content.decode()
