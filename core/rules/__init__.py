"""What may an operator rule about a session, and how is it decided?"""
