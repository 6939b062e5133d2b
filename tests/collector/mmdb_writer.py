"""Writes small databases in MMDB format, version 2.0 (https://maxmind.github.io/MaxMind-DB/), for tests."""

import struct
from ipaddress import IPv4Network, ip_network
from pathlib import Path
from typing import Any

_MARKER = b"\xab\xcd\xefMaxMind.com"
_MAP, _ARRAY, _TEXT, _DOUBLE, _BOOL = 7, 11, 2, 3, 14
_UINT16, _UINT32, _UINT64 = 5, 6, 9


class Wide(int):
    """A whole number that is written in 64 bits."""


class Narrow(int):
    """A whole number that is written in 16 bits."""


def write_mmdb(path: Path, networks: dict[str, Any], kind: str, *, ip_version: int = 6) -> Path:
    """Write `networks` (CIDR → record) as a database of type `kind`. Networks must not overlap."""
    data, offsets = bytearray(), []
    nodes: list[list[int]] = [[-1, -1]]  # >= 0: child node, -1: empty, < -1: record number -(n + 2)
    for number, (cidr, record) in enumerate(networks.items()):
        offsets.append(len(data))
        data += _encode(record)
        _insert(nodes, _bits(cidr, ip_version), -(number + 2))
    tree = b"".join(_record(child, len(nodes), offsets) for node in nodes for child in node)
    meta = {
        "binary_format_major_version": Narrow(2),
        "binary_format_minor_version": Narrow(0),
        "build_epoch": Wide(1_780_000_000),
        "database_type": kind,
        "description": {"en": "A test's own"},
        "ip_version": Narrow(ip_version),
        "languages": ["en"],
        "node_count": len(nodes),
        "record_size": Narrow(32),
    }
    path.write_bytes(tree + bytes(16) + bytes(data) + _MARKER + _encode(meta))
    return path


def _bits(cidr: str, ip_version: int) -> str:
    network = ip_network(cidr)
    if isinstance(network, IPv4Network):
        own = f"{int(network.network_address):032b}"[: network.prefixlen]
        return own if ip_version == 4 else "0" * 96 + own
    return f"{int(network.network_address):0128b}"[: network.prefixlen]


def _insert(nodes: list[list[int]], bits: str, leaf: int) -> None:
    at = 0
    for bit in bits[:-1]:
        if nodes[at][int(bit)] == -1:
            nodes.append([-1, -1])
            nodes[at][int(bit)] = len(nodes) - 1
        at = nodes[at][int(bit)]
    nodes[at][int(bits[-1])] = leaf


def _record(child: int, count: int, offsets: list[int]) -> bytes:
    if child == -1:
        return struct.pack(">I", count)
    return struct.pack(">I", child if child >= 0 else count + 16 + offsets[-child - 2])


def _control(kind: int, size: int) -> bytes:
    extra = b""
    if size >= 285:
        size, extra = 30, struct.pack(">H", size - 285)
    elif size >= 29:
        size, extra = 29, bytes([size - 29])
    first = bytes([(kind << 5 | size) if kind < 8 else size])
    return first + (b"" if kind < 8 else bytes([kind - 7])) + extra


def _encode(value: Any) -> bytes:
    match value:
        case bool():
            return _control(_BOOL, int(value))
        case int():
            kind = _UINT64 if isinstance(value, Wide) else _UINT16 if isinstance(value, Narrow) else _UINT32
            digits = int(value).to_bytes((int(value).bit_length() + 7) // 8)
            return _control(kind, len(digits)) + digits
        case float():
            return _control(_DOUBLE, 8) + struct.pack(">d", value)
        case str():
            text = value.encode()
            return _control(_TEXT, len(text)) + text
        case dict():
            return _control(_MAP, len(value)) + b"".join(_encode(k) + _encode(v) for k, v in value.items())
        case list():
            return _control(_ARRAY, len(value)) + b"".join(_encode(item) for item in value)
    raise TypeError(type(value))
