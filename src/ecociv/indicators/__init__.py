"""Values derived from evidence, the path that the plan states, and the light that comes of the two."""
