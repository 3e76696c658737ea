"""How do rows come from the log into files that other programs read, and back again?"""
