"""The OpenAI Realtime protocol: its client and its server end, which share no code so that each checks the other."""
