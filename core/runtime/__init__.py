"""How do decided steps become acts, and outcomes commands?"""
