"""What is true of every session, whatever its flow?"""
