"""What others say cannot control the terminal."""

from __future__ import annotations

import pytest

from tth.cli.output import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x07", "[31mred"),
        ("\x9b2J\x00\x7f", "2J"),
        ("right\u202eto left", "rightto left"),
        ("Grüße, 你好 👋", "Grüße, 你好 👋"),
    ],
)
def test_characters_that_control_a_terminal_are_left_out(text, shown):
    assert printable(text) == shown
