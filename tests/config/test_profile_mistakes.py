"""Each mistake in a profile has one line that names file, line, key, what is wrong and what would be right."""

from pathlib import Path

import pytest

from tth.config.finding import UnknownProfile
from tth.config.profiles import resolve_profile
from tth.config.sources import Sources, read_sources
from tth.errors import ConfigError, ProfileError
from tth.plugins.loader import load_plugins
from tth.plugins.registry import Registry

VOICE = "components:\n  llm: {primary: echo}\n  tts: {primary: tones}\n"
HIBARI = "components:\n  llm: {primary: echo}\n  tts:\n    primary: hibari\n"

TWELVE = {
    "syntax": (
        "components:\n  llm: {primary: echo\n  tts: {primary: tones}\n",
        "2: not valid YAML: expected ',' or '}', but got ':'; close the group with }",
    ),
    "duplicate key": (
        "components:\n  llm: {primary: echo}\n  tts: {primary: tones}\n  llm: {primary: cloud}\n",
        "4: components.llm: the key stands here twice; keep one of them; the first is on line 2",
    ),
    "unknown key": (
        "componets:\n  llm: {primary: echo}\n",
        "1: componets: no such key; did you mean components? "
        "It may be budget, components, control, deadlines, extends, listening, persona, summary or voice_map",
    ),
    "unknown adapter": (
        VOICE.replace("tones", "hibary"),
        "3: components.tts.primary: no tts adapter named 'hibary'; did you mean hibari? "
        "It may be hibari, pico or tones; a plugin may offer more",
    ),
    "unknown option": (
        HIBARI + "    sped: 1.2\n",
        "5: components.tts.sped: no such option; did you mean speed? It may be fallback, speed or voice",
    ),
    "wrong value": (
        HIBARI + "    speed: 3\n",
        "5: components.tts.speed: 3 will not do; it should be less than or equal to 2",
    ),
    "wrong choice": (
        HIBARI + "    voice: hart\n",
        "5: components.tts.voice: 'hart' will not do; did you mean heart? It should be 'heart' or 'river'",
    ),
    "missing in the environment": (
        "components:\n  tts: {primary: pico}\n"
        "  llm:\n    primary: cloud\n    model: big\n    api_key: ${CLOUD_API_KEY}\n",
        "6: components.llm.api_key: CLOUD_API_KEY is not set in the environment (it has CLOUD_APIKEY); "
        "set it: export CLOUD_API_KEY=...",
    ),
    "extends loop": (
        "summary: A loop\nextends: bad\n" + VOICE,
        "2: extends: 'bad' is extended by itself; let the last of the chain extend nothing, or another",
    ),
    "no voice": (
        "summary: Only a face\ncomponents:\n  avatar: {primary: stub_avatar}\n",
        "2: components: there is no voice; name a realtime voice, or an llm and a tts",
    ),
    "two voices": (
        VOICE + "  realtime: {primary: live, model: big}\n",
        "2: components.llm: a realtime voice thinks, speaks and hears by itself; take out realtime, or llm and tts",
    ),
    "unknown persona": (
        "persona: meera\n" + VOICE,
        "1: persona: no persona named 'meera'; did you mean mira? It may be mira, noor, ori or teo",
    ),
}

