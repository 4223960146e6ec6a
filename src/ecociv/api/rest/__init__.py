"""The REST interface, version 1 (``/api/v1``)."""
