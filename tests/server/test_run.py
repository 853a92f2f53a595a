"""The listening socket and the wish to stop."""

import socket

import pytest

from tests.server.peer import make_house
from tth.server.run import Server, configure
from tth.transports.listening import listen


def test_what_it_accepts_is_known_as_tcp_so_that_nothing_waits_for_acknowledgements() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.proto == socket.IPPROTO_TCP


def test_a_taken_port_is_an_error_that_can_be_caught() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_the_first_wish_to_stop_drains_the_second_hurries_the_third_waits_for_nothing() -> None:
    house = make_house()
    server = Server(configure(house), house, print)
    server.ask_to_stop()
    assert (house.hurried, server.should_exit) == (False, False)
    server.ask_to_stop()
    assert (house.hurried, server.should_exit) == (True, False)
    server.ask_to_stop()
    assert (server.should_exit, server.force_exit) == (True, True)
