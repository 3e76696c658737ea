"""What can be asked of moot on a command line? One file for each group of commands."""
