"""Calls over WebRTC, as every Realtime server here takes them: events by a data channel, sound by RTP."""
