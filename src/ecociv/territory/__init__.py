"""Territory: layers and their versions, control lines, overlay, site check, differences, areas (国土空间)."""
