"""What outside of moot can be asked to look at something? One adapter a file."""
