"""What does moot cost: a turn, a debate, a thousand debates, a key in the console? `python -m bench` says."""
