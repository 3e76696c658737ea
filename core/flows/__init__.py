"""Which kinds of session are there, and what does each do?"""
