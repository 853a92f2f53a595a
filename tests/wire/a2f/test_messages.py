"""The checked-in messages are those of the .proto file, and they load beside anybody's."""

import subprocess
import sys
from pathlib import Path

from google.protobuf import descriptor_pb2

from tth.wire.a2f import messages_pb2

PROTOS = Path(__file__).parents[3] / "protos"
FILE = "tth/a2f/v1/a2f.proto"


def without_json_names(file: descriptor_pb2.FileDescriptorProto) -> descriptor_pb2.FileDescriptorProto:
    """As it would be written: a compiler may add the names of JSON, which follow from the others."""
    pending = list(file.message_type)
    while pending:
        message = pending.pop()
        pending += message.nested_type
        for field in message.field:
            field.ClearField("json_name")
    return file


def test_compiling_the_protocol_file_again_gives_the_checked_in_messages(tmp_path: Path) -> None:
    out = tmp_path / "set.bin"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTOS}", f"--descriptor_set_out={out}", FILE]
    subprocess.run(command, check=True, capture_output=True)
    (compiled,) = descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file
    checked_in = descriptor_pb2.FileDescriptorProto.FromString(messages_pb2.DESCRIPTOR.serialized_pb)
    assert without_json_names(compiled) == without_json_names(checked_in)


def test_the_messages_have_a_package_of_their_own_and_declare_no_service() -> None:
    assert messages_pb2.DESCRIPTOR.package == "tth.a2f.v1"
    assert not messages_pb2.DESCRIPTOR.services_by_name
