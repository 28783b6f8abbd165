#!/usr/bin/env python3
"""Time of a training step against PyTorch, one thread each, in alternation.

    cargo bench --no-run --bench training_step      # prints the binary's path
    python3 benches/training_step.py BINARY [ROUNDS]

Needs PyTorch (a CPU build). Each round runs our binary, then PyTorch, for each network; what is shown are medians over all
steps of all rounds, and the ratio's range over rounds. A busy machine makes both slower and the ratio noisy: repeat.
"""

import statistics
import subprocess
import sys
import time

import torch

NETWORKS = {"mlp": (128, 12), "cnn": (16, 4), "cnn-pooled": (64, 4)}


def network(name):
    nn = torch.nn
    if name == "mlp":
        layers = [nn.Flatten(), nn.Linear(3072, 1000), nn.ReLU(), nn.Linear(1000, 1000), nn.ReLU(), nn.Linear(1000, 1)]
        return nn.Sequential(*layers)
    layers = []
    for channels in (3, 64, 64):
        layers += [nn.Conv2d(channels, 64, 3, padding=1), nn.ReLU()]
        if name == "cnn-pooled":
            layers.append(nn.MaxPool2d(2))
    if name == "cnn":
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 16, 1))


def torch_times(name, batch, steps):
    torch.manual_seed(0)
    net = network(name)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.001)
    x = torch.sin(0.37 * torch.arange(batch * 3072)).reshape(batch, 3, 32, 32)
    y = torch.tensor([1.0, -1.0]).repeat(batch)[:batch, None]
    times = []
    for _ in range(steps + 1):
        begin = time.perf_counter()
        optimiser.zero_grad()
        ((net(x) - y) ** 2).mean().backward()
        optimiser.step()
        times.append(1e3 * (time.perf_counter() - begin))
    return times[1:]


def our_times(binary, name, batch, steps):
    made = subprocess.run([binary, name, str(batch), str(steps)], check=True, capture_output=True, text=True)
    return [float(line) for line in made.stdout.split()]


def main():
    binary, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, {rounds} rounds, milliseconds a step")
    for name, (batch, steps) in NETWORKS.items():
        ours, theirs, ratios = [], [], []
        for _ in range(rounds):
            our, their = our_times(binary, name, batch, steps), torch_times(name, batch, steps)
            ours += our
            theirs += their
            ratios.append(statistics.median(our) / statistics.median(their))
        our, their = statistics.median(ours), statistics.median(theirs)
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        print(f"{name:11} batch {batch:3}  ours {our:8.1f}  PyTorch {their:8.1f}  ratio {our / their:.2f} ({spread})", flush=True)


if __name__ == "__main__":
    main()
