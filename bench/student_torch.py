"""PyTorch's side of bench/student.mjs: the reference step in float32 (sparse EmbeddingBag, MLP, Adagrad on both).

Argument: threads. Prints its version, then for each line "steps" on its input that many steps: wall and CPU
milliseconds of a step as JSON. Ids are Zipf's over shuffled rows, as on the other side.
"""
import json
import sys
import time
import warnings

import torch

warnings.filterwarnings("ignore")
torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
V, D, Z, B, NUM_BATCHES = 150_000, 64, 60, 1024, 8
WIDTHS = [D, 1024, 512, 128, 64, 1]

layers = []
for index in range(1, len(WIDTHS)):
    layers.append(torch.nn.Linear(WIDTHS[index - 1], WIDTHS[index]))
    if index < len(WIDTHS) - 1:
        layers.append(torch.nn.ReLU())
mlp = torch.nn.Sequential(*layers)
table = torch.nn.EmbeddingBag(V, D, mode="sum", sparse=True)
optimizers = [
    torch.optim.Adagrad(mlp.parameters(), lr=0.01, initial_accumulator_value=0.1),
    torch.optim.Adagrad(table.parameters(), lr=0.05, initial_accumulator_value=0.1),
]
shuffled = torch.randperm(V)


def zipf(count):
    ranks = torch.exp(torch.rand(count, dtype=torch.float64) * torch.log(torch.tensor(V + 1.0, dtype=torch.float64))) - 1
    return shuffled[ranks.long().clamp(0, V - 1)]


batches = [(zipf(B * Z), torch.rand(B, 1)) for _ in range(NUM_BATCHES)]
offsets = torch.arange(B) * Z


def step(index):
    ids, targets = batches[index % NUM_BATCHES]
    for optimizer in optimizers:
        optimizer.zero_grad()
    logits = mlp(table(ids, offsets) * Z**-0.5)
    torch.nn.functional.binary_cross_entropy_with_logits(logits, targets).backward()
    for optimizer in optimizers:
        optimizer.step()


for index in range(3):
    step(index)
print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    steps = int(line)
    wall, cpu = time.perf_counter(), time.process_time()
    for index in range(steps):
        step(index)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(json.dumps({"wallMs": wall * 1000 / steps, "cpuMs": cpu * 1000 / steps}), flush=True)
