"""Any profile in front of clients of the OpenAI Realtime protocol."""
