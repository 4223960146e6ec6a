"""Differences between plans (差异图斑): found by runs, known again from run to run, coordinated as cases."""
