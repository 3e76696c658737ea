"""Who speaks in a seat?"""
