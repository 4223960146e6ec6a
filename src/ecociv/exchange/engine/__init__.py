"""The engine of the exchange: registry, books and sessions moved by commands, without Django, clock or chance."""
