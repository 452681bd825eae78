"""The oracle of SeqGAN's authors as safetensors, for `cargo run --example seqgan -- --oracle FILE`.

    git clone https://github.com/LantaoYu/SeqGAN
    python benches/peers/oracle.py SeqGAN/save/target_params_py3.pkl oracle.safetensors

A pickle may run any code when it is read; this reads one that holds arrays of numbers and nothing else. It prints SHA-256
of both files: theirs is 5ac794a6.., and what docs/results.md was measured with is cb77ed02... Needs numpy and safetensors.
"""

import argparse
import hashlib
import pathlib
import pickle

import numpy as np
from safetensors.numpy import save_file

# In the order of the file: the embedding, the four gates of the LSTM, the last layer.
GATES = ["i", "f", "og", "c"]
NAMES = ["embedding", *(kind + gate for gate in GATES for kind in ("W", "U", "b")), "Wo", "bo"]
HIDDEN, VOCABULARY = 32, 5000
GATE_SHAPES = [(HIDDEN, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN,)]
SHAPES = [(VOCABULARY, HIDDEN), *GATE_SHAPES * len(GATES), (HIDDEN, VOCABULARY), (VOCABULARY,)]


class Arrays(pickle.Unpickler):
    """Knows what an array is made of, and nothing else."""

    KNOWN = {
        ("numpy.core.multiarray", "_reconstruct"): lambda kind, shape, code: np.ndarray.__new__(kind, shape, code),
        ("numpy", "ndarray"): np.ndarray,
        ("numpy", "dtype"): np.dtype,
    }

    def find_class(self, module, name):
        if (module, name) not in self.KNOWN:
            raise pickle.UnpicklingError(f"{module}.{name}: arrays of numbers were expected")
        return self.KNOWN[module, name]


def read(path):
    with open(path, "rb") as file:
        arrays = Arrays(file).load()
    found = [(array.dtype.name, array.shape) for array in arrays]
    expected = [("float32", shape) for shape in SHAPES]
    if found != expected:
        raise SystemExit(f"{path}: expected {expected}, found {found}")
    return {name: np.ascontiguousarray(array) for name, array in zip(NAMES, arrays)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pickle", help="save/target_params_py3.pkl of https://github.com/LantaoYu/SeqGAN")
    parser.add_argument("safetensors", help="the file to write")
    options = parser.parse_args()
    save_file(read(options.pickle), options.safetensors)
    for path in (options.pickle, options.safetensors):
        print(hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest(), path)


if __name__ == "__main__":
    main()
