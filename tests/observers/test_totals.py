import pytest
from hypothesis import given
from hypothesis import strategies as st

from tth.observers.totals import IN_STEP_MS, KEPT, Offsets, Times, Totals, summed


def times(*values):
    made = Times()
    for value in values:
        made.add(value)
    return made


def test_a_quantile_is_one_of_the_times():
    twenty = times(*range(20, 0, -1))
    assert (twenty.quantile(0.5), twenty.quantile(0.95), twenty.quantile(1.0)) == (10, 19, 20)
    assert times(7).quantile(0.95) == 7
    assert times().quantile(0.5) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from([0.5, 0.95]))
def test_as_many_times_as_the_quantile_says_do_not_exceed_it(values, share):
    found = times(*values).quantile(share)
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


def test_only_the_newest_times_are_kept_and_all_are_counted():
    many = times(*range(KEPT + 100))
    assert (len(many.newest), many.newest[0], many.count) == (KEPT, 100, KEPT + 100)


def test_sums_of_sessions_are_the_sums_of_their_numbers():
    one, two = Totals(sessions=1, started=2), Totals(sessions=1, started=1)
    one.turns.update(complete=1, failed=1)
    two.turns.update(complete=2)
    one.counts.update(sends=3, refused_sends=1)
    one.stages["first_text"].add(10)
    two.stages["first_text"].add(30)
    whole = summed({"a": one, "b": two})
    assert (whole.sessions, whole.started) == (2, 3)
    assert whole.ratios == {"send_success": 0.75, "error_rate": 0.25}
    assert whole.numbers()["first_text_ms_p50"] == 10
    assert whole.numbers()["first_text_ms_p95"] == 30
    assert one.started == 2, "the parts are left as they were"


@pytest.mark.parametrize("name", ["connect_success", "send_success", "error_rate", "first_text_ms_p50"])
def test_what_was_never_tried_has_no_number(name):
    assert name not in Totals().numbers()


@given(st.lists(st.floats(-500, 500), max_size=60), st.lists(st.floats(-500, 500), max_size=60))
def test_offsets_of_two_sessions_are_counted_once_each_and_those_in_step_with_them(one, two):
    parts = [Offsets(), Offsets()]
    for part, values in zip(parts, (one, two), strict=True):
        for value in values:
            part.add(value)
    parts[0].merge(parts[1])
    assert parts[0].count == len(one) + len(two)
    assert parts[0].in_step == sum(-IN_STEP_MS < value <= IN_STEP_MS for value in one + two)
