"""Generated sample evidence: a zone to look at before its own data are there.

The figures are made from the zone's declared assumptions (``sample.yaml``) with a fixed seed, written as files, and
loaded through the same mappings and actions as real ones. Every series, file, observation and run is marked as sample;
real and sample observations never share a series.
"""

from ecociv.evidence.sample.loading import SampleReport, load, write_files

__all__ = ["SampleReport", "load", "write_files"]
