"""What is written to the log file, and how is it read again?"""
