"""Rules of space as dated, cited data: what each control line forbids, limits or encourages. Pure: no Django."""
