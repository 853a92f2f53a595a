from __future__ import annotations

from tth.core.conversation import Conversation, message


def conversation(*ids):
    made = Conversation()
    for item_id in ids:
        made.put(message(item_id, "user", item_id))
    return made


def order(of):
    return [item.id for item in of]


def test_an_item_is_put_at_the_end():
    assert order(conversation("a", "b", "c")) == ["a", "b", "c"]


def test_an_item_is_put_behind_the_one_that_is_named():
    items = conversation("a", "b", "c")
    items.put(message("x", "user", "x"), after="a")
    items.put(message("y", "user", "y"), after="c")
    assert order(items) == ["a", "x", "b", "c", "y"]


def test_behind_an_item_that_is_not_there_is_the_end():
    items = conversation("a", "b")
    items.put(message("x", "user", "x"), after="gone")
    assert order(items) == ["a", "b", "x"]


def test_an_item_of_a_known_id_is_replaced_where_it_stands():
    items = conversation("a", "b", "c")
    items.put(message("b", "user", "new"), after="c")
    assert order(items) == ["a", "b", "c"]
    assert [item.text for item in items] == ["a", "new", "c"]


def test_the_newest_items_are_kept():
    items = conversation("a", "b", "c")
    items.trim(2)
    assert order(items) == ["b", "c"]
    items.trim(2)
    assert order(items) == ["b", "c"]


def test_behind_the_root_is_the_front():
    items = conversation("a", "b")
    items.put(message("x", "user", "x"), after="root")
    assert order(items) == ["x", "a", "b"]
