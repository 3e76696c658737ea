"""In which formats can a debate be held?"""
