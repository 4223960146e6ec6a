"""Changes to layers: add a version, withdraw one."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.standards.land import ledger_area
from ecociv.territory.layers.features import Features
from ecociv.territory.layers.geopackage import write_features
from ecociv.territory.layers.kinds import LayerKind, UnknownKind, layer_kind
from ecociv.territory.models import Confidentiality, Layer, LayerVersion
from ecociv.territory.store import keep


class LayerRefused(ValueError):
    """A change to a layer that cannot stand; ``texts`` has one sentence for each fault."""

    def __init__(self, *texts: Text) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = texts


_BY_REGISTER = Text(
    zh="该图层由登记簿生成，不能手工增加或撤回版本；请办理登记（ecociv land rights）。",
    en="This layer is written by the register; no version is added or withdrawn by hand. Enter a registration (ecociv land rights).",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where features came from and what was found in them on the way."""

    source_name: str = ""
    source_sha256: str = ""
    source_crs: str = ""
    topology: Mapping[str, Any] = field(default_factory=dict)
    repairs: Sequence[Mapping[str, Any]] = ()
    warnings: Sequence[str] = ()
    with_defects: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What adding came to; ``known`` is true when the newest version already said exactly this."""

    version: LayerVersion
    known: bool


@dataclass(slots=True)
class AddLayerVersion:
    """Add one version of a layer, and the layer itself with its first.

    Parameters
    ----------
    features
        The polygons, longitude and latitude in CGCS2000, with classes of the layer's kind.
    zone, key, kind
        The layer; ``kind`` is one of :func:`ecociv.territory.layers.kinds.layer_kinds`.
    title
        Title of this version as its document has it.
    author
        A user, or the name of a command.
    valid_from, valid_to
        First and last day on which it holds; without the last it holds until the next version.
    owner
        Key of the body that keeps the layer; the author's own where not given. Only with the first version.
    from_register
        Whether a register writes this version: layers of such a kind take no other.
    may_be_empty
        Whether no polygon at all is a state of the layer (a register whose last unit was cancelled), not a slip.
    """

    features: Features
    zone: str
    key: str
    kind: str
    title: str
    author: Any
    valid_from: dt.date
    valid_to: dt.date | None = None
    layer_title: Text | None = None
    owner: str = ""
    plan: str = ""
    issuing_body: str = ""
    document: str = ""
    scale: int | None = None
    licence: str = ""
    confidentiality: str = ""
    reason: str = ""
    correction: bool = False
    origin: Origin = field(default_factory=Origin)
    sample: bool = False
    may_be_empty: bool = False
    from_register: bool = False

    def check(self) -> LayerKind:
        """The kind, when everything stated is in order.

        Raises
        ------
        LayerRefused
            Faults of the statement; classes that the kind does not have; no features.
        PermissionDenied
            When the author's body does not keep the layer.
        """
        wrong: list[Text] = []
        kind: LayerKind | None = None
        try:
            kind = layer_kind(self.kind)
        except UnknownKind as error:
            wrong.append(error.text)
        layer = self._layer()
        if layer is not None and layer.kind != self.kind:
            wrong.append(
                Text(
                    zh=f"图层“{layer.key}”的种类是“{layer.kind}”，不能存入“{self.kind}”。请另起图层。",
                    en=f"The layer {layer.key!r} is of kind {layer.kind!r}, not {self.kind!r}; begin another layer.",
                )
            )
        if not self.title.strip():
            wrong.append(Text(zh="请填写标题。", en="A title is needed."))
        if self.valid_to is not None and self.valid_to < self.valid_from:
            wrong.append(
                Text(zh="失效日期早于生效日期。", en="The last day of validity lies before the first.")
            )
        if not len(self.features) and not self.may_be_empty:
            wrong.append(Text(zh="文件中没有图斑。", en="There are no features."))
        if self.confidentiality and self.confidentiality not in Confidentiality.values:
            wrong.append(
                Text(
                    zh=f"密级“{self.confidentiality}”不存在：{'、'.join(Confidentiality.values)}。",
                    en=f"{self.confidentiality!r} is no confidentiality: {', '.join(Confidentiality.values)}.",
                )
            )
        if kind is not None:
            wrong.extend(kind.faults(self.features.classes))
            if kind.by_register and not self.from_register:
                wrong.append(_BY_REGISTER)
        if wrong or kind is None:
            raise LayerRefused(*wrong)
        _require(self.author, self.zone, self._owner(layer))
        return kind

    def execute(self) -> Added:
        """Write the file and record the version; either both or neither."""
        kind = self.check()
        folder = Path(settings.ECOCIV_VAR) / "layers"
        folder.mkdir(parents=True, exist_ok=True)
        content = self.features.content_digest()
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            part = Path(scratch) / "layer.gpkg"
            write_features(self.features, part, title=self.title, description=self.plan)
            sha256, size = keep(part)
        with transaction.atomic():
            audit.hold()
            layer = self._layer() or Layer.objects.create(
                zone=self.zone,
                key=self.key,
                kind=self.kind,
                title_zh=self.layer_title.zh if self.layer_title else self.title.strip(),
                title_en=self.layer_title.en if self.layer_title else "",
                owner=self._owner(None),
                created_at=timezone.now(),
            )
            newest = layer.versions.order_by("-number").first()
            if newest is not None and self._says_the_same(newest, content):
                return Added(newest, known=True)
            version = self._version(layer, newest.number + 1 if newest else 1, kind, content, sha256, size)
            version.save()
            _log(self.author, version, self.reason)
        return Added(version, known=False)

    def _says_the_same(self, newest: LayerVersion, content: str) -> bool:
        return (
            newest.change != LayerVersion.Change.WITHDRAWAL
            and newest.content_digest == content
            and (newest.valid_from, newest.valid_to, newest.title)
            == (self.valid_from, self.valid_to, self.title.strip())
        )

    def _version(
        self, layer: Layer, number: int, kind: LayerKind, content: str, sha256: str, size: int
    ) -> LayerVersion:
        areas = self.features.areas()
        west, south, east, north = _bounds(self.features)
        return LayerVersion(
            layer=layer,
            number=number,
            change=LayerVersion.Change.CORRECTION if self.correction else LayerVersion.Change.EDITION,
            sha256=sha256,
            content_digest=content,
            size=size,
            title=self.title.strip(),
            plan=self.plan.strip(),
            issuing_body=self.issuing_body.strip(),
            document=self.document.strip(),
            scale=self.scale,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            recorded_at=timezone.now(),
            author=account_of(self.author),
            author_name=name_of(self.author),
            reason=self.reason.strip(),
            source_name=self.origin.source_name[-255:],
            source_sha256=self.origin.source_sha256,
            source_crs=self.origin.source_crs,
            licence=self.licence.strip(),
            confidentiality=self.confidentiality or kind.confidentiality,
            count=len(self.features),
            area=ledger_area(float(areas.sum())),
            west=west,
            south=south,
            east=east,
            north=north,
            with_defects=self.origin.with_defects,
            topology=dict(self.origin.topology),
            repairs=[dict(one) for one in self.origin.repairs],
            warnings=list(self.origin.warnings),
            sample=self.sample,
        )

    def _layer(self) -> Layer | None:
        return Layer.objects.filter(zone=self.zone, key=self.key).first()

    def _owner(self, layer: Layer | None) -> str:
        return layer.owner if layer is not None else self.owner or getattr(self.author, "organisation", "")


@dataclass(slots=True)
class WithdrawLayerVersion:
    """Withdraw a version: it no longer holds from now on, and stays to be read as it was known before."""

    version: LayerVersion
    reason: str
    author: Any

    def check(self) -> None:
        """Refuse a withdrawal without reason, or of what is withdrawn already."""
        layer = self.version.layer
        if not self.reason.strip():
            raise LayerRefused(Text(zh="请说明撤回的原因。", en="Say why it is withdrawn."))
        if layer_kind(layer.kind).by_register:
            raise LayerRefused(_BY_REGISTER)
        if (
            self.version.change == LayerVersion.Change.WITHDRAWAL
            or layer.versions.filter(withdraws=self.version.number).exists()
        ):
            raise LayerRefused(Text(zh="该版本已撤回。", en="This version is withdrawn already."))
        _require(self.author, layer.zone, layer.owner)

    def execute(self) -> LayerVersion:
        """Add the withdrawal."""
        with transaction.atomic():
            audit.hold()
            self.check()
            newest = self.version.layer.versions.latest("number")
            withdrawal = LayerVersion.objects.get(pk=self.version.pk)
            withdrawal.pk = None
            withdrawal._state.adding = True
            withdrawal.number = newest.number + 1
            withdrawal.change = LayerVersion.Change.WITHDRAWAL
            withdrawal.withdraws = self.version.number
            withdrawal.reason = self.reason.strip()
            withdrawal.recorded_at = timezone.now()
            withdrawal.author, withdrawal.author_name = account_of(self.author), name_of(self.author)
            withdrawal.save()
            _log(self.author, withdrawal, self.reason)
        return withdrawal


def _require(author: Any, zone: str, owner: str) -> None:
    if isinstance(author, User):
        require(author, Action.RECORD_EVIDENCE, zone=zone, lead=[owner] if owner else [])
    else:
        name_of(author)


def _bounds(features: Features) -> tuple[float, float, float, float] | tuple[None, None, None, None]:
    if not len(features):
        return None, None, None, None
    west, south, east, north = shapely.total_bounds(features.geometries)
    return float(west), float(south), float(east), float(north)


def _log(author: Any, version: LayerVersion, reason: str) -> None:
    audit.record(
        actor=author,
        action=f"layer.{version.change}",
        zone=version.layer.zone,
        subject_kind="layer",
        subject_key=version.layer.key,
        after={
            "number": version.number,
            "sha256": version.sha256,
            "valid_from": version.valid_from.isoformat(),
            "confidentiality": version.confidentiality,
        },
        reason=reason,
    )
