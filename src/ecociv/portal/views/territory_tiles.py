"""Tiles of layer versions and of the ground map."""

from __future__ import annotations

import gzip

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.portal.zone import language, zone_key
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.models import Confidentiality, LayerVersion
from ecociv.territory.queries import may_read
from ecociv.territory.tiles import NoSuchTile, Tile
from ecociv.territory.tiles.basemap import basemap
from ecociv.territory.tiles.cache import kept_tile, tag_of

_MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_PUBLIC = "public, max-age=3600"
_OWN = "private, no-cache"
"""A tile that not everybody may see is asked for again each time, so that a right that ends has an end."""


@require_safe
def tile(request: HttpRequest, key: str, number: int, zoom: int, column: int, row: int) -> HttpResponse:
    """One vector tile of one version; 404 for what the reader may not see, as for what there is not."""
    version = get_object_or_404(
        LayerVersion.objects.select_related("layer"), layer__zone=zone_key(), layer__key=key, number=number
    )
    if not may_read(request.user, version):
        raise Http404(_("There is no such layer, or it is not open to you."))
    try:
        asked = Tile(zoom, column, row)
    except NoSuchTile as error:
        raise Http404(str(error)) from error
    tag = f'"{tag_of(version, asked)}"'
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        try:
            kept = kept_tile(version, asked)
        except LayerFileUnreadable as error:
            return HttpResponse(
                error.text.in_language(language()), status=503, content_type="text/plain; charset=utf-8"
            )
        response = _sent(request, kept.compressed, _MEDIA_TYPE)
        response["X-Tile"] = "kept" if kept.known else "made"
    response["ETag"] = tag
    response["Cache-Control"] = _PUBLIC if version.confidentiality == Confidentiality.PUBLIC else _OWN
    return response


@require_safe
def ground(request: HttpRequest, zoom: int, column: int, row: int) -> HttpResponse:
    """One tile of the ground map, where the installation has one."""
    found = basemap(settings.ECOCIV_BASEMAP)
    if found is None:
        raise Http404(_("This installation has no ground map."))
    content = found.tile(zoom, column, row)
    if content is None:
        return HttpResponse(status=204)
    response = (
        _sent(request, content, found.media_type)
        if found.compressed
        else HttpResponse(content, content_type=found.media_type)
    )
    response["Cache-Control"] = _PUBLIC
    return response


def _sent(request: HttpRequest, compressed: bytes, media_type: str) -> HttpResponse:
    """Compressed bytes as they are to who can read them, unpacked to others."""
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(compressed, content_type=media_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(compressed), content_type=media_type)
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
