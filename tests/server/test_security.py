import json

import pytest

from tth.config.settings import Settings
from tth.errors import ConfigError
from tth.server.security import check_bind, is_loopback


def test_only_loopback_is_served_without_a_key() -> None:
    for host in ("127.0.0.1", "::1", "localhost", "127.8.8.8"):
        assert is_loopback(host)
        check_bind(Settings(host=host))
    for host in ("0.0.0.0", "::", "192.168.1.5", "tth.example"):
        with pytest.raises(ConfigError, match="TTH_API_KEY"):
            check_bind(Settings(host=host))
        check_bind(Settings(host=host, insecure=True))
        check_bind(Settings(host=host, api_key="sesame"))


def test_a_key_is_never_shown() -> None:
    assert "sesame" not in repr(Settings(api_key="sesame")) + json.dumps(
        Settings(api_key="sesame").model_dump(mode="json")
    )
