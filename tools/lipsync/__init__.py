"""Makes the lip-sync network: speech with known times, training, scores, pictures."""
