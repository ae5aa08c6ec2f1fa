"""Reads event files of TensorBoard with nothing but the standard library, and prints what they hold as JSON.

It was written from the descriptions of TFRecord, of CRC-32C (RFC 3720) and of protocol buffers, and shares no code with the writer. As
TensorBoard does, it stops in a file at a record that is incomplete, and drops what is not before the step of a later start.
"""

import json
import struct
import sys


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def records(data):
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        if at + 16 + length > len(data):
            return
        assert struct.unpack_from("<I", data, at + 8)[0] == masked(data[at : at + 8]), "checksum of a length"
        content = data[at + 12 : at + 12 + length]
        assert struct.unpack_from("<I", data, at + 12 + length)[0] == masked(content), "checksum of a record"
        yield content
        at += 16 + length


def varint(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 1:
            value, at = struct.unpack_from("<d", data, at)[0], at + 8
        elif kind == 5:
            value, at = struct.unpack_from("<f", data, at)[0], at + 4
        else:
            length, at = varint(data, at)
            value, at = data[at : at + length], at + length
        yield tag >> 3, value


assert crc32c(b"123456789") == 0xE3069283
scalars, pictures, versions = [], [], []
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        for record in records(file.read()):
            event = dict(fields(record))
            step = event[2]
            if 3 in event:
                versions.append(event[3].decode())
            if 7 in event:
                assert dict(fields(event[7])) == {1: 1}
                scalars = [each for each in scalars if each["step"] < step]
                pictures = [each for each in pictures if each["step"] < step]
            for _, value in fields(event.get(5, b"")):
                entry = dict(fields(value))
                tag = entry[1].decode()
                if 2 in entry:
                    scalars.append({"step": step, "tag": tag, "value": entry[2]})
                else:
                    picture = dict(fields(entry[4]))
                    width, height = struct.unpack(">II", picture[4][16:24])
                    assert (picture[1], picture[2], picture[3]) == (height, width, 3)
                    pictures.append({"step": step, "tag": tag, "width": width, "height": height})
print(json.dumps({"versions": versions, "scalars": scalars, "pictures": pictures}))