MORE = {
    "tab": (
        "components:\n\tllm: {primary: echo}\n",
        "2: not valid YAML: found character '\\t' that cannot start any token; indent with spaces, not tabs",
    ),
    "open quotes": (
        'summary: "A face\n' + VOICE,
        "1: not valid YAML: found unexpected end of stream; close the quotes",
    ),
    "anchor": (
        "summary: &name A face\n" + VOICE,
        "1: anchors (&) and aliases (*) are not read; write the value out, or use extends",
    ),
    "tag": ("summary: !!python/name:os.system x\n" + VOICE, "1: tags (!) are not read; leave the tag out"),
    "list": ("- a\n- b\n", "1: a list cannot be the whole file; write keys, as in 'summary: My avatar'"),
    "empty": ("", "1: components: is missing; name a realtime voice, or an llm and a tts"),
    "unknown kind": (
        "components:\n  lllm: {primary: echo}\n",
        "2: components.lllm: no such key; did you mean llm? It may be avatar, llm, realtime, stt or tts",
    ),
    "adapter of another kind": (
        VOICE.replace("echo", "tones"),
        "2: components.llm.primary: no llm adapter named 'tones'; tones is of the kind tts",
    ),
    "adapter of a plugin set aside": (
        VOICE.replace("tones", "marble"),
        "3: components.tts.primary: no tts adapter named 'marble'; "
        "the plugin 'marble' of tth-marble was set aside: ImportError: no marble here",
    ),
    "half a cascade": (
        "components:\n  tts: {primary: tones}\n",
        "1: components.llm: is missing; tts needs it; write 'llm: {primary: ...}'",
    ),
    "adapter without primary": (
        VOICE.replace("primary: echo", "fallback: [echo]"),
        "2: components.llm.primary: is missing; name one of cloud, echo",
    ),
    "primary misspelt": (
        VOICE.replace("primary: echo", "primry: echo"),
        "2: components.llm.primry: no such key; did you mean primary?",
    ),
    "name in place of a group": (
        VOICE.replace("{primary: echo}", "echo"),
        "2: components.llm: 'echo' cannot stand here; write 'llm: {primary: echo}'",
    ),
    "fallback is no list": (
        VOICE.replace("tones", "tones, fallback: pico"),
        "3: components.tts.fallback: 'pico' is not a list; write it as [one, two]",
    ),
    "fallback with a wrong option": (
        VOICE.replace("tones", "tones, fallback: [{pico: {speed: 9}}]"),
        "3: components.tts.fallback.0.pico.speed: 9 will not do; it should be less than or equal to 2",
    ),
    "two adapters in one fallback": (
        VOICE.replace("tones", "tones, fallback: [{pico: {}, hibari: {}}]"),
        "3: components.tts.fallback.0: a fallback is one adapter; write it as 'name' or '{name: {option: value}}'",
    ),
    "options of an adapter that has none": (
        VOICE.replace("tones", "tones, fallbak: [pico]"),
        "3: components.tts.fallbak: tones has no options; did you mean fallback?",
    ),
    "missing option": (
        VOICE.replace("echo", "cloud"),
        "2: components.llm.model: is missing (The model's name); write 'model: ...'",
    ),
    "number for text": (
        VOICE.replace("echo", "cloud, model: 4"),
        "2: components.llm.model: 4 will not do; it should be a valid string: put it in quotes",
    ),
    "no variable's name": (
        VOICE.replace("echo", "cloud, model: '${my key}'"),
        "2: components.llm.model: '${my key}' names no variable; write ${NAME}, or $${ for the characters themselves",
    ),
    "extends nobody": (
        "extends: ofline\n",
        "1: extends: no profile named 'ofline'; did you mean offline? "
        "It may be offline, offline+a2f, offline_mock, openai_realtime, openai_realtime+a2f or stub_avatar",
    ),
    "extends a path": (
        "extends: ./offline.yaml\n",
        "1: extends: './offline.yaml' is a path, and a profile is extended by its name; "
        "write 'extends: offline'; offline.yaml may lie beside this file or among your profiles",
    ),
    "realtime over an inherited cascade": (
        "extends: cascade\ncomponents:\n  realtime: {primary: live, model: big}\n",
        "3: components.realtime: a realtime voice thinks, speaks and hears by itself, and llm and tts come from "
        "cascade.yaml; take them out with 'llm: null' and 'tts: null'",
    ),
    "llm over an inherited realtime voice": (
        "extends: live\ncomponents:\n  llm: {primary: echo}\n",
        "3: components.llm: a realtime voice thinks, speaks and hears by itself, and realtime comes from live.yaml; "
        "take it out with 'realtime: null'",
    ),
    "misspelt option that is needed": (
        VOICE.replace("echo", "cloud, modle: big"),
        "2: components.llm.modle: no such option; did you mean model? "
        "It may be api_key, fallback, model or temperature",
    ),
    "unknown emotion": (
        "voice_map: {hapy: echo}\n" + VOICE,
        "1: voice_map.hapy: no emotion named 'hapy'; did you mean happy? "
        "It may be angry, disgusted, fearful, happy, neutral, sad or surprised",
    ),
    "control out of range": (
        "control: {character: {speech_rate: 9}}\n" + VOICE,
        "1: control.character.speech_rate: 9 will not do; it should be from 0.25 to 4",
    ),
    "unknown deadline": (
        "deadlines: {conect_s: 9}\n" + VOICE,
        "1: deadlines.conect_s: no such option; did you mean connect_s? "
        "It may be connect_s, first_sound_s, first_token_s, sound_gap_s, token_gap_s or words_s",
    ),
}


