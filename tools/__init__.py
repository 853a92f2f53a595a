"""Programs for those who build ``tth``; not part of what is installed."""
