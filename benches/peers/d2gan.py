"""D2GAN's ring by its authors' program, in PyTorch: how much of what it finds is the seed's.

    python benches/peers/d2gan.py 0 1          # seeds
    python benches/peers/d2gan.py 0 --rounds 10000

Beside `cargo run --example gaussians -- --method d2gan --protocol d2gan`: eight modes on a circle of radius 2 with a variance
of .02, weights from N(0, .01^2), one hidden layer in each discriminator, Adam 2e-4 (.5, .999), batches of 512. Needs torch.
"""

import argparse
import math

import torch
from torch import nn
from torch.nn.functional import softplus

BATCH, LATENT, WIDTH, JUDGED = 512, 256, 128, 2500
DEVIATION = math.sqrt(0.02)
ANGLES = torch.arange(8) * math.pi / 4
MEANS = 2 * torch.stack([ANGLES.sin(), ANGLES.cos()], 1)


def layers(*widths):
    """Linear layers with ReLU between them."""
    network = nn.Sequential()
    for i, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        if i:
            network.append(nn.ReLU())
        layer = nn.Linear(inputs, outputs)
        nn.init.normal_(layer.weight, 0, 0.01)
        nn.init.zeros_(layer.bias)
        network.append(layer)
    return network


def look(generator):
    """Modes with a sample within three deviations, and the share of such samples."""
    with torch.no_grad():
        far, mode = torch.cdist(generator(torch.randn(JUDGED, LATENT)), MEANS).min(1)
    near = far < 3 * DEVIATION
    counts = torch.bincount(mode[near], minlength=8).tolist()
    return f"{sum(count > 0 for count in counts)} modes, {100 * near.float().mean():.1f} %, {counts}"


def train(seed, rounds):
    torch.manual_seed(seed)
    generator = layers(LATENT, WIDTH, WIDTH, 2)
    for_real, for_fake = layers(2, WIDTH, 1), layers(2, WIDTH, 1)
    adam = lambda weights: torch.optim.Adam(weights, lr=2e-4, betas=(0.5, 0.999))
    judges = adam([*for_real.parameters(), *for_fake.parameters()])
    maker = adam(generator.parameters())
    for number in range(1, rounds + 1):
        real = MEANS[torch.randint(8, (BATCH,))] + DEVIATION * torch.randn(BATCH, 2)
        fake = generator(torch.randn(BATCH, LATENT)).detach()
        wrong = softplus(for_real(fake)) - softplus(for_real(real)).log()
        wrong = (wrong + softplus(for_fake(real)) - softplus(for_fake(fake)).log()).mean()
        judges.zero_grad()
        wrong.backward()
        judges.step()
        fake = generator(torch.randn(BATCH, LATENT))
        blamed = (softplus(for_fake(fake)).log() - softplus(for_real(fake))).mean()
        maker.zero_grad()
        blamed.backward()
        maker.step()
        if number % (rounds // 5 or 1) == 0:
            print(f"seed {seed}, round {number}: {look(generator)}; losses {wrong:.3f}, {blamed:.3f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("--rounds", type=int, default=25_000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for seed in options.seeds:
        train(seed, options.rounds)
