"""How is agreement measured?"""
