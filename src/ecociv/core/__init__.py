"""Floor 0: small immutable value types that every other room is built from.

Nothing here touches Django, the disk or the network, and nothing here knows what a river or a permit is.
See ``README.md`` in this folder for a tour.
"""
