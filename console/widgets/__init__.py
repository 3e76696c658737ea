"""Which parts are the screens made of? They take frozen values and post messages."""
