"""Sample data of the room: readings of two sections, six years of settlements, a book and a bank's statement.

Declared in ``compensation_sample.yaml`` of the zone and loaded by the same actions as real data; a zone without the file
has none. Loading again changes nothing.
"""

from ecociv.compensation.sample.loading import load_sample_compensation

__all__ = ["load_sample_compensation"]
