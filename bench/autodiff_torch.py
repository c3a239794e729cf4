"""PyTorch's side of bench/autodiff.mjs: the same shapes, float32, median milliseconds as one JSON object."""
import json
import statistics
import sys
import time

import torch

torch.set_num_threads(int(sys.argv[1]))


def median_ms(call, seconds=3.0, least=5):
    for _ in range(2):
        call()
    times = []
    start = time.perf_counter()
    while len(times) < least or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        call()
        times.append((time.perf_counter() - before) * 1000)
    return statistics.median(times)


result = {}

a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
result["product 1024"] = median_ms(lambda: (a @ b).sum())

widths = [64, 1024, 512, 128, 64, 1]
for batch in (128, 1024):
    layers = []
    for index in range(1, len(widths)):
        layers.append(torch.nn.Linear(widths[index - 1], widths[index]))
        if index < len(widths) - 1:
            layers.append(torch.nn.ReLU())
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.01, initial_accumulator_value=0.1)
    x, y = torch.randn(batch, 64, requires_grad=True), torch.rand(batch, 1)

    def step():
        optimizer.zero_grad()
        x.grad = None
        torch.nn.functional.binary_cross_entropy_with_logits(model(x), y).backward()
        optimizer.step()

    result[f"MLP step, batch {batch}"] = median_ms(step)

for B, S, H, heads, F in ((32, 20, 384, 12, 1536), (32, 64, 384, 12, 1536), (16, 64, 768, 12, 3072)):
    layer = torch.nn.TransformerEncoderLayer(H, heads, F, dropout=0.0, activation="gelu", batch_first=True)
    x, dy = torch.randn(B, S, H), torch.randn(B, S, H)

    def both():
        layer.zero_grad()
        (layer(x) * dy).sum().backward()

    result[f"encoder layer {B} x {S} x {H}"] = median_ms(both)

print(json.dumps(result))
