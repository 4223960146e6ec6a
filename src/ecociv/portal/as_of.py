"""The "as of" picker of every page that shows figures; it stands with the doors, where rooms below have pages too."""

from ecociv.people.as_of import LOCAL, PARAMETER, AsOf, moment_of, read_as_of

__all__ = ["LOCAL", "PARAMETER", "AsOf", "moment_of", "read_as_of"]
