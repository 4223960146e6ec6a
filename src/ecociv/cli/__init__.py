"""The command ``ecociv``."""
