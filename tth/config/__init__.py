"""Settings, profiles and personas: the only place that reads YAML and the environment."""
