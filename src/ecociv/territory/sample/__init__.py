"""Generated sample layers: coherent plans, lines, surveys and rights of a zone, all marked as sample.

Everything is made from one partition of the zone into parcels with a fixed seed, so that borders are shared, surveys
agree with each other, and plans disagree only where the declaration (``territory_sample.yaml``) wants it.
"""

from ecociv.territory.sample.declared import SampleTerritory, sample_territory
from ecociv.territory.sample.layers import SampleVersion, sample_versions
from ecociv.territory.sample.loading import load_sample_layers, record_sample_versions

__all__ = [
    "SampleTerritory",
    "SampleVersion",
    "load_sample_layers",
    "record_sample_versions",
    "sample_territory",
    "sample_versions",
]
