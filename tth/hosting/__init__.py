"""A realtime voice served to clients of the OpenAI Realtime protocol: the engine in front, any adapter behind."""
