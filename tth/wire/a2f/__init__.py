"""NVIDIA Audio2Face-3D's messages, the paths of its methods, and names that both ends share."""
