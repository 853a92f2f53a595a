"""The file's records: they come back as they went in, and damage costs what is damaged and no more."""

from hypothesis import given
from hypothesis import strategies as st

from tth.core.controls import TurnControl
from tth.core.events import AudioChunkEvent, FaceFrameEvent, TextDeltaEvent, TurnStartedEvent, UserTextEvent
from tth.core.media import AudioChunk, FaceFrame
from tth.observers.recording.records import MAGIC, Damage, End, Gap, Head, Record, encode_record, read_records
from tth.wire.native import Flushed, PlayheadReport

VALUES = st.one_of(
    st.builds(lambda t, n: TextDeltaEvent(token=t, turn_id="a", generation=n), st.text(), st.integers(0, 9)),
    st.builds(lambda d, n: AudioChunkEvent(data=d, sample=n, sample_rate=16_000), st.binary(), st.integers(0, 9**9)),
    st.builds(lambda n: FaceFrameEvent(frame=FaceFrame(speech_id="s", sample=n, weights=bytes(208))), st.integers()),
    st.builds(lambda t: TurnStartedEvent(turn=1, text=t), st.text()),
    st.builds(lambda t: UserTextEvent(text=t, control=TurnControl()), st.text()),
    st.builds(lambda d: AudioChunk(d, 48_000, 2), st.binary()),
    st.builds(lambda n: PlayheadReport(turn=1, sample=n, state="blocked"), st.integers(0, 9**9)),
    st.builds(lambda n: Flushed(turn=1, sample=n), st.integers(0, 9**9)),
    st.builds(lambda n: Gap(records=n, bytes=n, since_us=n), st.integers(0, 9**9)),
    st.just(Head(session_id="s", profile="p", persona="q", began=1.5, details={"look": {"hair": "#3a2a20"}})),
    st.just(End()),
).filter(lambda value: -(2**63) <= getattr(getattr(value, "frame", None), "sample", 0) < 2**63)
RECORDS = st.lists(st.tuples(st.integers(0, 2**50), VALUES), max_size=12)


def read(data: bytes):
    return list(read_records(memoryview(data)))


def written(records) -> list[bytes]:
    return [encode_record(at_us, value) for at_us, value in records]


@given(RECORDS)
def test_what_was_written_is_read_in_the_same_order(records) -> None:
    assert read(MAGIC + b"".join(written(records))) == [Record(at_us, value) for at_us, value in records]


@given(RECORDS, st.data())
def test_a_file_that_is_cut_off_anywhere_has_every_whole_record(records, data) -> None:
    pieces = written(records)
    cut = data.draw(st.integers(0, sum(map(len, pieces))))
    found = read(MAGIC + b"".join(pieces)[:cut])
    whole = 0
    while whole < len(pieces) and sum(map(len, pieces[: whole + 1])) <= cut:
        whole += 1
    assert found[:whole] == [Record(at_us, value) for at_us, value in records[:whole]]
    left = cut - sum(map(len, pieces[:whole]))
    assert sum(each.bytes for each in found[whole:]) == left


@given(st.lists(st.tuples(st.integers(0, 99), VALUES), min_size=1, max_size=8), st.data())
def test_a_wrong_byte_costs_one_record(records, data) -> None:
    pieces = written(records)
    hit = data.draw(st.integers(0, len(pieces) - 1))
    place = data.draw(st.integers(0, len(pieces[hit]) - 1))
    wrong = bytearray(pieces[hit])
    wrong[place] ^= data.draw(st.integers(1, 255))
    found = read(MAGIC + b"".join([*pieces[:hit], bytes(wrong), *pieces[hit + 1 :]]))
    whole = [Record(at_us, value) for at_us, value in (*records[:hit], *records[hit + 1 :])]
    assert [each for each in found if isinstance(each, Record)] == whole
    assert sum(each.bytes for each in found if isinstance(each, Damage)) == len(wrong)


def test_anything_at_all_can_be_read() -> None:
    @given(st.binary(max_size=400))
    def check(junk: bytes) -> None:
        assert sum(each.bytes for each in read(MAGIC + junk)) == len(junk)

    check()
