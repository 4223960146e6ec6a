"""Recording the sample layers through the action that real layers take; a second time changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ecociv.territory.actions import AddLayerVersion, Origin
from ecociv.territory.models import LayerVersion
from ecociv.territory.sample.declared import SAMPLE_NOTE, SampleTerritory, digest_of, sample_territory
from ecociv.territory.sample.layers import SampleVersion, sample_versions

_AUTHOR = "sample data"


def load_sample_layers(
    zone: str = "jingdezhen",
    *,
    author: Any = _AUTHOR,
    parcels: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[int, int]:
    """Generate and record the sample layers of a zone.

    A layer of which a real version exists is left alone: real and sample versions never share a layer.

    Parameters
    ----------
    parcels
        About how many parcels the ground has; as declared, when not given.
    progress
        Called with the title of a layer version, its number and the number of versions.

    Returns
    -------
    tuple of int
        Versions recorded, and versions that were there already.
    """
    given = sample_territory(zone)
    if given is None:
        return 0, 0
    made_from = digest_of(zone, given, parcels or given.parcels)
    declared = [(layer.key, version.title) for layer in given.layers for version in layer.versions]
    there = set(
        LayerVersion.objects.of_zone(zone)
        .filter(sample=True, source_sha256=made_from)
        .values_list("layer__key", "title")
    )
    if there.issuperset(declared):
        return 0, len(declared)
    return record_sample_versions(
        zone,
        sample_versions(given, parcels),
        given,
        made_from,
        author=author,
        progress=progress,
        total=len(declared),
    )


def record_sample_versions(
    zone: str,
    versions: Iterable[SampleVersion],
    given: SampleTerritory,
    made_from: str,
    *,
    author: Any = _AUTHOR,
    progress: Callable[[str, int, int], None] | None = None,
    total: int = 0,
) -> tuple[int, int]:
    """Record versions that were made; those whose content is on record are passed over."""
    real = set(LayerVersion.objects.of_zone(zone).filter(sample=False).values_list("layer__key", flat=True))
    new = known = 0
    for number, made in enumerate(versions, 1):
        if made.layer.key in real or _on_record(zone, made):
            known += 1
        else:
            _add(zone, made, given, made_from, author)
            new += 1
        if progress is not None:
            progress(made.version.title, number, total)
    return new, known


def _on_record(zone: str, made: SampleVersion) -> bool:
    same = LayerVersion.objects.of_zone(zone).filter(
        layer__key=made.layer.key,
        title=made.version.title,
        valid_from=made.version.valid_from,
        valid_to=made.version.valid_to,
    )
    return bool(same) and same.filter(content_digest=made.features.content_digest()).exists()


def _add(zone: str, made: SampleVersion, given: SampleTerritory, made_from: str, author: Any) -> None:
    layer, version = made.layer, made.version
    source = {"administrative-boundary": given.boundaries, "water-surface": given.water}.get(layer.key)
    AddLayerVersion(
        made.features,
        zone,
        layer.key,
        layer.kind,
        version.title,
        author,
        version.valid_from,
        version.valid_to,
        layer_title=layer.title,
        owner=layer.owner,
        plan=layer.plan,
        issuing_body=SAMPLE_NOTE.zh,
        scale=layer.scale,
        licence=source.licence if made.real and source is not None else "CC0-1.0",
        confidentiality=layer.confidentiality,
        reason=SAMPLE_NOTE.zh,
        origin=Origin(
            source_name=source.path if made.real and source is not None else "territory_sample.yaml",
            source_sha256=made_from,
            source_crs="EPSG:4326" if made.real else "EPSG:4490",
        ),
        sample=True,
    ).execute()
