"""Makes small GLB and VRM avatars: a ball with eyes, brows and a mouth, on bones, with shapes of any names."""

import json
import math
import struct
import zlib
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tth.face.blendshapes import NAMES

Point = tuple[float, float, float]
Shape = Callable[[Point], Point]

# Where the bones begin, in metres, of a person who stretches the arms out; the character's left is at +X.
BONES: dict[str, tuple[str, Point]] = {
    "hips": ("", (0, 0.9, 0)),
    "spine": ("hips", (0, 1.0, 0)),
    "neck": ("spine", (0, 1.38, 0)),
    "head": ("neck", (0, 1.45, 0)),
    "leftEye": ("head", (0.035, 1.54, 0.07)),
    "rightEye": ("head", (-0.035, 1.54, 0.07)),
    "leftUpperArm": ("spine", (0.15, 1.35, 0)),
    "leftLowerArm": ("leftUpperArm", (0.4, 1.35, 0)),
    "leftHand": ("leftLowerArm", (0.65, 1.35, 0)),
    "rightUpperArm": ("spine", (-0.15, 1.35, 0)),
    "rightLowerArm": ("rightUpperArm", (-0.4, 1.35, 0)),
    "rightHand": ("rightLowerArm", (-0.65, 1.35, 0)),
    "leftUpperLeg": ("hips", (0.1, 0.85, 0)),
    "leftLowerLeg": ("leftUpperLeg", (0.1, 0.45, 0)),
    "leftFoot": ("leftLowerLeg", (0.1, 0.05, 0)),
    "rightUpperLeg": ("hips", (-0.1, 0.85, 0)),
    "rightLowerLeg": ("rightUpperLeg", (-0.1, 0.45, 0)),
    "rightFoot": ("rightLowerLeg", (-0.1, 0.05, 0)),
}
MIXAMO = {
    "head": "mixamorig:Head",
    "neck": "mixamorig:Neck",
    "leftEye": "LeftEye",
    "rightEye": "RightEye",
    "leftUpperArm": "mixamorig:LeftArm",
    "rightUpperArm": "mixamorig:RightArm",
    "leftLowerArm": "mixamorig:LeftForeArm",
    "rightLowerArm": "mixamorig:RightForeArm",
}
MOUTH = (0.0, 1.485, 0.105)
EYES = {"Left": (0.035, 1.54, 0.1), "Right": (-0.035, 1.54, 0.1)}
BROWS = {"Left": (0.035, 1.575, 0.1), "Right": (-0.035, 1.575, 0.1)}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# A picture of one point.
PIXEL = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
PIXEL += chunk(b"IDAT", zlib.compress(b"\0\xc8\xd0\xff")) + chunk(b"IEND", b"")


@dataclass
class Part:
    """Vertices of one colour that hang on one bone."""

    points: list[Point]
    triangles: list[tuple[int, int, int]]
    colour: tuple[float, float, float]
    bone: str = "head"
    shapes: dict[str, list[Point]] = field(default_factory=dict)


def ball(centre: Point, radius: Point, colour: tuple[float, float, float], bone: str = "head") -> Part:
    rows, columns, points, triangles = 12, 16, [], []
    for row in range(rows + 1):
        for column in range(columns + 1):
            up, around = math.pi * row / rows, 2 * math.pi * column / columns
            unit = (math.sin(up) * math.sin(around), math.cos(up), math.sin(up) * math.cos(around))
            points.append(tuple(c + r * u for c, r, u in zip(centre, radius, unit, strict=True)))
    for row in range(rows):
        for column in range(columns):
            a = row * (columns + 1) + column
            b = a + columns + 1
            triangles += [(a, b, a + 1), (a + 1, b, b + 1)]
    return Part(points, triangles, colour, bone)


