"""What does the core ask of the world outside, and what may it rely on?"""
