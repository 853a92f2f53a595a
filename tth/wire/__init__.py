"""What travels between programs, as values and bytes: no sockets."""
