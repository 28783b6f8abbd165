#!/usr/bin/env python3
"""Time of a step of gradient descent in PyTorch, one thread: a dense network, and convolutional ones.

Prints CPU-seconds for each step, the median over steps. The networks are those of `benches/training_step.rs` and of
the studies in `benches/studies`.
"""

import argparse
import statistics
import time

import common
import torch

BATCHES = {"mlp": 128, "cnn": 16, "cnn-pooled": 64}


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network", choices=BATCHES)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--batch", type=int, help="by default that of the table")
    return parser.parse_args()


def network(name):
    """Layers of a network on 3 x 32 x 32 images with one output."""
    nn = torch.nn
    if name == "mlp":
        widths = [3072, 1000, 1000]
        hidden = [layer for ends in zip(widths, widths[1:]) for layer in (nn.Linear(*ends), nn.ReLU())]
        return nn.Sequential(nn.Flatten(), *hidden, nn.Linear(1000, 1))
    layers = []
    for channels in (3, 64, 64):
        layers += [nn.Conv2d(channels, 64, 3, padding=1), nn.ReLU()]
        if name == "cnn-pooled":
            layers.append(nn.MaxPool2d(2))
    if name == "cnn":
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 1))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(64 * 16, 1))


def step_times(net, optimiser, loss, steps):
    """CPU-seconds of each step but the first, which touches fresh memory."""
    times = []
    for _ in range(steps + 1):
        begin = time.process_time()
        optimiser.zero_grad()
        loss(net).backward()
        optimiser.step()
        times.append(time.process_time() - begin)
    return times[1:]


def main():
    """One network."""
    options = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    clock = common.Clock()
    batch = options.batch or BATCHES[options.network]
    x = torch.sin(0.37 * torch.arange(batch * 3072)).reshape(batch, 3, 32, 32)
    y = torch.tensor([1.0, -1.0]).repeat(batch)[:batch, None]
    net = network(options.network)
    optimiser = torch.optim.SGD(net.parameters(), lr=0.001)
    times = step_times(net, optimiser, lambda net: ((net(x) - y) ** 2).mean(), options.steps)
    clock.report(step_seconds=statistics.median(times), steps=len(times))


if __name__ == "__main__":
    main()
