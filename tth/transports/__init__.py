"""Clients of other programs: sockets with deadlines."""

import os

# gRPC's core would write notes such as "Got goaway" to standard error, past every setting of ours for logs. It reads
# this when it is imported, which no module does before this one.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
