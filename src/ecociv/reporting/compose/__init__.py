"""From facts to content: each module composes one chapter; `annual_report` puts them together."""

from ecociv.reporting.compose.report import annual_report

__all__ = ["annual_report"]
