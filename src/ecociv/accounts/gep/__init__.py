"""Gross ecosystem product (生态系统生产总值, GEP) of an area and a year, by service, with the uncertainty of its coefficients."""
