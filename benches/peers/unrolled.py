"""The unrolled GAN's ring by its demonstration, in PyTorch, with exact second derivatives.

    python benches/peers/unrolled.py 0 1          # seeds
    python benches/peers/unrolled.py 0 --steps 0  # the plain GAN of the same protocol

Beside `cargo run --example gaussians -- --method unrolled --steps 25000`: eight modes on the unit circle, deviation .01, batches
of 512, tanh, orthogonal weights with a gain of 1.4, Adam (.5, .999) with 1e-3 for the generator and 1e-4 for the
discriminator, both moving at once; the generator sees the discriminator five of its own Adam's steps ahead on the same batch,
and descends minus the discriminator's whole loss through them. Needs torch.
"""

import argparse
import math

import torch
from torch.nn.functional import softplus

BATCH, LATENT, WIDTH, JUDGED = 512, 256, 128, 2500
DEVIATION, BETAS, SMALL = 0.01, (0.5, 0.999), 1e-8
ANGLES = torch.arange(8) * math.pi / 4
MEANS = torch.stack([ANGLES.cos(), ANGLES.sin()], 1)


def weights(*widths):
    """Of linear layers."""
    found = []
    for inputs, outputs in zip(widths, widths[1:]):
        found += [torch.nn.init.orthogonal_(torch.empty(inputs, outputs), 1.4), torch.zeros(outputs)]
    return [weight.requires_grad_() for weight in found]


def play(weights, x):
    """Layers with tanh between them."""
    for i in range(0, len(weights), 2):
        x = x @ weights[i] + weights[i + 1]
        if i + 2 < len(weights):
            x = x.tanh()
    return x


class Adam:
    """With steps that one can differentiate through."""

    def __init__(self, rate, weights):
        self.rate, self.count = rate, 0
        self.means = [torch.zeros_like(weight) for weight in weights]
        self.squares = [torch.zeros_like(weight) for weight in weights]

    def copy(self):
        other = Adam(self.rate, [])
        other.count, other.means, other.squares = self.count, list(self.means), list(self.squares)
        return other

    def step(self, weights, gradients):
        self.count += 1
        first, second = BETAS
        rate = self.rate * math.sqrt(1 - second**self.count) / (1 - first**self.count)
        self.means = [first * mean + (1 - first) * g for mean, g in zip(self.means, gradients)]
        self.squares = [second * square + (1 - second) * g * g for square, g in zip(self.squares, gradients)]
        return [w - rate * m / (s.sqrt() + SMALL) for w, m, s in zip(weights, self.means, self.squares)]


def blame(judge, real, fake):
    """The discriminator's loss."""
    return (softplus(-play(judge, real)) + softplus(play(judge, fake))).mean()


def look(generator):
    """Modes with a sample within three deviations, and the share of such samples."""
    with torch.no_grad():
        far, mode = torch.cdist(play(generator, torch.randn(JUDGED, LATENT)), MEANS).min(1)
    near = far < 3 * DEVIATION
    counts = torch.bincount(mode[near], minlength=8).tolist()
    return f"{sum(count > 0 for count in counts)} modes, {100 * near.float().mean():.1f} %, {counts}"


def train(seed, rounds, steps):
    torch.manual_seed(seed)
    generator, judge = weights(LATENT, WIDTH, WIDTH, 2), weights(2, WIDTH, WIDTH, 1)
    maker, judges = Adam(1e-3, generator), Adam(1e-4, judge)
    for number in range(1, rounds + 1):
        real = MEANS[torch.randint(8, (BATCH,))] + DEVIATION * torch.randn(BATCH, 2)
        fake = play(generator, torch.randn(BATCH, LATENT))
        now = torch.autograd.grad(blame(judge, real, fake.detach()), judge)
        foreseen, ahead = judge, judges.copy()
        for _ in range(steps):
            gradients = torch.autograd.grad(blame(foreseen, real, fake), foreseen, create_graph=True)
            foreseen = ahead.step(foreseen, gradients)
        gradients = torch.autograd.grad(-blame(foreseen, real, fake), generator)
        with torch.no_grad():
            judge = [weight.requires_grad_() for weight in judges.step(judge, now)]
            generator = [weight.requires_grad_() for weight in maker.step(generator, gradients)]
        if number % (rounds // 10 or 1) == 0:
            print(f"seed {seed}, round {number}: {look(generator)}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--rounds", type=int, default=25_000)
    parser.add_argument("--steps", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for seed in options.seeds:
        train(seed, options.rounds, options.steps)
