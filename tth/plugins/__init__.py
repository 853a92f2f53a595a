"""Plugins: found through entry points, loaded one by one, kept in a registry."""

from tth.plugins.loader import find_entry_points, load_plugins
from tth.plugins.offers import Offer, Plugin
from tth.plugins.registry import Registry

__all__ = ["Offer", "Plugin", "Registry", "find_entry_points", "load_plugins"]
