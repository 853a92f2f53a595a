"""Clients of other programs: sockets with deadlines."""
