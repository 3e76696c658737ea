"""What is wrong with rules, before anything runs?"""
