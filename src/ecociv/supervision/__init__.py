"""Progress of tasks and projects: who reported what, and where each duty stands on a day."""
