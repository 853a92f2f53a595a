"""The server's end of the OpenAI Realtime protocol: no socket, no clock, no task."""
