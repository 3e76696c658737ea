"""What does a participant of stated traits say?"""
