"""Open interfaces: REST and OGC SensorThings. Thin: what is decided is decided on the floors below."""
