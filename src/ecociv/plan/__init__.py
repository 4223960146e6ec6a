"""What was promised: zone packages, organisations, indicators, targets, tasks, projects, plan check, exchange."""
