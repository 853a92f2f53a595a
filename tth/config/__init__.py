"""Settings, profiles and personas: the only place that reads YAML and the environment."""

from tth.config.catalogue import KINDS, Catalogue, Kind
from tth.config.finding import ProfileEntry, find_profile, list_profiles
from tth.config.personas import Persona, list_personas
from tth.config.profiles import Component, Profile, resolve_profile
from tth.config.settings import Deadlines, Limits, Settings
from tth.config.sources import Sources, read_settings, read_sources
from tth.config.voices import VOICE_MAP, voice_for

__all__ = [
    "KINDS",
    "VOICE_MAP",
    "Catalogue",
    "Component",
    "Deadlines",
    "Kind",
    "Limits",
    "Persona",
    "Profile",
    "ProfileEntry",
    "Settings",
    "Sources",
    "find_profile",
    "list_personas",
    "list_profiles",
    "read_settings",
    "read_sources",
    "resolve_profile",
    "voice_for",
]
