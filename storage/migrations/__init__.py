"""How does a database of an older release become one of today's? Loaded only where one has to."""
