"""PyTorch's side of bench/teacher.mjs: float32, transformers' BertForSequenceClassification with its defaults.

Argument: threads. Each line of stdin, `train|score eager|sdpa B S seconds`, is answered by a line of JSON with median
wall and CPU milliseconds. One line at a time, so that both sides can take turns.
"""
import json
import statistics
import sys
import time

import torch
import transformers

torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(1)
models = {}


def open_model(attention):
    if attention not in models:
        config = transformers.BertConfig(
            vocab_size=30522,
            hidden_size=384,
            num_hidden_layers=6,
            num_attention_heads=12,
            intermediate_size=1536,
            num_labels=1,
            attn_implementation=attention,
        )
        model = transformers.BertForSequenceClassification(config)
        free = [value for name, value in model.named_parameters() if is_decay_free(name)]
        others = [value for name, value in model.named_parameters() if not is_decay_free(name)]
        groups = [{"params": others, "weight_decay": 0.01}, {"params": free, "weight_decay": 0.0}]
        models[attention] = model, torch.optim.AdamW(groups, lr=1e-5)
    return models[attention]


def is_decay_free(name):
    return name.endswith("bias") or "LayerNorm" in name


def make_call(work, attention, B, S):
    model, optimizer = open_model(attention)
    inputs = {
        "input_ids": torch.randint(0, 30522, (B, S)),
        "attention_mask": torch.ones(B, S, dtype=torch.long),
        "token_type_ids": (torch.arange(S) > S / 3).long().expand(B, S),
    }
    targets = torch.rand(B, 1)

    def train():
        optimizer.zero_grad()
        logits = model(**inputs).logits
        torch.nn.functional.binary_cross_entropy_with_logits(logits, targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    def score():
        with torch.inference_mode():
            model(**inputs)

    model.train(work == "train")
    return train if work == "train" else score


def measure(call, seconds):
    call()
    walls, cpus = [], []
    start = time.perf_counter()
    while len(walls) < 3 or time.perf_counter() - start < seconds:
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    return {"wallMs": statistics.median(walls), "cpuMs": statistics.median(cpus)}


print(json.dumps({"torch": torch.__version__, "transformers": transformers.__version__}), flush=True)
for line in sys.stdin:
    work, attention, B, S, seconds = line.split()
    print(json.dumps(measure(make_call(work, attention, int(B), int(S)), float(seconds))), flush=True)
