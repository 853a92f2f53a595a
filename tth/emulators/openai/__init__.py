"""An OpenAI-compatible Realtime server on loopback: the engine of ``wire.realtime.server``, a mind, and faults."""
