"""What a step of DCGAN costs as batch, width and resolution double, on one thread and on two, beside PyTorch's.

    cargo build --release --example throughput
    python benches/peers/scaling.py --binary target/release/examples/throughput --plot docs/images/scaling.svg

agon and PyTorch take turns; a figure is the median over rounds of the median over steps, in milliseconds. Prints a table
for docs/performance.md. Needs torch.
"""

import argparse
import math
import os
import statistics
import sys

from training import Peer, ours

# Height and width of the images, channels next to them, images in a batch.
SWEEPS = {
    "batch": [(32, 64, batch) for batch in (8, 16, 32, 64, 128)],
    "width": [(32, width, 32) for width in (16, 32, 64, 128)],
    "resolution": [(size, 32, 16) for size in (16, 32, 64, 128)],
}
FIXED = {
    "batch": "32x32 pixels, width 64",
    "width": "32x32 pixels, batch 32",
    "resolution": "width 32, batch 16",
}
# The place of what is varied.
VARIED = {"resolution": 0, "width": 1, "batch": 2}
COLUMNS = ["agon, 1 thread", "agon, 2 threads", "PyTorch, 1 thread", "PyTorch, 2 threads"]
COLOURS = ["#e8a08e", "#d64026", "#9db4e0", "#285abe"]


def steps_for(size, width, batch):
    """More of the short ones."""
    return max(3, min(40, (1 << 31) // (size * size * width * width * batch)))


def measure(binary, peers, point):
    """Milliseconds, in the order of COLUMNS."""
    size, width, batch = point
    arguments = ["--model", "dcgan32", "--size", str(size), "--width", str(width), "--batch", str(batch)]
    steps = steps_for(*point)
    mine = [ours(binary, [*arguments, "--warm-up", "2"], steps, {"RAYON_NUM_THREADS": n}) for n in ("1", "2")]
    return mine + [peer.time(f"dcgan/{size}/{width}/{batch}", steps) for peer in peers]


def table(name, rows):
    print(f"\n{name} ({FIXED[name]})\n{'':>10}" + "".join(f"{column:>20}" for column in COLUMNS) + "  PyTorch / agon, 2 threads")
    for value, row in rows:
        print(f"{value:>10}" + "".join(f"{ms:20.1f}" for ms in row) + f"{row[3] / row[1]:16.2f}")


def panel(left, name, rows):
    """Milliseconds over what is varied, both on logarithmic axes."""
    width, height, top = 240, 240, 40
    values, all_ms = [value for value, _ in rows], [ms for _, row in rows for ms in row]
    low, high = math.floor(math.log2(min(all_ms))), math.ceil(math.log2(max(all_ms)))
    x = lambda value: left + width * math.log2(value / values[0]) / math.log2(values[-1] / values[0])
    y = lambda ms: top + height * (high - math.log2(ms)) / (high - low)
    text = lambda at, up, words, anchor: f'<text x="{at:.1f}" y="{up:.1f}" text-anchor="{anchor}">{words}</text>'
    parts = [text(left + width / 2, 16, name, "middle"), text(left + width / 2, 30, FIXED[name], "middle")]
    for power in range(low, high + 1):
        parts.append(f'<path d="M{left} {y(2.0**power):.1f}h{width}" stroke="#ddd"/>')
        parts.append(text(left - 6, y(2.0**power) + 4, f"{2.0**power:g}", "end"))
    parts += [text(x(value), top + height + 18, str(value), "middle") for value in values]
    for column, colour in enumerate(COLOURS):
        points = " ".join(f"{x(value):.1f},{y(row[column]):.1f}" for value, row in rows)
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return "\n".join(parts)


def plot(path, found):
    panels = [panel(50 + 300 * i, name, rows) for i, (name, rows) in enumerate(found.items())]
    legend = [
        f'<text x="{50 + 200 * i}" y="330" fill="{colour}">{column}</text>'
        for i, (column, colour) in enumerate(zip(COLUMNS, COLOURS))
    ]
    with open(path, "w") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 910 345" font-family="sans-serif" font-size="12">\n')
        file.write('<rect width="910" height="345" fill="white"/>\n')
        file.write("\n".join([*panels, *legend, '<text x="4" y="16">ms</text>', "</svg>\n"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True, help="the throughput example")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plot", help="an SVG file to write")
    options = parser.parse_args()
    peers = [Peer({"OMP_NUM_THREADS": n}) for n in ("1", "2")]
    points = sorted({point for sweep in SWEEPS.values() for point in sweep})
    times = {point: [] for point in points}
    for turn in range(options.rounds):
        for point in points:
            times[point].append(measure(options.binary, peers, point))
        print(f"round {turn + 1} of {options.rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    medians = {point: [statistics.median(column) for column in zip(*rows)] for point, rows in times.items()}
    found = {name: [(point[VARIED[name]], medians[point]) for point in sweep] for name, sweep in SWEEPS.items()}
    for name, rows in found.items():
        table(name, rows)
    if options.plot:
        plot(options.plot, found)
    for peer in peers:
        peer.end()


if __name__ == "__main__":
    main()
