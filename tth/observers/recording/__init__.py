"""The file that a conversation is recorded in: its records, how they are read again, both voices as sound."""