@pytest.mark.parametrize(("text", "message"), [*TWELVE.values(), *MORE.values()], ids=[*TWELVE, *MORE])
def test_a_bad_profile_gives_one_helpful_line(text: str, message: str, home: Path, registry: Registry) -> None:
    Path("bad.yaml").write_text(text)
    Path("cascade.yaml").write_text(VOICE)
    Path("live.yaml").write_text("components: {realtime: {primary: live, model: big}}\n")
    sources = read_sources(environ={"TTH_CONFIG_DIR": str(home), "CLOUD_APIKEY": "x"})
    with pytest.raises(ProfileError) as caught:
        resolve_profile("bad.yaml", sources, registry, typed=True)
    assert str(caught.value) == f"bad.yaml:{message}"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "ofline",
            "there is none of that name; did you mean offline? "
            "It may be offline, offline+a2f, offline_mock, openai_realtime, openai_realtime+a2f or stub_avatar",
        ),
        ("./bed.yaml", "there is no such file; did you mean bad.yaml?"),
        ("nowhere/x.yaml", "there is no such file; check the path; 'tth profiles' lists what is there by name"),
    ],
)
def test_an_unknown_profile_is_told_with_its_near_miss(
    name: str, message: str, sources: Sources, registry: Registry
) -> None:
    Path("bad.yaml").touch()
    with pytest.raises(UnknownProfile) as caught:
        resolve_profile(name, sources, registry, typed=True)
    assert str(caught.value) == f"profile {name}: {message}"


@pytest.mark.parametrize("name", ["../secret", "./bad.yaml", "bad.yaml", "/etc/passwd", "a/b", ".hidden", ""])
def test_a_name_from_the_network_is_never_a_path(name: str, sources: Sources, registry: Registry) -> None:
    Path("bad.yaml").write_text(VOICE)
    with pytest.raises(UnknownProfile):
        resolve_profile(name, sources, registry)


OUTSIDE = {
    "value of a setting": (
        {"TTH_PORT": "abc"},
        (),
        "environment: TTH_PORT: 'abc' will not do; it should be a valid integer",
    ),
    "name of a setting": ({"TTH_PROT": "1"}, (), "environment: TTH_PROT: no such variable; did you mean TTH_PORT?"),
    "group of settings": (
        {"TTH_LIMTS__SESSIONS": "3"},
        (),
        "environment: TTH_LIMTS__SESSIONS: no such variable; did you mean TTH_LIMITS__SESSIONS?",
    ),
    "setting in a group": (
        {"TTH_LIMITS__SESIONS": "3"},
        (),
        "environment: TTH_LIMITS__SESIONS: no such option; did you mean sessions? "
        "It may be connections, drain_s, guesses_per_minute, message_bytes, resume_s, sessions, text_chars "
        "or tokens_per_minute",
    ),
    "list": ({"TTH_ORIGINS": "x"}, (), "environment: TTH_ORIGINS: 'x' will not do; write it as [one, two]"),
    "choice": (
        {"TTH_LOG_LEVEL": "infos"},
        (),
        "environment: TTH_LOG_LEVEL: 'infos' will not do; did you mean info? "
        "It should be 'debug', 'info', 'warning' or 'error'",
    ),
    "adapter's option": (
        {"TTH_COMPONENTS__TTS__SPEED": "3"},
        (),
        "environment: TTH_COMPONENTS__TTS__SPEED: 3 will not do; it should be less than or equal to 2",
    ),
    "option on the command line": (
        {},
        ("components.tts.speed=7",),
        "command line: --set components.tts.speed: 7 will not do; it should be less than or equal to 2",
    ),
    "no value": (
        {},
        ("port",),
        "command line: --set port: is not KEY=VALUE; write it as --set components.tts.primary=pico",
    ),
    "key on the command line": (
        {},
        ("componets.tts.speed=1",),
        "command line: --set componets.tts.speed: no such key; did you mean components? It may be api_key, "
        "budget, components, control, deadlines, host, insecure, limits, listening, log_format, log_level, models, "
        "origins, per_address, per_key, persona, port, profile, record, record_asked, trusted_proxies or voice_map",
    ),
    "realtime voice on the command line": (
        {},
        ("components.realtime={primary: live, model: big}",),
        "command line: --set components.realtime: a realtime voice thinks, speaks and hears by itself, and llm and tts "
        "come from good.yaml; take them out with --set components.llm=null and --set components.tts=null",
    ),
    "folder of configuration": (
        {"TTH_CONFIG_DIR": "/nowhere/at/all"},
        (),
        "environment: TTH_CONFIG_DIR: there is no folder /nowhere/at/all; make it, or unset it",
    ),
    "open list": (
        {},
        ("components.tts.fallback=[tones",),
        "command line: --set components.tts.fallback: not valid YAML: expected ',' or ']', but got '<stream end>'; "
        "close the list with ]",
    ),
}


