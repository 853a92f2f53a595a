"""The server: the page, sessions and their streams, and how it starts and stops."""
