"""What was measured or reported: series, observations, documents and the append-only store."""
