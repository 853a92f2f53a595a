from tth.adapters.shared import Shared
from tth.builtins.mock.stt import MockSTT, MockSTTOptions
from tth.core.media import AudioChunk


async def source(*seconds):
    for length in seconds:
        yield AudioChunk(bytes(2 * round(length * 16_000)), 16_000)


async def texts(recogniser, *seconds):
    return [transcript.text async for transcript in recogniser.transcribe(source(*seconds))]


async def test_its_texts_are_understood_in_turn_a_word_at_a_time():
    recogniser = MockSTT(MockSTTOptions(texts=("Hello there you", "Bye")), Shared())
    assert await texts(recogniser, 0.3, 0.4) == ["Hello", "Hello there", "Hello there you"]
    assert await texts(recogniser, 9) == ["Bye", "Bye"]
    assert await texts(recogniser, 0.1) == ["Hello there you"]


async def test_without_texts_it_counts_the_words_that_fit():
    recogniser = MockSTT(None, Shared())
    assert await texts(recogniser, 0.5, 0.1, 0.3) == ["one", "one two", "one two three", "one two three"]
    assert await texts(recogniser, 0.2) == [""]


async def test_where_there_is_no_sound_nothing_was_said_and_no_text_is_used_up():
    recogniser = MockSTT(MockSTTOptions(texts=("Hello", "Bye")), Shared())
    assert await texts(recogniser) == [""]
    assert await texts(recogniser, 1) == ["Hello", "Hello"]
