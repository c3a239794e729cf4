"""Golden values of the optimizers from PyTorch (float64).

Run: python make_optimizers.py   (needs torch; made with torch 2.15.0)
Writes optimizers.json beside itself: gradients of five updates and the parameters after each.
The gradients are float32 numbers, so that both sides start from the same figures.
"""

import json
from pathlib import Path

import torch

STEPS = 5
ROW_IDS = [[3, 0, 3], [1, 1, 1], [4, 0, 2], [0, 3, 0], [2, 4, 4]]  # repeated ids on purpose


def make_inputs():
    generator = torch.Generator().manual_seed(7)
    draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float32).double()
    return {
        "weight": draw(4, 3),
        "bias": draw(3),
        "table": draw(5, 2),
        "dWeight": [draw(4, 3) for _ in range(STEPS)],
        "dBias": [draw(3) for _ in range(STEPS)],
        "dRows": [draw(3, 2) for _ in range(STEPS)],
    }


def run(inputs, make_optimizer, sparse, clip=None):
    parameters = {k: torch.nn.Parameter(inputs[k].clone()) for k in ("weight", "bias", "table")}
    optimizer = make_optimizer(parameters)
    after, norms = [], []
    for step in range(STEPS):
        parameters["weight"].grad = inputs["dWeight"][step].clone()
        parameters["bias"].grad = inputs["dBias"][step].clone()
        rows = torch.sparse_coo_tensor([ROW_IDS[step]], inputs["dRows"][step], (5, 2))
        parameters["table"].grad = rows.coalesce() if sparse else rows.to_dense()
        if clip is not None:
            norms.append(float(torch.nn.utils.clip_grad_norm_(parameters.values(), clip)))
        optimizer.step()
        after.append({k: p.detach().flatten().tolist() for k, p in parameters.items()})
    return {"after": after, "norms": norms}


def main():
    inputs = make_inputs()
    everything = lambda p: list(p.values())
    groups = lambda p: [
        {"params": [p["weight"], p["table"]], "weight_decay": 0.1},
        {"params": [p["bias"]], "weight_decay": 0.0},
    ]
    runs = {
        "sgd": run(inputs, lambda p: torch.optim.SGD(everything(p), lr=0.1), True),
        "adagrad": run(
            inputs,
            lambda p: torch.optim.Adagrad(
                everything(p), lr=0.05, initial_accumulator_value=0.1, eps=0.0
            ),
            True,
        ),
        "adagradEpsilon": run(
            inputs, lambda p: torch.optim.Adagrad(everything(p), lr=0.05, eps=1e-3), True
        ),
        "adamw": run(
            inputs,
            lambda p: torch.optim.AdamW(groups(p), lr=0.02, betas=(0.8, 0.95), eps=1e-6),
            False,
        ),
        "adamwDefaults": run(
            inputs, lambda p: torch.optim.AdamW(everything(p), lr=1e-3), False
        ),
        "sgdClipped": run(inputs, lambda p: torch.optim.SGD(everything(p), lr=0.1), False, clip=1.5),
    }
    golden = {
        "torch": torch.__version__.split("+")[0],
        "start": {k: inputs[k].flatten().tolist() for k in ("weight", "bias", "table")},
        "rowIds": ROW_IDS,
        "gradients": [
            {k: inputs[k][step].flatten().tolist() for k in ("dWeight", "dBias", "dRows")}
            for step in range(STEPS)
        ],
        "runs": runs,
    }
    path = Path(__file__).with_name("optimizers.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
