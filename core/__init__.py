"""What is moot without a terminal and without a database? Everything below this package."""

import logging

# A script that keeps no log asked for no lines: Python would print bare words between its own on standard error.
logging.getLogger(__name__).addHandler(logging.NullHandler())
