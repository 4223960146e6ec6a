"""OGC SensorThings API 1.1, part 1 (OGC 18-088): a translation of the registry of series, not a copy of it."""
