"""Training steps and sampling of agon beside others', in turns on the same machine.

    cargo build --release --example throughput
    python benches/peers/training.py --binary target/release/examples/throughput --rounds 12

In each round every workload is timed once by each side: agon; PyTorch as it comes; PyTorch with the allocator told to
keep its memory (`tuned`: MALLOC_MMAP_THRESHOLD_ and MALLOC_TRIM_THRESHOLD_), which spares it page faults; PyTorch with
its networks compiled (`compiled`: torch.compile, which needs a C++ compiler; compiling is not counted in the times but
reported); and burn's own layers, trained by a step written by hand (`burn`). A round's figure is the median over its
steps; the last lines are medians over rounds, with the ratios of each to agon in the same round. Needs torch.
"""

import argparse
import json
import math
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
# Those that throughput has by hand, of burn's own layers.
BARE = {"dcgan32", "dcgan64", "mlp", "sample-1", "sample-64"}
TUNED = {"MALLOC_MMAP_THRESHOLD_": "4000000000", "MALLOC_TRIM_THRESHOLD_": "4000000000"}
PATH = os.path.abspath(__file__)
PEERS = ["PyTorch", "tuned", "compiled", "burn"]


def dcgan(nn, size, width, norm=True):
    stages = size.bit_length() - 3
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


def workload(name, wrap=lambda net: net):
    """One step of a workload in PyTorch; `wrap` may compile what runs. `dcgan/32/64/16` says size, width and batch."""
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

    name = {"dcgan32": "dcgan/32/64/64", "dcgan64": "dcgan/64/64/16"}.get(name, name)
    if name.startswith("dcgan/"):
        size, width, batch = map(int, name.split("/")[1:])
        pair = map(wrap, dcgan(nn, size, width))
        real = torch.rand(batch, 3, size, size) * 2 - 1
        return adversarial(torch, *pair, (batch, 100, 1, 1), real, binary)
    if name == "wgan-gp":
        generator, critic = map(wrap, dcgan(nn, 32, 64, norm=False))
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
        return adversarial(torch, wrap(net(2, 2)), wrap(net(2, 1)), (512, 2), torch.randn(512, 2), binary)
    if name == "resnet":
        real = torch.rand(64, 3, 32, 32) * 2 - 1
        return adversarial(torch, *map(wrap, residual(torch, nn, 64)), (64, 128), real, hinge)
    if name.startswith("sample"):
        generator, batch = wrap(dcgan(nn, 32, 64)[0].eval()), int(name.split("-")[1])

        def sample():
            with torch.inference_mode():
                generator(torch.randn(batch, 100, 1, 1))

        return sample
    if name == "rollouts":
        table, cell, out = nn.Embedding(5000, 32), nn.LSTMCell(32, 32), nn.Linear(32, 5000)

        @wrap
        def next_token(token, h, c):
            h, c = cell(table(token), (h, c))
            return torch.multinomial(out(h).softmax(1), 1).squeeze(1), h, c

        def rollout():
            with torch.inference_mode():
                token, h, c = torch.zeros(64, dtype=torch.long), torch.zeros(64, 32), torch.zeros(64, 32)
                for _ in range(20):
                    token, h, c = next_token(token, h, c)

        return rollout
    raise SystemExit(f"no workload {name}")


def prepared(name, wrap):
    """A workload after its first steps, which compile what is to be compiled, and how that went."""
    start = time.perf_counter()
    try:
        step = workload(name, wrap)
        for _ in range(3):
            step()
        return step, {"first_steps_s": time.perf_counter() - start}
    except Exception as error:
        return None, {"error": f"{type(error).__name__}: {str(error).strip().splitlines()[0]:.90}"}


def serve(compiled):
    """Times steps on demand: a line 'workload steps' in, a line of JSON out."""
    import torch

    wrap, made = torch.compile if compiled else lambda net: net, {}
    for line in sys.stdin:
        name, count = line.split()
        if name not in made:
            made[name] = prepared(name, wrap)
        step, answer = made[name]
        if step:
            answer["ms"] = median_ms(step, int(count))
        print(json.dumps(answer), flush=True)


def median_ms(step, count):
    times = []
    for _ in range(2 + count):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[2:])


