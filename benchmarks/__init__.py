"""Measures what tth itself costs, beside the floor: the same work done with asyncio and soxr alone."""
