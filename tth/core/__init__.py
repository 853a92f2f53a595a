"""Controls, media, events, bus and clock: what every other part speaks in."""
