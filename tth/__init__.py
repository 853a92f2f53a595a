"""tth gives a voice AI a face."""

from tth.hookspecs import hookimpl

__all__ = ["__version__", "hookimpl"]

__version__ = "0.1.0"
