"""The document library: files by digest, filed as evidence for a claim, with revisions, expiry and readers."""
