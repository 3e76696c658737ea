"""What does the operator see, and how does moot start?"""
