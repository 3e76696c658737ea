"""What stands between a call that is on record and the provider that answers it?"""
