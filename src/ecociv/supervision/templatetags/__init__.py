"""Template tags of the supervision room."""
