"""The sources of cells: returns and series, layers, sections, registers. Each gives a figure, or the kind and reason of its absence."""
