"""Which questions does the console put to the operator, each on a small screen of its own?"""
