"""Areas that a zone retains, year by year, from its layers: unions without double counting (保有量)."""
