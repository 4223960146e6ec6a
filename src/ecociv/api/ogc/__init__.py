"""OGC API - Features and Processes: layers for any GIS, the site check as a process."""
