"""Portal: the pages. Thin; what is decided is decided in the rooms below."""
