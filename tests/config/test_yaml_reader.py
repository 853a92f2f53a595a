"""The part of YAML that is read, and the lines it remembers."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tth.config.document import Node, Origin, nested, overlay
from tth.config.yaml_reader import parse_yaml
from tth.errors import ConfigError

ORIGIN = Origin(source="x.yaml", line=1)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("Yes", "Yes"),
        ("true", True),
        ("1:30", "1:30"),
        ("2026-01-02", "2026-01-02"),
        ("007", "007"),
        ("0x1f", "0x1f"),
        ("12", 12),
        ("-1.5e3", -1500.0),
        ("1e3", 1000.0),
        (".nan", ".nan"),
        ("~", None),
        ("''", ""),
        ("'12'", "12"),
        ("9" * 30, int("9" * 30)),
        ("1e999", "1e999"),
    ],
)
def test_a_scalar_is_what_it_looks_like(text: str, value: object) -> None:
    node = parse_yaml(f"key: {text}", ORIGIN).table()["key"]
    assert node.value == value
    assert type(node.value) is type(value)


def test_every_value_knows_its_key_and_line() -> None:
    tree = parse_yaml("a:\n  b:\n    - one\n    - c: 2\n", ORIGIN)
    assert [(n.key, n.origin.line) for n in (tree.at(["a"]), tree.at(["a", "b"]), tree.at(["a", "b", 1, "c"]))] == [
        ("a", 1),
        ("a.b", 2),
        ("a.b.1.c", 4),
    ]


def test_what_is_nested_too_deeply_is_told() -> None:
    with pytest.raises(ConfigError, match=r"x\.yaml:1: is nested too deeply"):
        parse_yaml("[" * 5000, ORIGIN)


scalars = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(codec="ascii"), max_size=8)
trees = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), inner),
    max_leaves=12,
)


@given(trees)
def test_what_another_program_writes_is_read_as_it_was_meant(value: Any) -> None:
    assert parse_yaml(yaml.safe_dump(value), ORIGIN).plain() == value


groups = st.dictionaries(
    st.sampled_from("abc"), st.integers(0, 9) | st.dictionaries(st.sampled_from("de"), st.integers())
)


def _node(value: Any) -> Node:
    return parse_yaml(yaml.safe_dump(value), ORIGIN)


@given(groups, groups, groups)
def test_laying_layers_is_the_same_from_either_end(one: Any, two: Any, three: Any) -> None:
    a, b, c = _node(one), _node(two), _node(three)
    if all(type(x.get(k)) is type(y.get(k)) for x in (one, two, three) for y in (one, two, three) for k in x if k in y):
        assert overlay(overlay(a, b), c).plain() == overlay(a, overlay(b, c)).plain()


@given(groups, groups)
def test_the_upper_layer_is_whole_in_the_result(under: Any, over: Any) -> None:
    laid = overlay(_node(under), _node(over)).plain()
    for key, value in over.items():
        if not isinstance(value, dict):
            assert laid[key] == value
        else:
            assert value.items() <= laid[key].items()


def test_a_nested_value_stands_at_its_path() -> None:
    leaf = Node(key="a.b.c", value=1, origin=ORIGIN)
    tree = nested(("a", "b", "c"), leaf)
    assert tree.plain() == {"a": {"b": {"c": 1}}}
    assert tree.at(["a", "b"]).key == "a.b"
