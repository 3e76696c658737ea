"""Which screens does the operator move between?"""
