"""Blendshapes, visemes, emotions, co-articulation: pure, no clock and no sockets."""