@pytest.mark.parametrize(("environ", "sets", "message"), OUTSIDE.values(), ids=OUTSIDE)
def test_a_mistake_outside_the_files_names_variable_or_option(
    environ: dict[str, str], sets: tuple[str, ...], message: str, home: Path, registry: Registry
) -> None:
    Path("good.yaml").write_text(HIBARI)

    def resolve() -> None:
        sources = read_sources(sets, environ={"TTH_CONFIG_DIR": str(home), **environ})
        resolve_profile("good.yaml", sources, registry, typed=True)

    with pytest.raises(ConfigError) as caught:
        resolve()
    assert str(caught.value) == message


def test_a_secret_is_not_shown_by_its_mistake(home: Path, registry: Registry) -> None:
    Path("bad.yaml").write_text(VOICE.replace("echo", "cloud, model: x, api_key: [hush]"))
    sources = read_sources(environ={"TTH_CONFIG_DIR": str(home)})
    with pytest.raises(ProfileError) as caught:
        resolve_profile("bad.yaml", sources, registry, typed=True)
    assert str(caught.value) == "bad.yaml:2: components.llm.api_key: the value will not do; it should be a valid string"


def test_a_value_from_the_environment_is_not_shown_by_its_mistake(home: Path, registry: Registry) -> None:
    Path("bad.yaml").write_text(VOICE.replace("echo", "cloud, model: x, temperature: '${HEAT}'"))
    sources = read_sources(environ={"TTH_CONFIG_DIR": str(home), "HEAT": "hush"})
    with pytest.raises(ProfileError) as caught:
        resolve_profile("bad.yaml", sources, registry, typed=True)
    assert "components.llm.temperature: the value of ${HEAT} will not do" in str(caught.value)


def test_a_file_that_is_not_utf8_is_told_with_its_line(sources: Sources, registry: Registry) -> None:
    Path("bad.yaml").write_bytes(b"summary: x\npersona: m\xefra\n")
    with pytest.raises(ProfileError, match=r"bad\.yaml:2: is not UTF-8 text; save the file as UTF-8"):
        resolve_profile("bad.yaml", sources, registry, typed=True)


def test_a_validator_that_breaks_is_told_as_the_adapters(home: Path) -> None:
    from pydantic import BaseModel, model_validator

    from tth.plugins.offers import Offer, Plugin

    class Broken(BaseModel):
        @model_validator(mode="before")
        @classmethod
        def check(cls, value: object) -> object:
            raise KeyError("left out")

    offers = tuple(
        Offer(kind=kind, name="x", adapter=object, config=Broken, distribution="d", version="1")
        for kind in ("llm", "tts")
    )
    registry = Registry((Plugin(name="p", module="p", distribution="d", version="1", offers=offers),))
    Path("bad.yaml").write_text("components: {llm: {primary: x}, tts: {primary: x}}\n")
    with pytest.raises(ProfileError, match=r"its options cannot be checked \(KeyError: 'left out'\)"):
        resolve_profile("bad.yaml", read_sources(environ={"TTH_CONFIG_DIR": str(home)}), registry, typed=True)


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (
            "turn_detection: {type: semantic_vad, eagernes: low}",
            "turn_detection.eagernes: no such option; did you mean e",
        ),
        ("turn_detection: {type: server_vad, treshold: 1}", "turn_detection.treshold: no such option; did you mean t"),
        ("transcription: {modle: x}", "transcription.modle: no such option; did you mean model?"),
        ("models: {mine: {voises: [a]}}", "models.mine.voises: no such option; did you mean voices?"),
    ],
)
def test_a_slip_within_a_group_of_options_is_told_where_it_stands(option: str, told: str, home: Path) -> None:
    (home / "p.yaml").write_text(f"components:\n  realtime:\n    primary: openai_realtime\n    {option}\n")
    with pytest.raises(ConfigError) as caught:
        resolve_profile(str(home / "p.yaml"), read_sources(environ={}), load_plugins(), typed=True)
    assert f"p.yaml:4: components.realtime.{told}" in str(caught.value)
