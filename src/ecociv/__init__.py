"""ecociv: software that runs an ecological-civilization demonstration zone (生态文明先行示范区)."""

__version__ = "0.1.0"
