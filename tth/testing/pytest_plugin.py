"""Loaded by pytest where tth is installed; offers fixtures by name and changes nothing by itself."""

from __future__ import annotations
