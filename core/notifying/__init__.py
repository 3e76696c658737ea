"""Who is told what, how urgently, and in which words?"""
