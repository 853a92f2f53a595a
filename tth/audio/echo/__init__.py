"""Takes the avatar's own voice out of what the microphone hears."""
