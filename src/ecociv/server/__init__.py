"""Settings, addresses and start-up of the web server: the top of the house."""
