"""Training steps and sampling of agon beside PyTorch's, in turns on the same machine.

    cargo build --release --example throughput
    python benches/peers/training.py --binary target/release/examples/throughput --rounds 12

In each round every workload is timed once by each side: agon, PyTorch as it comes, and PyTorch with the allocator told
to keep its memory (MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_), which spares it page faults. A round's figure is
the median over its steps; the last lines are medians over rounds, with the ratios of PyTorch to agon in the same round.
Needs torch.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

# Steps of agon's, and of PyTorch's, in a round.
WORKLOADS = {
    "dcgan32": (["--model", "dcgan32"], 8),
    "dcgan64": (["--model", "dcgan64"], 8),
    "wgan-gp": (["--model", "wgan-gp"], 6),
    "mlp": (["--model", "mlp"], 200),
    "resnet": (["--model", "resnet"], 3),
    "sample-1": (["--model", "sample", "--batch", "1"], 60),
    "sample-64": (["--model", "sample", "--batch", "64"], 30),
    "rollouts": (["--model", "rollouts"], 20),
}
TUNED = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "4000000000"}


def dcgan(nn, size, width, norm=True):
    stages = {32: 3, 64: 4}[size]
    generator, channels = [], width << (stages - 1)
    generator += [nn.ConvTranspose2d(100, channels, 4, 1, 0, bias=False), nn.BatchNorm2d(channels), nn.ReLU(True)]
    for stage in range(stages - 1, 0, -1):
        out = width << (stage - 1)
        generator += [nn.ConvTranspose2d(out * 2, out, 4, 2, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU(True)]
    generator += [nn.ConvTranspose2d(width, 3, 4, 2, 1, bias=False), nn.Tanh()]
    critic = [nn.Conv2d(3, width, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, True)]
    for stage in range(1, stages):
        out = width << stage
        critic += [nn.Conv2d(out // 2, out, 4, 2, 1, bias=False)]
        critic += [nn.BatchNorm2d(out)] if norm else []
        critic += [nn.LeakyReLU(0.2, True)]
    critic += [nn.Conv2d(channels, 1, 4, 1, 0, bias=False), nn.Flatten()]
    return nn.Sequential(*generator), nn.Sequential(*critic)


def residual(torch, nn, width):
    from torch.nn.utils.parametrizations import spectral_norm

    conv = lambda a, b: nn.Conv2d(a, b, 3, 1, 1)
    enlarged = lambda x: nn.functional.interpolate(x, scale_factor=2, mode="nearest")

    class Up(nn.Module):
        def __init__(self):
            super().__init__()
            self.n1, self.n2 = nn.BatchNorm2d(width), nn.BatchNorm2d(width)
            self.c1, self.c2 = conv(width, width), conv(width, width)

        def forward(self, x):
            y = self.c1(enlarged(self.n1(x).relu_()))
            return self.c2(self.n2(y).relu_()) + enlarged(x)

    class Down(nn.Module):
        def __init__(self):
            super().__init__()
            self.c1, self.c2 = spectral_norm(conv(width, width)), spectral_norm(conv(width, width))

        def forward(self, x):
            return nn.functional.avg_pool2d(self.c2(self.c1(x.relu()).relu_()) + x, 2)

    class Critic(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = spectral_norm(conv(3, width))
            self.blocks = nn.Sequential(Down(), Down(), Down())
            self.last = spectral_norm(nn.Linear(width, 1))

        def forward(self, x):
            return self.last(self.blocks(self.first(x)).relu_().mean((2, 3)))

    generator = nn.Sequential(
        nn.Flatten(), nn.Linear(128, width * 16), nn.Unflatten(1, (width, 4, 4)), Up(), Up(), Up(),
        nn.BatchNorm2d(width), nn.ReLU(True), conv(width, 3), nn.Tanh(),
    )
    return generator, Critic()


def players(torch, generator, critic, rate=2e-4, betas=(0.5, 0.999)):
    return [torch.optim.Adam(net.parameters(), rate, betas) for net in (generator, critic)]


def adversarial(torch, generator, critic, latent, real, loss, penalty=None):
    """A turn of the critic, then one of the generator against the same fakes."""
    for_generator, for_critic = players(torch, generator, critic)

    def step():
        codes = torch.randn(latent)
        fake = generator(codes)
        for_critic.zero_grad()
        value = loss(critic(real), critic(fake.detach()))
        if penalty:
            value = value + penalty(real, fake.detach())
        value.backward()
        for_critic.step()
        for_generator.zero_grad()
        loss(None, critic(fake)).backward()
        for_generator.step()

    return step


def workload(name):
    """One step of a workload in PyTorch."""
    import torch
    from torch import nn

    functional = nn.functional
    torch.manual_seed(0)

    def binary(real, fake):
        if real is None:
            return functional.softplus(-fake).mean()
        return functional.softplus(-real).mean() + functional.softplus(fake).mean()

    def difference(real, fake):
        return -fake.mean() if real is None else fake.mean() - real.mean()

    def hinge(real, fake):
        return -fake.mean() if real is None else (1 - real).relu().mean() + (1 + fake).relu().mean()

    if name in ("dcgan32", "dcgan64"):
        size, batch = (32, 64) if name == "dcgan32" else (64, 16)
        pair = dcgan(nn, size, 64)
        real = torch.rand(batch, 3, size, size) * 2 - 1
        return adversarial(torch, *pair, (batch, 100, 1, 1), real, binary)
    if name == "wgan-gp":
        generator, critic = dcgan(nn, 32, 64, norm=False)
        real = torch.rand(64, 3, 32, 32) * 2 - 1

        def penalty(real, fake):
            share = torch.rand(len(real), 1, 1, 1)
            between = (real * share + fake * (1 - share)).requires_grad_()
            scores = critic(between).sum()
            (slope,) = torch.autograd.grad(scores, between, create_graph=True)
            return 10 * (slope.flatten(1).norm(dim=1) - 1).square().mean()

        return adversarial(torch, generator, critic, (64, 100, 1, 1), real, difference, penalty)
    if name == "mlp":
        net = lambda a, b: nn.Sequential(
            nn.Linear(a, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, b)
        )
        return adversarial(torch, net(2, 2), net(2, 1), (512, 2), torch.randn(512, 2), binary)
    if name == "resnet":
        real = torch.rand(64, 3, 32, 32) * 2 - 1
        return adversarial(torch, *residual(torch, nn, 64), (64, 128), real, hinge)
    if name.startswith("sample"):
        generator, batch = dcgan(nn, 32, 64)[0].eval(), int(name.split("-")[1])

        def sample():
            with torch.inference_mode():
                generator(torch.randn(batch, 100, 1, 1))

        return sample
    if name == "rollouts":
        table, cell, out = nn.Embedding(5000, 32), nn.LSTMCell(32, 32), nn.Linear(32, 5000)

        def rollout():
            with torch.inference_mode():
                h, c = torch.zeros(64, 32), torch.zeros(64, 32)
                token = torch.zeros(64, dtype=torch.long)
                for _ in range(20):
                    h, c = cell(table(token), (h, c))
                    token = torch.multinomial(out(h).softmax(1), 1).squeeze(1)

        return rollout
    raise SystemExit(f"no workload {name}")


def serve():
    """Times steps on demand: a line 'workload steps' in, a line with milliseconds out."""
    steps_of = {}
    for line in sys.stdin:
        name, count = line.split()
        if name not in steps_of:
            steps_of[name] = workload(name)
            for _ in range(3):
                steps_of[name]()
        times = []
        for _ in range(2 + int(count)):
            start = time.perf_counter()
            steps_of[name]()
            times.append((time.perf_counter() - start) * 1e3)
        print(statistics.median(times[2:]), peak_mb(), flush=True)


def peak_mb():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024


class Peer:
    def __init__(self, extra):
        command = [sys.executable, __file__, "--serve"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **extra}
        )

    def time(self, name, steps):
        self.process.stdin.write(f"{name} {steps}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline().split()[0])


def ours(binary, arguments, steps):
    command = [binary, *arguments, "--steps", str(steps), "--json"]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return json.loads(out)["step_ms_median"]


def start_up(binary):
    """From nothing to the end of the first step of DCGAN-32, seconds."""
    start = time.perf_counter()
    subprocess.run([binary, "--model", "dcgan32", "--steps", "1", "--warm-up", "0", "--json"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    mine = time.perf_counter() - start
    start = time.perf_counter()
    code = f"import sys; sys.path.insert(0, {os.path.dirname(os.path.abspath(__file__))!r}); import training; training.workload('dcgan32')()"
    subprocess.run([sys.executable, "-c", code], check=True)
    return mine, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--binary", help="the throughput example")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--only", nargs="*", choices=[*WORKLOADS, "start-up"])
    options = parser.parse_args()
    if options.serve:
        return serve()
    peers = {"PyTorch": Peer({}), "tuned": Peer(TUNED)}
    names = options.only or [*WORKLOADS, "start-up"]
    rows = {name: [] for name in names}
    for turn in range(options.rounds):
        for name in names:
            if name == "start-up":
                mine, theirs = start_up(options.binary)
                rows[name].append([mine * 1e3, theirs * 1e3, theirs * 1e3])
                continue
            arguments, steps = WORKLOADS[name]
            row = [ours(options.binary, arguments, steps)]
            row += [peer.time(name, steps) for peer in peers.values()]
            rows[name].append(row)
        print(f"round {turn + 1} of {options.rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    print(f"{'milliseconds':12} {'agon':>9} {'PyTorch':>9} {'tuned':>9}   ratio (least..most)   tuned (least..most)")
    for name, found in rows.items():
        medians = [statistics.median(column) for column in zip(*found)]
        ratios = []
        for peer in (1, 2):
            each = [row[peer] / row[0] for row in found]
            ratios.append(f"{statistics.median(each):5.2f} ({min(each):.2f}..{max(each):.2f})")
        print(f"{name:12} {medians[0]:9.2f} {medians[1]:9.2f} {medians[2]:9.2f}   {ratios[0]:21} {ratios[1]}")
    for peer in peers.values():
        peer.process.stdin.close()
        peer.process.wait()


if __name__ == "__main__":
    main()
