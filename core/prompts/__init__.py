"""What exactly is a model sent?"""
