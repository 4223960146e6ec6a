"""Third-party treatment, green credit, green procurement, forest-carbon projects."""
