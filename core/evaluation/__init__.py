"""How good is a format, on tasks whose answers are known?"""
