"""Static files with their digest in the name, so that browsers may keep them for good."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Like WhiteNoise's storage, but a page still opens when a file was added after the last collection.

    A missing entry falls back to the plain name: the page then shows without one icon instead of failing.
    """

    manifest_strict = False
    support_js_module_import_aggregation = False
