"""What does moot serve to other programs over HTTP?"""