def face_parts(eye_bones: bool = True) -> list[Part]:
    """Head, mouth, eyes, brows, and a body with arms."""
    skin, dark, white = (0.85, 0.6, 0.45), (0.15, 0.02, 0.03), (0.95, 0.95, 0.95)
    parts = [ball((0, 1.53, 0), (0.085, 0.12, 0.1), skin), ball(MOUTH, (0.03, 0.008, 0.012), dark)]
    for side, brow in BROWS.items():
        parts.append(ball(brow, (0.02, 0.004, 0.01), dark))
        bone = f"{side.lower()}Eye" if eye_bones else "head"
        x, y, z = EYES[side]
        parts.append(ball((x, y, z - 0.015), (0.018, 0.013, 0.018), white, bone))
        parts.append(ball((x, y, z), (0.007, 0.008, 0.005), dark, bone))
    parts.append(ball((0, 1.15, -0.02), (0.17, 0.25, 0.1), (0.2, 0.35, 0.6), "spine"))
    for side, sign in (("left", 1), ("right", -1)):
        parts.append(ball((sign * 0.4, 1.35, 0), (0.25, 0.04, 0.04), (0.2, 0.35, 0.6), f"{side}UpperArm"))
    return parts


def shape_of(name: str) -> Shape:
    """How a shape named like one of the 52, or like a viseme, moves a point: enough to be seen, on its own side."""
    side = next((s for s in ("Left", "Right") if name.endswith(s)), "")

    def near(point: Point, place: Point, reach: float) -> bool:
        return math.dist(point, place) < reach

    def move(point: Point) -> Point:
        x, y, z = point
        if name.startswith("eye") and side:
            if not near(point, EYES[side], 0.03):
                return (0, 0, 0)
            return (0, (EYES[side][1] - y) * 0.9, 0) if "Blink" in name else (0.008, 0.004, 0)
        if name.startswith("brow"):
            places = [BROWS[side]] if side in BROWS else list(BROWS.values())
            return (0, 0.015, 0) if any(near(point, place, 0.025) for place in places) else (0, 0, 0)
        if not near(point, MOUTH, 0.045) or z < 0.05:
            return (0, 0, 0)
        wide = "Smile" in name or "Stretch" in name or name.lower().endswith(("_i", "_e", "ih", "ee"))
        if side and (x > 0) is not (side == "Left"):
            return (0, 0, 0)
        return ((x - MOUTH[0]) * 0.6, 0.004, 0) if wide else (0, min(0.0, y - MOUTH[1]) * 3 - 0.006, 0.002)

    return move


