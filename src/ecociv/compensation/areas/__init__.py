"""Compensation by rates and areas: farmland, forest, wetland, mining."""
