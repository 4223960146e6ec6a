"""Query language of OGC SensorThings API 1.1 (OGC 18-088), as pure functions."""
