"""The accounts as SDMX 3.0: a structure message that says what the columns and codes mean, and data in SDMX-CSV 2.0."""
