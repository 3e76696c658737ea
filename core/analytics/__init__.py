"""Which figures follow from recorded sessions?"""
