"""What did a person write in a file of theirs, and where is it wrong?"""
