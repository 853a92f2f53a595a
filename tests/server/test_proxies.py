"""Whose word is taken for where a client comes from."""

from __future__ import annotations

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.peer import serving
from tth.server.proxies import Proxies, Trusted

TRUSTED = Trusted(("10.0.0.0/8", "192.0.2.1", "2001:db8::/32"))


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("203.0.113.1, 198.51.100.7", "198.51.100.7"),  # the first is what the client said of itself
        ("203.0.113.1, 198.51.100.7, 10.1.2.3", "198.51.100.7"),
        ("203.0.113.1,198.51.100.7 ,2001:db8::5,10.1.2.3", "198.51.100.7"),
        ("198.51.100.7:4711", "198.51.100.7"),
        ("[2001:db9::1]:443", "2001:db9::1"),
        ("2001:db9::1", "2001:db9::1"),
        ("10.9.9.9, 10.1.2.3", "10.9.9.9"),  # one of the proxies itself
        ("unknown, 10.1.2.3", "10.1.2.3"),
        ("unknown", ""),
        ("", ""),
        (",,", ""),
        ("127.0.0.1\x00", ""),
    ],
)
def test_the_last_address_that_is_no_trusted_proxy_is_the_client(forwarded, client) -> None:
    assert TRUSTED.speaks_for(forwarded) == client


@settings(deadline=None)
@given(st.text())
def test_whatever_a_stranger_says_before_it_the_address_that_the_proxy_added_counts(said) -> None:
    assert TRUSTED.speaks_for(f"{said}, 198.51.100.7") == "198.51.100.7"


def test_networks_hold_their_addresses_and_those_of_ipv4_as_ipv6_writes_them() -> None:
    assert all(each in TRUSTED for each in ("10.255.0.1", "192.0.2.1", "2001:db8::9", "::ffff:10.0.0.1"))
    assert not any(each in TRUSTED for each in ("11.0.0.1", "192.0.2.2", "", "testclient", "::1"))


async def seen(trusted, *headers, kind="http", peer="10.0.0.1"):
    """What the server takes for the client and the scheme."""
    scope = {"type": kind, "client": (peer, 1), "scheme": {"http": "http", "websocket": "ws"}[kind], "headers": headers}

    async def app(scope, receive, send) -> None:
        pass

    await Proxies(app, trusted)(scope, None, None)
    return scope["client"][0], scope["scheme"]


async def test_only_a_trusted_proxy_is_believed() -> None:
    said = ((b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-proto", b"https"))
    assert await seen(TRUSTED, *said) == ("198.51.100.7", "https")
    assert await seen(TRUSTED, *said, kind="websocket") == ("198.51.100.7", "wss")
    assert await seen(TRUSTED, *said, peer="203.0.113.9") == ("203.0.113.9", "http")
    assert await seen(Trusted(()), *said, peer="127.0.0.1") == ("127.0.0.1", "http")
    twice = ((b"x-forwarded-for", b"203.0.113.1"), (b"x-forwarded-for", b"198.51.100.7"))
    assert await seen(TRUSTED, *twice) == ("198.51.100.7", "http")
    assert await seen(TRUSTED, (b"x-forwarded-proto", b"gopher")) == ("10.0.0.1", "http")


async def test_a_proxy_that_is_not_trusted_is_told_to_the_log_once(caplog, monkeypatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    async with serving("per_address.sessions_per_minute=1") as site:
        with caplog.at_level(logging.WARNING, "tth"):
            statuses = [(await site.new({"X-Forwarded-For": f"198.51.100.{n}"})).status for n in range(3)]
    assert statuses == [201, 429, 429]
    assert [text for text in caplog.messages if "trusted_proxies" in text] == [
        "127.0.0.1 speaks for others and is not believed; add it to 'trusted_proxies' if it is yours"
    ]


async def test_the_origins_of_the_settings_are_names_of_this_server_since_a_proxy_hands_them_on() -> None:
    async with serving("origins=[https://tth.example, https://app.example:8443]") as site:
        for host in ("tth.example", "TTH.example", "app.example:8443"):
            assert (await site.get("/health", {"Host": host})).status == 200
        page = {"Host": "tth.example", "Origin": "https://tth.example"}
        assert (await site.new(page)).status == 201
        assert (await site.get("/health", {"Host": "tth.example.evil.example"})).status == 403
        assert (await site.get("/health", {"Host": "tth.example", "Origin": "https://evil.example"})).status == 403
