"""Views: read the request, ask the rooms, hand the answer to a template."""
