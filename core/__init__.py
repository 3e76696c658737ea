"""What is moot without a terminal and without a database? Everything below this package."""
