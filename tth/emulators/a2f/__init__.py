"""An Audio2Face-3D service on this machine's CPU: the protocol of NVIDIA's, the lips of our own, and faults."""
