"""Distances by a weights file in the published format, beside torch-fidelity's by the same file and images.

    cargo build --example evaluate
    python benches/peers/inception.py --binary target/debug/examples/evaluate

The published weights are a download. What is in the file does not matter here: names, layout and format are those of the
published one, the weights are drawn. Needs torch, torch-fidelity, numpy and pillow.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile
from unittest import mock

import numpy as np
import torch
import torch_fidelity
from PIL import Image
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3


class Built(Exception):
    """The network is there, before weights are loaded into it."""


def network():
    def stop(self, *_, **__):
        raise Built(self)

    with mock.patch.object(torch.nn.Module, "load_state_dict", stop), mock.patch("torch.load", lambda *_, **__: {}):
        try:
            FeatureExtractorInceptionV3("inception-v3-compat", ["2048"], feature_extractor_weights_path="none")
        except Built as built:
            return built.args[0]


def drawn_weights(path):
    torch.manual_seed(0)
    net = network()
    for weight in net.parameters():
        if weight.ndim > 1:
            torch.nn.init.kaiming_normal_(weight, nonlinearity="relu")
    for name, buffer in net.named_buffers():
        if name.endswith("running_var"):
            buffer.fill_(1.0)
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.05)
    torch.save(dict(net.state_dict()), path)


def images(folder, count, shift, random):
    folder.mkdir()
    blocks = random.integers(0, 256, (count, 8, 8, 3)).repeat(8, 1).repeat(8, 2)
    pixels = np.clip(blocks * 0.7 + random.integers(0, 70, (count, 64, 64, 3)) + shift, 0, 255).astype(np.uint8)
    for i, image in enumerate(pixels):
        Image.fromarray(image).save(folder / f"{i:04}.png")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, help="the example evaluate, built")
    parser.add_argument("--count", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        weights, real, fake = folder / "weights.pth", folder / "real", folder / "fake"
        drawn_weights(weights)
        random = np.random.default_rng(0)
        images(real, options.count, 0, random)
        images(fake, options.count, 30, random)
        theirs = torch_fidelity.calculate_metrics(
            input1=str(fake), input2=str(real), cuda=False, fid=True, kid=True, kid_subsets=1, cache=False, verbose=False,
            kid_subset_size=options.count, samples_find_deep=False, feature_extractor_weights_path=str(weights),
        )
        command = [options.binary, "--real", real, "--fake", fake, "--extractor", "inception", "--weights", weights, "--json"]
        ours = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[-1])
        ours = {figure["name"]: figure["value"] for figure in ours}
    for name, key in (("Frechet", "frechet_inception_distance"), ("kernel", "kernel_inception_distance_mean")):
        print(f"{name} distance: agon {ours[name + ' distance']:.7g}, torch-fidelity {theirs[key]:.7g}")


if __name__ == "__main__":
    main()
