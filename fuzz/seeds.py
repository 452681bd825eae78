"""Writes small valid files for the fuzz targets to start from, into `seeds/` beside this file."""

import gzip
import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np

here = Path(__file__).parent / "seeds"


def put(target, name, content):
    folder = here / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def saved(save, *arrays, **named):
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


images = np.arange(24, dtype="u1").reshape(2, 3, 4)
idx = struct.pack(">4B3I", 0, 0, 8, 3, 2, 3, 4) + images.tobytes()
put("idx", "plain", idx)
put("idx", "packed", gzip.compress(idx, mtime=0))
put("cifar", "records", bytes([3, 0, 255, 7, 9, 1, 2, 3]))
for name, array in {
    "u1": images,
    "f4": images.astype("f4") / 24,
    "big": images.astype(">i2"),
    "fortran": np.asfortranarray(images.astype("f8")),
}.items():
    put("npy", name, saved(np.save, array))
put("archive", "stored.npz", saved(np.savez, x=images, y=np.arange(2)))
put("archive", "deflated.npz", saved(np.savez_compressed, x=images, y=np.arange(2)))
header = json.dumps({"x": {"dtype": "U8", "shape": [2, 3, 4], "data_offsets": [0, 24]}}).encode()
put("archive", "a.safetensors", struct.pack("<Q", len(header)) + header + images.tobytes())
put("table", "people", b"age,town\n20,Ulm\n40,\"Bonn, Rhein\"\n")
put("text", "lines", "zwölf Bären\nund ein Haus\n".encode())
manifest = {
    "format": 1, "agon": "0.1.0", "burn": "0.22", "game": "Gan", "step": 7, "seed": 1, "position": 7,
    "players": [{"name": "generator", "network": "Mlp", "config": None, "steps": 7, "pending_updates": 0,
                 "pending": [], "optimizer": "Adam"}],
    "memory": {}, "figures": {"loss": 0.5},
    "files": [{"name": "weights", "bytes": 7, "crc32": zlib.crc32(b"weights")}],
}
put("checkpoint", "manifest", json.dumps(manifest).encode())
put("checkpoint", "best", b'{"step": 7, "figure": "loss", "value": 0.5}')


def cbor(value):
    """Maps, lists, texts and small numbers."""
    kinds = {int: (0, value), str: (3, None), list: (4, None), dict: (5, None)}
    kind, count = kinds[type(value)]
    head = struct.pack(">BH", kind << 5 | 25, len(value) if count is None else count)
    match value:
        case int():
            return head
        case str():
            return head + value.encode()
        case list():
            return head + b"".join(map(cbor, value))
        case dict():
            return head + b"".join(cbor(part) for pair in value.items() for part in pair)


record = cbor({
    "tensors": {
        "bias": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], "param_id": 7},
        "weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [256, 280], "param_id": 8},
    },
    "metadata": {"version": "1"},
    "scalars": {"time": {"UInt": 7}},
})
put("weights", "two.bpk", (struct.pack("<4sHI", b"NRUB", 1, len(record)) + record).ljust(512, b"\0") + bytes(280))
