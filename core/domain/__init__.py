"""Which words does every part of moot share?"""
