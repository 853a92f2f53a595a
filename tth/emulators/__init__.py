"""Servers that speak a provider's protocol, for tests and for machines without a provider."""
