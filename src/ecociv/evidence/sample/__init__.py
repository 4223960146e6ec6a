"""Generated sample evidence: a zone to look at before its own data are there.

The figures are made from the zone's declared assumptions (``sample.yaml``) with a fixed seed. Departmental returns go
through the declared forms, files through the same mappings and actions as real ones, hours of stations in bulk. Every
series, return, file, observation and run is marked as sample; real and sample observations never share a series.
"""

from ecociv.evidence.sample.loading import STEPS, SampleReport, SampleStep, load, write_files, years

__all__ = ["STEPS", "SampleReport", "SampleStep", "load", "write_files", "years"]
