"""Things on record with a life cycle: enterprises, permits, mines, products, contracts."""
