"""Which values should a screen show for a given state? Pure functions, without a terminal."""
