"""PCM, a streaming resampler, packets and meters: pure, no clock and no sockets."""