class Writer:
    """Gathers a file's bytes and its description."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.gltf: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "bufferViews": [],
            "accessors": [],
            "nodes": [],
            "meshes": [],
            "skins": [],
            "materials": [],
        }

    def view(self, raw: bytes) -> int:
        self.data += bytes(-len(self.data) % 4)
        self.gltf["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(raw)})
        self.data += raw
        return len(self.gltf["bufferViews"]) - 1

    def accessor(self, values: Sequence[Sequence[float]], kind: str, code: str = "f") -> int:
        component = {"f": 5126, "H": 5123}[code]
        flat = array(code, [number for value in values for number in value])
        entry = {
            "bufferView": self.view(flat.tobytes()),
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if kind == "VEC3":
            entry |= {
                "min": [min(c) for c in zip(*values, strict=True)],
                "max": [max(c) for c in zip(*values, strict=True)],
            }
        self.gltf["accessors"].append(entry)
        return len(self.gltf["accessors"]) - 1

    def to_bytes(self, **changes: Any) -> bytes:
        gltf = {**self.gltf, "buffers": [{"byteLength": len(self.data)}], **changes}
        return glb(gltf, bytes(self.data))


def glb(gltf: Any, data: bytes = b"", *, version: int = 2) -> bytes:
    """A file of a description and its bytes."""
    text = json.dumps(gltf).encode()
    text += b" " * (-len(text) % 4)
    data += bytes(-len(data) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    if data:
        chunks += struct.pack("<II", len(data), 0x004E4942) + data
    return struct.pack("<III", 0x46546C67, version, 12 + len(chunks)) + chunks


def write_figure(
    names: Sequence[str], *, spell: Callable[[str], str] = str, bones: dict[str, str] | None = None, facing: int = 1
) -> tuple[Writer, dict[str, int], dict[str, tuple[int, int]]]:
    """A figure whose shapes have these names; eyes are a mesh of their own.

    Returns:
        The file, its nodes by bone, and by each name the node of a mesh and the shape's place in it.
    """
    writer, nodes = Writer(), {}
    gltf = writer.gltf
    turned = [(x * facing, y, z * facing) for _, (x, y, z) in BONES.values()]
    places = dict(zip(BONES, turned, strict=True))
    for bone, (parent, _) in BONES.items():
        above = places.get(parent, (0, 0, 0))
        offset = [a - b for a, b in zip(places[bone], above, strict=True)]
        nodes[bone] = len(gltf["nodes"])
        gltf["nodes"].append({"name": (bones or {}).get(bone, bone), "translation": offset, "children": []})
        if parent:
            gltf["nodes"][nodes[parent]]["children"].append(nodes[bone])
    back = [[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -x, -y, -z, 1] for x, y, z in places.values()]
    gltf["skins"].append({"joints": list(nodes.values()), "inverseBindMatrices": writer.accessor(back, "MAT4")})
    image = writer.view(PIXEL)
    gltf["images"] = [{"bufferView": image, "mimeType": "image/png"}]
    gltf["textures"] = [{"source": 0}]
    found: dict[str, tuple[int, int]] = {}
    parts = face_parts()
    groups = {"Eyes": [part for part in parts if part.bone.endswith("Eye")]}
    groups["Head"] = [part for part in parts if not part.bone.endswith("Eye")]
    for label, members in groups.items():
        own = [
            name
            for name in names
            if name.startswith("eye") is (label == "Eyes") or not name.startswith(("eye", "brow"))
        ]
        primitives = [_primitive(writer, part, own, nodes, facing) for part in members]
        gltf["meshes"].append({"primitives": primitives, "extras": {"targetNames": [spell(name) for name in own]}})
        gltf["nodes"].append({"name": label, "mesh": len(gltf["meshes"]) - 1, "skin": 0})
        found |= {name: (len(gltf["nodes"]) - 1, place) for place, name in enumerate(own)}
    gltf["scenes"], gltf["scene"] = [{"nodes": [nodes["hips"], *range(len(nodes), len(gltf["nodes"]))]}], 0
    return writer, nodes, found


def _primitive(writer: Writer, part: Part, names: Sequence[str], nodes: dict[str, int], facing: int) -> dict[str, Any]:
    def turn(point: Point) -> Point:
        return (point[0] * facing, point[1], point[2] * facing)

    writer.gltf["materials"].append(
        {"pbrMetallicRoughness": {"baseColorFactor": [*part.colour, 1], "metallicFactor": 0, "roughnessFactor": 0.9}}
    )
    if part.bone == "spine":
        writer.gltf["materials"][-1]["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}
    count, bone = len(part.points), list(nodes).index(part.bone)
    attributes = {
        "POSITION": writer.accessor([turn(point) for point in part.points], "VEC3"),
        "TEXCOORD_0": writer.accessor([(0, 0)] * count, "VEC2"),
        "JOINTS_0": writer.accessor([(bone, 0, 0, 0)] * count, "VEC4", "H"),
        "WEIGHTS_0": writer.accessor([(1, 0, 0, 0)] * count, "VEC4"),
    }
    moves = [[turn(shape_of(name)(point)) for point in part.points] for name in names]
    primitive = {
        "attributes": attributes,
        "indices": writer.accessor([(i,) for triangle in part.triangles for i in triangle], "SCALAR", "H"),
        "material": len(writer.gltf["materials"]) - 1,
    }
    return (
        {**primitive, "targets": [{"POSITION": writer.accessor(move, "VEC3")} for move in moves]}
        if names
        else primitive
    )


def make_glb(names: Sequence[str] = NAMES, spell: Callable[[str], str] = str) -> bytes:
    """A GLB with bones as Mixamo calls them."""
    return write_figure(names, spell=spell, bones=MIXAMO)[0].to_bytes()


def make_bare_glb(names: Sequence[str] = NAMES) -> bytes:
    """A head that nothing but its shapes tells of: no bone has a name."""
    writer, _, _ = write_figure(names, bones={bone: f"b{i}" for i, bone in enumerate(BONES)})
    return writer.to_bytes()


PRESETS_1 = {"aa": "jawOpen", "ih": "mouthStretch", "ou": "mouthPucker", "ee": "mouthStretchLeft", "oh": "mouthFunnel"}
PRESETS_1 |= {"blinkLeft": "eyeBlinkLeft", "blinkRight": "eyeBlinkRight", "happy": "mouthSmile", "sad": "browInnerUp"}
PRESETS_0 = {"aa": "a", "ih": "i", "ou": "u", "ee": "e", "oh": "o", "blinkLeft": "blink_l", "blinkRight": "blink_r"}
PRESETS_0 |= {"happy": "joy", "sad": "sorrow"}


def make_vrm1(*, custom: bool = False, override: str = "none", eyes: bool = True) -> bytes:
    """VRM 1.0 with the vowels, or with custom expressions named like the 52."""
    names = NAMES if custom else [f"fcl_{name}" for name in PRESETS_1]
    shapes = list(NAMES) if custom else list(PRESETS_1.values())
    writer, nodes, places = write_figure(shapes, spell=dict(zip(shapes, names, strict=True)).__getitem__)

    def expression(shape: str, **more: Any) -> dict[str, Any]:
        node, index = places[shape]
        return {"morphTargetBinds": [{"node": node, "index": index, "weight": 1}], **more}

    if custom:
        expressions = {"custom": {name[0].upper() + name[1:]: expression(name) for name in shapes}}
    else:
        presets = {preset: expression(shape) for preset, shape in PRESETS_1.items()}
        presets["happy"]["overrideMouth"] = override
        expressions = {"preset": presets}
    bones = {bone: {"node": node} for bone, node in nodes.items() if eyes or not bone.endswith("Eye")}
    span = {"inputMaxValue": 90, "outputScale": 60}
    ranges = dict.fromkeys(
        ["rangeMapHorizontalInner", "rangeMapHorizontalOuter", "rangeMapVerticalDown", "rangeMapVerticalUp"], span
    )
    vrm = {
        "specVersion": "1.0",
        "meta": {"name": "Ball", "authors": ["tth"], "licenseUrl": "https://vrm.dev/licenses/1.0/"},
        "humanoid": {"humanBones": bones},
        "expressions": expressions,
        "lookAt": {"type": "bone", "offsetFromHeadBone": [0, 0.08, 0], **ranges},
    }
    return writer.to_bytes(extensionsUsed=["VRMC_vrm"], extensions={"VRMC_vrm": vrm})


def make_vrm0(*, custom: bool = False) -> bytes:
    """VRM 0.x, which faces the other way, with the vowels, or with groups named like the 52."""
    shapes = list(NAMES) if custom else list(PRESETS_1.values())
    labels = dict(zip(shapes, NAMES if custom else [f"fcl_{name}" for name in PRESETS_1], strict=True))
    writer, nodes, places = write_figure(shapes, spell=labels.__getitem__, facing=-1)
    meshes = [node.get("mesh") for node in writer.gltf["nodes"]]

    def group(name: str, preset: str, shape: str) -> dict[str, Any]:
        node, index = places[shape]
        return {
            "name": name,
            "presetName": preset,
            "binds": [{"mesh": meshes[node], "index": index, "weight": 100}],
            "materialValues": [],
        }

    groups = (
        [group(name, "unknown", name) for name in shapes]
        if custom
        else [group(PRESETS_0[preset], PRESETS_0[preset], shape) for preset, shape in PRESETS_1.items()]
    )
    curve = {"curve": [0, 0, 0, 1, 1, 1, 1, 0], "xRange": 90, "yRange": 60}
    looks = ["lookAtHorizontalInner", "lookAtHorizontalOuter", "lookAtVerticalDown", "lookAtVerticalUp"]
    vrm = {
        "exporterVersion": "tth",
        "specVersion": "0.0",
        "meta": {"title": "Ball"},
        "humanoid": {"humanBones": [{"bone": bone, "node": node} for bone, node in nodes.items()]},
        "firstPerson": {
            "firstPersonBone": nodes["head"],
            "firstPersonBoneOffset": {"x": 0, "y": 0.08, "z": 0},
            "meshAnnotations": [],
            "lookAtTypeName": "Bone",
            **dict.fromkeys(looks, curve),
        },
        "blendShapeMaster": {"blendShapeGroups": groups},
        "secondaryAnimation": {"boneGroups": [], "colliderGroups": []},
        "materialProperties": [],
    }
    return writer.to_bytes(extensionsUsed=["VRM"], extensions={"VRM": vrm})
