"""How does a notification reach somebody: one adapter a file."""