class Peer:
    """PyTorch in another process; compiled, in one for each workload, since what is compiled is kept by line of code."""

    def __init__(self, extra={}, compiled=False):
        self.command = [sys.executable, PATH, "--serve", *(["--compiled"] if compiled else [])]
        self.compiled, self.environment = compiled, {**os.environ, **extra}
        self.processes, self.answers = {}, {}

    def time(self, name, steps):
        """Milliseconds of a step; not a number if it fails."""
        key = name if self.compiled else None
        if key not in self.processes:
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self.processes[key] = subprocess.Popen(self.command, env=self.environment, **pipes)
        process = self.processes[key]
        process.stdin.write(f"{name} {steps}\n")
        process.stdin.flush()
        self.answers[name] = json.loads(process.stdout.readline())
        return self.answers[name].get("ms", math.nan)

    def end(self):
        for process in self.processes.values():
            process.stdin.close()
            process.wait()


def ours(binary, arguments, steps, extra={}):
    command = [binary, *arguments, "--steps", str(steps), "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env={**os.environ, **extra})
    return json.loads(done.stdout)["step_ms_median"]


def start_up(command):
    """Milliseconds of a process, from nothing to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (time.perf_counter() - start) * 1e3


def start_ups(binary):
    """From nothing to the end of the first step of DCGAN-32."""
    first = [binary, "--model", "dcgan32", "--steps", "1", "--warm-up", "0", "--json"]
    here = os.path.dirname(PATH)
    code = f"import sys; sys.path.insert(0, {here!r}); import training; training.workload('dcgan32')()"
    theirs = start_up([sys.executable, "-c", code])
    return [start_up(first), theirs, theirs, math.nan, start_up([*first, "--bare"])]


def measure(name, binary, peers, without):
    """Milliseconds of agon and of each peer, in this order."""
    if name == "start-up":
        return start_ups(binary)
    arguments, steps = WORKLOADS[name]
    times = (math.nan if peer in without else process.time(name, steps) for peer, process in peers.items())
    row = [ours(binary, arguments, steps), *times]
    by_hand = name in BARE and "burn" not in without
    return [*row, ours(binary, [*arguments, "--bare"], max(steps // 2, 2)) if by_hand else math.nan]


def report(rows, peers):
    figure = lambda value, form: "-" if math.isnan(value) else format(value, form)
    print(f"{'milliseconds':14}" + "".join(f"{name:>10}" for name in ["agon", *PEERS]))
    for name, found in rows.items():
        medians = map(statistics.median, zip(*found))
        print(f"{name:14}" + "".join(f"{figure(median, '.2f'):>10}" for median in medians))
    print(f"\n{'times agon':14}" + "".join(f"{name:>22}" for name in PEERS) + "   median (least..most)")
    for name, found in rows.items():
        cells = []
        for peer in range(1, len(PEERS) + 1):
            each = [row[peer] / row[0] for row in found]
            spread = f" ({min(each):.2f}..{max(each):.2f})"
            cells.append("-" if math.isnan(each[0]) else f"{statistics.median(each):.2f}{spread}")
        print(f"{name:14}" + "".join(f"{cell:>22}" for cell in cells))
    print("\ncompiled, seconds until the third step was done")
    for name, answer in peers["compiled"].answers.items():
        print(f"{name:14}" + answer.get("error", f"{answer.get('first_steps_s', 0):.1f}"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--compiled", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--binary", help="the throughput example")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--without", nargs="*", choices=PEERS, default=[], help="peers that are left out")
    parser.add_argument("--only", nargs="*", choices=[*WORKLOADS, "start-up"])
    options = parser.parse_args()
    if options.serve:
        return serve(options.compiled)
    peers = {"PyTorch": Peer(), "tuned": Peer(TUNED), "compiled": Peer(compiled=True)}
    rows = {name: [] for name in options.only or [*WORKLOADS, "start-up"]}
    for turn in range(options.rounds):
        for name in rows:
            rows[name].append(measure(name, options.binary, peers, options.without))
        print(f"round {turn + 1} of {options.rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    report(rows, peers)
    for peer in peers.values():
        peer.end()


if __name__ == "__main__":
    main()
