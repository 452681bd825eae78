"""Metrics of agon beside those of torch-fidelity, prdc and scikit-learn: the same features, the same machine.

    cargo build --release --example metrics_speed
    python benches/peers/metrics.py --binary target/release/examples/metrics_speed --samples 10000

Each measurement is a process of its own, which prints the seconds that the metric takes once the features are
in memory, the most memory the process ever had, and the values. Needs numpy, torch, torch-fidelity, prdc and
scikit-learn.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

PEERS = {
    "frechet": ["torch-fidelity", "scipy"],
    "kernel": ["scikit-learn"],
    "subsets": ["torch-fidelity"],
    "neighbours": ["prdc", "torch-fidelity"],
    "energy": ["scikit-learn"],
    "parzen": ["scikit-learn"],
}


def features(path, samples, width, shift, seed):
    """Like the features of a network: correlated, and not negative."""
    import numpy as np

    mixing = np.random.default_rng(1).standard_normal((64, width), dtype=np.float32) / 8
    random = np.random.default_rng(seed)
    with open(path, "wb") as file:
        for start in range(0, samples, 1000):
            rows = min(1000, samples - start)
            codes = random.standard_normal((rows, 64), dtype=np.float32) + shift
            noise = random.standard_normal((rows, width), dtype=np.float32)
            np.maximum(codes @ mixing + 0.5 * noise, 0, dtype=np.float32).tofile(file)


def load(path, width):
    import numpy as np

    return np.fromfile(path, dtype=np.float32).reshape(-1, width)


def peak_mb():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024


def frechet_fidelity(real, fake):
    import torch
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

    statistics = [fid_features_to_statistics(torch.from_numpy(x)) for x in (fake, real)]
    return fid_statistics_to_metric(*statistics, verbose=False)


def frechet_scipy(real, fake):
    """As pytorch-fid computes it."""
    import numpy as np
    from scipy import linalg

    m1, m2 = real.mean(axis=0), fake.mean(axis=0)
    c1, c2 = np.cov(real, rowvar=False), np.cov(fake, rowvar=False)
    root = linalg.sqrtm(c1 @ c2).real
    return {"value": float((m1 - m2) @ (m1 - m2) + np.trace(c1 + c2 - 2 * root))}


def kernel_scikit(real, fake):
    from sklearn.metrics.pairwise import polynomial_kernel

    n = len(real)
    own = [polynomial_kernel(x, degree=3, coef0=1) for x in (real, fake)]
    within = sum((k.sum() - k.trace()) / (n * (n - 1)) for k in own)
    return {"value": float(within - 2 * polynomial_kernel(real, fake, degree=3, coef0=1).mean())}


def subsets_fidelity(real, fake):
    import torch
    from torch_fidelity.metric_kid import kid_features_to_metric

    size = min(1000, len(real))
    both = [torch.from_numpy(x) for x in (fake, real)]
    return kid_features_to_metric(*both, kid_subsets=100, kid_subset_size=size, verbose=False)


def neighbours_prdc(real, fake):
    from prdc import compute_prdc

    return {key: float(value) for key, value in compute_prdc(real, fake, nearest_k=5).items()}


def neighbours_fidelity(real, fake):
    """Precision and recall only."""
    import torch
    from torch_fidelity.metric_prc import prc_features_to_metric

    both = [torch.from_numpy(x) for x in (fake, real)]
    return prc_features_to_metric(*both, prc_neighborhood=5, verbose=False)


def energy_scikit(real, fake):
    from sklearn.metrics import pairwise_distances

    mean = lambda x, y: float(pairwise_distances(x, y).mean())
    return {"value": 2 * mean(real, fake) - mean(real, real) - mean(fake, fake)}


def parzen_scikit(real, fake):
    from sklearn.neighbors import KernelDensity

    density = KernelDensity(bandwidth=1.0, kernel="gaussian").fit(fake)
    return {"value": float(density.score(real) / len(real))}


RUN = {
    ("frechet", "torch-fidelity"): frechet_fidelity,
    ("frechet", "scipy"): frechet_scipy,
    ("kernel", "scikit-learn"): kernel_scikit,
    ("subsets", "torch-fidelity"): subsets_fidelity,
    ("neighbours", "prdc"): neighbours_prdc,
    ("neighbours", "torch-fidelity"): neighbours_fidelity,
    ("energy", "scikit-learn"): energy_scikit,
    ("parzen", "scikit-learn"): parzen_scikit,
}


def of_peer(metric, peer, real, fake, width):
    real, fake = load(real, width), load(fake, width)
    # Imports are not timed.
    import prdc, scipy.linalg, sklearn.metrics, torch, torch_fidelity  # noqa: F401

    start = time.perf_counter()
    values = RUN[metric, peer](real, fake)
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "peak_rss_mb": peak_mb(), "values": values}))


def last_line(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return {"seconds": None, "peak_rss_mb": None, "values": done.stderr.strip().splitlines()[-1:]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def of_agon(binary, metric, real, fake, width):
    found = last_line([binary, "--metric", metric, "--width", str(width), "--real", real, "--fake", fake, "--json"])
    if "figures" in found:
        found["values"] = {figure["name"]: figure["value"] for figure in found["figures"]}
    return found


def fastest(runs):
    return min(runs, key=lambda run: run["seconds"] or float("inf"))


def line(metric, who, found):
    shown = lambda value, unit: "-" if value is None else f"{value:.2f} {unit}"
    print(f"{metric:<11} {who:<15} {shown(found['seconds'], 's'):>10} {shown(found['peak_rss_mb'], 'MB'):>12}  {found['values']}")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", help="the example metrics_speed, built")
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--width", type=int, default=2048)
    parser.add_argument("--metrics", nargs="+", choices=PEERS, default=["frechet", "subsets", "neighbours"])
    parser.add_argument("--repeats", type=int, default=1, help="the fastest of so many is shown")
    parser.add_argument("--no-peers", action="store_true", help="agon alone")
    parser.add_argument("--one", nargs=4, metavar=("METRIC", "PEER", "REAL", "FAKE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return of_peer(*options.one, options.width)
    with tempfile.TemporaryDirectory() as folder:
        real, fake = (str(pathlib.Path(folder) / name) for name in ("real.f32", "fake.f32"))
        features(real, options.samples, options.width, 0.0, 2)
        features(fake, options.samples, options.width, 0.1, 3)
        for metric in options.metrics:
            runs = [of_agon(options.binary, metric, real, fake, options.width) for _ in range(options.repeats)]
            line(metric, "agon", fastest(runs))
            for peer in [] if options.no_peers else PEERS[metric]:
                command = [sys.executable, __file__, "--width", str(options.width), "--one", metric, peer, real, fake]
                runs = [last_line(command) for _ in range(options.repeats)]
                line(metric, peer, fastest(runs))


if __name__ == "__main__":
    main()
