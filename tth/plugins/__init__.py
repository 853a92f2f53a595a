"""Plugins: found through entry points, loaded one by one, kept in a registry."""
