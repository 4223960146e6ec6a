"""What past years would have cost whom under other terms: the terms of a form, several variants compared, variants kept."""
