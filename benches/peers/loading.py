"""How fast PyTorch's DataLoader reads a folder of images, in turns with agon's example `loading`.

    python benches/peers/loading.py --make photos --images 2000
    python benches/peers/loading.py photos/jpeg photos/png --agon target/release/examples/loading

Same files, same size, shorter side resized, middle cut out, flipped by chance, scaled to [-1, 1], batches of 64.
`--compare` says how the images differ instead of how long they take. `--make` needs scikit-learn, whose two photographs it cuts into pieces.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import time


def make(folder, images):
    """Pieces of photographs, half of them 256 by 256, half 400 by 300, as JPEG (quality 90) and as PNG."""
    import random

    from PIL import Image
    from sklearn.datasets import load_sample_images

    photographs = [Image.fromarray(image) for image in load_sample_images().images]
    chance = random.Random(0)
    for i in range(images):
        name, size = ("square", (256, 256)) if i % 2 == 0 else ("wide", (400, 300))
        photograph = chance.choice(photographs)
        scale = chance.uniform(0.6, 1.0)
        width, height = (round(scale * side) for side in (size if i % 2 else (400, 400)))
        left, top = chance.randint(0, photograph.width - width), chance.randint(0, photograph.height - height)
        piece = photograph.resize(size, Image.BICUBIC, (left, top, left + width, top + height))
        for kind, options in (("jpeg", {"quality": 90}), ("png", {})):
            place = folder / kind / name
            place.mkdir(parents=True, exist_ok=True)
            piece.save(place / f"{i:05}.{kind}", **options)


def time_torch(folder, size, batch, workers, epochs):
    """Images a second, the median of the epochs, as the example counts: the loader begins anew with each."""
    import torch
    from torchvision import datasets, transforms

    steps = transforms.Compose([
        transforms.Resize(size),
        transforms.CenterCrop(size),
        transforms.RandomHorizontalFlip(),
        transforms.ToTensor(),
        transforms.Normalize([0.5] * 3, [0.5] * 3),
    ])
    images = datasets.ImageFolder(folder, steps)
    rates = []
    for _ in range(epochs):
        loader = torch.utils.data.DataLoader(images, batch, shuffle=True, num_workers=workers)
        start = time.perf_counter()
        for _ in loader:
            pass
        rates.append(len(images) / (time.perf_counter() - start))
    return statistics.median(rates)


def time_agon(program, folder, size, batch, workers, epochs):
    command = [program, "--folder", folder, "--workers", workers, "--size", size, "--batch", batch]
    command += ["--epochs", epochs, "--json"]
    lines = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    return json.loads(lines)["timings"][0]["images_per_second"]


def compare(program, folder, size):
    """How far the images are from torchvision's, in steps of a byte."""
    import tempfile

    import numpy
    from torchvision import datasets, transforms

    steps = transforms.Compose([transforms.Resize(size), transforms.CenterCrop(size), transforms.PILToTensor()])
    images = datasets.ImageFolder(folder, steps)
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "images"
        command = [program, "--folder", str(folder), "--size", str(size), "--dump", str(file)]
        subprocess.run(command, check=True)
        ours = numpy.fromfile(file, "<f4").reshape(len(images), 3, size, size)
    counts = numpy.zeros(256, int)
    for (theirs, _), values in zip(images, ours):
        bytes_ = numpy.rint(values * 127.5 + 127.5).astype(int)
        counts += numpy.bincount(numpy.abs(bytes_ - theirs.numpy()).ravel(), minlength=256)
    share = 1 - counts[0] / counts.sum()
    mean = (counts * numpy.arange(256)).sum() / counts.sum()
    print(f"{folder} at {size}: {share:.4%} of {counts.sum()} bytes differ, mean {mean:.4f}, "
          f"at most {counts.nonzero()[0].max()}", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", nargs="*", type=pathlib.Path)
    options.add_argument("--make", type=pathlib.Path, help="make images in this folder instead")
    options.add_argument("--images", type=int, default=2000, help="how many of each kind are made")
    options.add_argument("--agon", help="the built example `loading`")
    options.add_argument("--workers", type=int, nargs="+", default=[0, 1, 2])
    options.add_argument("--rounds", type=int, default=5, help="turns of each, of which the median counts")
    options.add_argument("--epochs", type=int, default=1, help="times the folder is read in a turn")
    options.add_argument("--size", type=int, default=64)
    options.add_argument("--batch", type=int, default=64)
    options.add_argument("--compare", action="store_true", help="compare the images")
    options.add_argument("--json", action="store_true", help="a line of JSON for each folder and number of workers")
    options = options.parse_args()
    if options.make:
        make(options.make, options.images)
        return
    for folder in options.folders:
        if options.compare:
            compare(options.agon, folder, options.size)
            continue
        for workers in options.workers:
            rates = {"torch": [], "agon": []}
            for _ in range(options.rounds):
                rates["torch"].append(time_torch(folder, options.size, options.batch, workers, options.epochs))
                if options.agon:
                    arguments = (options.agon, folder, options.size, options.batch, workers, options.epochs)
                    rates["agon"].append(time_agon(*arguments))
            medians = {name: statistics.median(values) for name, values in rates.items() if values}
            if options.json:
                print(json.dumps({"folder": str(folder), "workers": workers, "rates": rates}), flush=True)
            else:
                figures = ", ".join(f"{name} {median:.0f}" for name, median in medians.items())
                print(f"{folder}, {workers} workers, images a second: {figures}", flush=True)


if __name__ == "__main__":
    main()
