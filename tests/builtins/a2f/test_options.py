"""What a profile may say, and what it is told where it may not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tth.builtins.a2f.address import find_target, target_of
from tth.builtins.a2f.options import A2FOptions
from tth.builtins.a2f.parameters import Emotion, Face
from tth.builtins.a2f.settings import mix_of, settings_of
from tth.builtins.a2f.tables import mixes, presets
from tth.core.controls import EmotionLabel
from tth.errors import AdapterUnavailable, ConfigError
from tth.face.blendshapes import NAMES, TONGUE
from tth.wire.a2f.methods import EMOTIONS
from tth.wire.a2f.names import raised


def message_of(**options) -> str:
    with pytest.raises(ValidationError) as caught:
        A2FOptions(**options)
    return str(caught.value)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"hosted": True}, "hosted needs function_id"),
        ({"hosted": True, "function_id": "f", "security": "mtls"}, "hosted takes no client certificate"),
        ({"function_id": "f"}, "function_id needs 'hosted: true'"),
        ({"security": "mtls"}, "mtls needs certificate and key"),
        ({"security": "tls", "certificate": __file__}, "certificate and key need 'security: mtls'"),
        ({"ca": __file__}, "ca needs 'security: tls' or 'mtls'"),
        ({"emotion": {"preferred_emotion_strength": 0.5}}, "preferred_emotion_strength needs 'emotions: both'"),
        ({"metadata": {"Bad Name": "x"}}, "'Bad Name' cannot name metadata"),
        ({"metadata": {"grpc-timeout": "x"}}, "names that begin with grpc- are gRPC's own"),
        ({"metadata": {"x": "a\nb"}}, "the metadata 'x' must be printable ASCII"),
        ({"metadata": {"x-bin": "a"}}, "the metadata 'x-bin' must be printable ASCII"),
        ({"rate_hz": 22050}, "16000 or 24000"),
        ({"multipliers": {"jawopen": 1}}, "did you mean jawOpen?"),
        ({"offsets": {"JawOpn": 1}}, "did you mean JawOpen?"),
        ({"offsets": {"jawOpen": float("nan")}}, "finite number"),
        ({"emotion_map": {"happy": {"joi": 1}}}, "did you mean joy?"),
        ({"emotion_map": {"happy": {"joy": 2}}}, "less than or equal to 1"),
        ({"emotion_map": {"merry": {"joy": 1}}}, "no emotion named 'merry'; use one of angry, disgusted, fearful"),
        ({"emotion_map": {"happi": {"joy": 1}}}, "no emotion named 'happi'; did you mean happy?"),
        ({"multipliers": {"jawOpen": 1, "JawOpen": 1}}, "'jawOpen' and 'JawOpen' both mean JawOpen; keep one of them"),
        ({"offsets": {"browDown": 1, "BrowDownLeft": 1}}, "'browDown' and 'BrowDownLeft' both mean BrowDownLeft"),
        (
            {"offsets": {"jaw": 1}},
            "jawLeft and jawRight are directions, not sides: it may be jawForward, jawLeft, jawOpen, jawRight",
        ),
        ({"offsets": {"Mouth": 1}}, "MouthLeft and MouthRight are directions, not sides: it may be MouthClose"),
        ({"offsets": {"tongueTip": 1}}, "tongueTipLeft and tongueTipRight are directions, not sides"),
        ({"target": "nonsense"}, "'nonsense' is no address; target is host:port, as in 192.168.1.20:52000"),
        ({"target": ""}, "'' is no address"),
        ({"target": "host:99999"}, "'host:99999' is no address"),
        ({"target": "host:0"}, "'host:0' is no address"),
        ({"target": "host:"}, "'host:' is no address"),
        ({"target": ":52000"}, "':52000' is no address"),
        ({"target": "http://host:52000"}, "'http://host:52000' is no address"),
        ({"target": "my host:52000"}, "'my host:52000' is no address"),
        ({"target": "::1:52000"}, "'::1:52000' is no address"),
        ({"security": "tls", "ca": "/no-such.pem"}, "/no-such.pem does not exist"),
        ({"security": "tls", "ca": "/"}, "/ is a folder, not a file"),
        ({"face": {"skinStrength": 3}}, "less than or equal to 2"),
        ({"face": {"noseStrength": 1}}, "Extra inputs"),
        ({"preset": "clair"}, "'claire'"),
    ],
)
def test_a_mistake_is_told_exactly(options, told):
    assert told in message_of(**options)


@pytest.mark.parametrize("target", ["host:1", "192.168.1.20:52000", "[::1]:65535", "studio.local:52000"])
def test_an_address_is_host_and_port(target):
    assert A2FOptions(target=target).target == target


@pytest.mark.parametrize("key", ["ca", "certificate", "key"])
def test_a_file_that_is_not_there_is_told_with_the_folder_that_it_is_looked_for_in(key, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = f"certificates/x.pem does not exist in {tmp_path}, the folder that tth was started in"
    assert told in message_of(**{"security": "mtls", key: "certificates/x.pem"})


def test_a_variable_that_holds_no_address_is_named(monkeypatch):
    monkeypatch.setenv("TTH_A2F_TARGET", "http://host:52000")
    with pytest.raises(ConfigError, match=r"TTH_A2F_TARGET: 'http://host:52000' is no address; .* is host:port"):
        find_target()
    with pytest.raises(AdapterUnavailable, match="TTH_A2F_TARGET"):
        target_of(A2FOptions())
    assert target_of(A2FOptions(target="host:1")) == "host:1"


@pytest.mark.parametrize(
    ("model", "name", "low", "high"),
    [
        (Face, "upperFaceStrength", 0, 2),
        (Face, "upperFaceSmoothing", 0, 0.1),
        (Face, "lowerFaceStrength", 0, 2),
        (Face, "lowerFaceSmoothing", 0, 0.1),
        (Face, "faceMaskLevel", 0, 1),
        (Face, "faceMaskSoftness", 0.001, 0.5),
        (Face, "skinStrength", 0, 2),
        (Face, "eyelidOpenOffset", -1, 1),
        (Face, "lipOpenOffset", -0.2, 0.2),
        (Emotion, "emotion_contrast", 0.3, 3),
        (Emotion, "live_blend_coef", 0, 1),
        (Emotion, "preferred_emotion_strength", 0, 1),
        (Emotion, "emotion_strength", 0, 1),
        (Emotion, "max_emotions", 1, 6),
    ],
)
def test_each_parameter_keeps_to_its_range(model, name, low, high):
    for value in (low, high):
        assert getattr(model(**{name: value}), name) == value
    for value in (low - 0.001, high + 0.001, float("nan")):
        with pytest.raises(ValidationError):
            model(**{name: value})


def test_a_shape_may_be_named_in_either_spelling_and_without_its_side():
    options = A2FOptions(multipliers={"jawOpen": 0.5, "MouthClose": 0.6, "browDown": 0.7, "TongueUp": 0.8})
    assert options.multipliers == {
        "JawOpen": 0.5,
        "MouthClose": 0.6,
        "BrowDownLeft": 0.7,
        "BrowDownRight": 0.7,
        "TongueUp": 0.8,
    }


@pytest.mark.parametrize("name", ["claire", "james", "mark"])
def test_options_are_laid_over_the_preset(name):
    preset = presets()[name]
    plain = settings_of(A2FOptions(preset=name))
    assert plain.multipliers == preset.multipliers
    assert len(plain.face) == 12
    assert set(plain.multipliers) <= {raised(shape) for shape in (*NAMES, *TONGUE)}
    assert plain.multipliers["TongueOut"] == plain.multipliers["EyeLookUpLeft"] == 0
    mine = settings_of(A2FOptions(preset=name, face={"skinStrength": 0.1}, multipliers={"tongueOut": 1}))
    assert mine.face == {**plain.face, "skinStrength": 0.1}
    assert mine.multipliers == {**plain.multipliers, "TongueOut": 1}


def test_without_a_preset_nothing_is_sent_that_was_not_set():
    settings = settings_of(A2FOptions())
    assert (settings.face, settings.multipliers, settings.offsets, settings.clamp) == ({}, {}, {}, None)
    assert settings.emotion.enable_preferred_emotion
    assert settings.emotion.preferred_emotion_strength == 1
    assert settings_of(A2FOptions(emotions="voice")).emotion.enable_preferred_emotion is False
    assert settings_of(A2FOptions(emotions="both")).emotion.preferred_emotion_strength is None


def test_every_emotion_has_a_mix_of_the_services_and_none_is_like_another():
    assert set(mixes()) == set(EmotionLabel)
    assert all(set(mix) <= set(EMOTIONS) for mix in mixes().values())
    assert len({tuple(sorted(mix.items())) for mix in mixes().values()}) == len(EmotionLabel)


def test_intensity_and_expressivity_scale_an_emotion_up_to_one():
    def joy(intensity, expressivity):
        return mix_of(EmotionLabel.HAPPY, intensity, expressivity, {EmotionLabel.HAPPY: {"joy": 1.0}}).get("joy", 0)

    assert joy(1, 0.6) == pytest.approx(0.98)
    assert joy(0.5, 0) == pytest.approx(0.25)
    assert joy(1, 1) == 1
    assert joy(0, 1) == 0
    assert mix_of(EmotionLabel.NEUTRAL, 1, 1, {}) == {}
