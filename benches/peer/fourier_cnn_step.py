#!/usr/bin/env python3
"""Time of a training step of a deep circular network in PyTorch, filters kept in the Fourier domain, one thread.

`α_l = ReLU(M W_l α_{l−1} + b_l)`, W_l a circular convolution as large as the image: a c x c block for each frequency of
the half-plane transform; M the circular mean of 3 x 3 positions. Adam on the squared error of an autoencoder, with the
L2 penalty λ Σ_ω ‖Ŵ(ω)‖² of filters and biases.
"""

import argparse
import statistics

import common
import torch
from training_step import step_times


def arguments():
    """The command line; the defaults are the step of the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=12)
    parser.add_argument("--channels", type=int, default=12)
    parser.add_argument("--side", type=int, default=13)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=60)
    return parser.parse_args()


def pooling(side):
    """The eigenvalues of the circular 3 x 3 mean, over the half-plane."""
    wave = (1 + 2 * torch.cos(2 * torch.pi * torch.arange(side) / side)) / 3
    return wave[:, None] * wave[None, : side // 2 + 1]


class Circular(torch.nn.Module):
    """One layer: a complex block for each frequency."""

    def __init__(self, inputs, outputs, side):
        super().__init__()
        half = side // 2 + 1
        scale = (2 / (inputs + outputs)) ** 0.5
        self.filters = torch.nn.Parameter(scale * torch.randn(side, half, outputs, inputs, dtype=torch.complex64))
        self.bias = torch.nn.Parameter(torch.zeros(outputs))
        self.register_buffer("gain", pooling(side))
        # waves that the half-plane leaves out count for their mirror images
        mirrored = torch.full((half,), 2.0)
        mirrored[0] = 1
        self.register_buffer("mirrored", mirrored)
        self.side = side

    def forward(self, x):
        """n x c x s x s -> n x c' x s x s, before the activation."""
        waves = torch.fft.rfft2(x).permute(2, 3, 1, 0)
        mixed = (self.filters * self.gain[..., None, None]) @ waves
        return torch.fft.irfft2(mixed.permute(3, 2, 0, 1), s=(self.side, self.side)) + self.bias[:, None, None]

    def penalty(self):
        """`Σ_ω ‖Ŵ(ω)‖² + ‖b‖²`."""
        squares = torch.view_as_real(self.filters).square().sum(dim=(0, 2, 3, 4))
        return (squares * self.mirrored).sum() + self.bias.square().sum()


def network(options):
    """Layers with activations, the last one too."""
    widths = [1] + [options.channels] * (options.layers - 1) + [1]
    layers = []
    for ends in zip(widths, widths[1:]):
        layers += [Circular(*ends, options.side), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def main():
    """One network."""
    options = arguments()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    clock = common.Clock()
    x = torch.rand(options.batch, 1, options.side, options.side)
    net = network(options)
    optimiser = torch.optim.Adam(net.parameters(), lr=0.003)

    def loss(net):
        misfit = (net(x) - x).square().sum() / len(x)
        return misfit + 1e-4 * sum(layer.penalty() for layer in net if isinstance(layer, Circular))

    times = step_times(net, optimiser, loss, options.steps)
    clock.report(step_seconds=statistics.median(times), steps=len(times))


if __name__ == "__main__":
    main()
