"""Lips from any audio: a small network hears visemes, and its posteriors move the mouth."""
