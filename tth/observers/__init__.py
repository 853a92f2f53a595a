"""Things that watch a session."""
