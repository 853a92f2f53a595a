"""The client's side of the OpenAI Realtime protocol, sans I/O: frames in, frames out, no socket and no clock."""
