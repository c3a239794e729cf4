# Writes minilm-steps.json: what PyTorch computes with a real pretrained encoder (teachers/minilm-l6) and real rows:
# loss, logits and every parameter's gradient of two batches, and the losses of 20 AdamW steps, all without dropout.
# Gradients are computed in float64 (and once more in float32, to state how far PyTorch's own float32 is from them);
# the curve is float32, as a training runs. Texts and weights stay in the shared folder; only figures are written.
# Run: python make_minilm_steps.py SHARED   (needs: pip install torch transformers)
import csv
import gzip
import hashlib
import json
import math
import os
import sys
import torch
import transformers
from transformers import AutoTokenizer, BertForSequenceClassification

SHARED = sys.argv[1]
FOLDER = os.path.join(SHARED, "teachers", "minilm-l6")
MAX_TOKENS, NUM_SAMPLES, NUM_STEPS, BATCH = 64, 32, 20, 32
PEAK_RATE, WARMUP_STEPS, WEIGHT_DECAY, CLIP_NORM = 5e-5, 4, 0.01, 1.0
HASH = 2654435761  # Knuth's multiplicative hash: sample i of n values is (i * HASH) mod n
torch.set_num_threads(2)
tokenizer = AutoTokenizer.from_pretrained(FOLDER)


def read_rows(path, rows):
    with gzip.open(os.path.join(SHARED, "data", path), "rt", encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    return [lines[row] for row in rows]


def open_model(num_outputs, dtype):
    """The encoder with dropout off and a head by formula: weight k is 0.02 sin(k), biases are 0."""
    model = BertForSequenceClassification.from_pretrained(
        FOLDER, num_labels=num_outputs, dtype=dtype, attn_implementation="eager").eval()
    with torch.no_grad():
        weight = model.classifier.weight
        values = [0.02 * math.sin(k) for k in range(weight.numel())]
        weight.copy_(torch.tensor(values, dtype=torch.float32).reshape(weight.shape))
        model.classifier.bias.zero_()
    return model


def encode(texts):
    return tokenizer(*texts, truncation="longest_first", max_length=MAX_TOKENS, padding=True, return_tensors="pt")


def softmax_loss(logits, labels):
    return torch.nn.functional.cross_entropy(logits, torch.tensor(labels))


def sigmoid_loss(logits, labels):
    targets = torch.tensor(labels, dtype=torch.float64).to(torch.float32).to(logits.dtype)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], targets)


def sample_indices(size):
    return list(range(size)) if size <= NUM_SAMPLES else [i * HASH % size for i in range(NUM_SAMPLES)]


def short(values):
    return [float(f"{value:.7g}") for value in values]


def gradients_of(num_outputs, dtype, batch, loss_of, labels):
    model = open_model(num_outputs, dtype)
    logits = model(**batch).logits
    loss = loss_of(logits, labels)
    loss.backward()
    grads = {name: p.grad.double() for name, p in model.named_parameters()}
    return loss.item(), logits.tolist(), grads


def is_zero_in_theory(name):
    """A key's bias adds the same number to all scores of a query, which softmax takes away again."""
    return name.endswith("key.bias")


def describe_gradient(name, gradient):
    """Norm, sum and samples; of the word table also its touched rows, and the samples are of those rows."""
    entry = {"norm": gradient.norm().item(), "sum": gradient.sum().item()}
    flat = gradient
    if name.endswith("word_embeddings.weight"):
        touched = gradient.abs().amax(1).nonzero()[:, 0]
        flat = gradient[touched]
        entry["rows"] = touched.tolist()
        entry["rowNorms"] = short(flat.norm(dim=1).tolist())
    flat = flat.flatten()
    entry["values"] = short(flat[torch.tensor(sample_indices(flat.numel()))].tolist())
    return {key: short([value])[0] if key in ("norm", "sum") else value for key, value in entry.items()}


def worst_of(other, exact):
    """Over all values: |a - b| / max(|b|, RMS of the tensor's gradient), the measure of the test."""
    worst = 0.0
    for name, b in exact.items():
        if is_zero_in_theory(name):
            continue
        touched = b.ne(0).sum() if name.endswith("word_embeddings.weight") else b.numel()
        floor = b.norm() / math.sqrt(touched)
        worst = max(worst, ((other[name] - b).abs() / b.abs().clamp(min=floor)).max().item())
    return worst


def make_case(texts, labels, num_outputs, loss_of, where):
    batch = encode(texts)
    arguments = (batch, loss_of, labels)
    loss, logits, exact = gradients_of(num_outputs, torch.float64, *arguments)
    loss32, logits32, single = gradients_of(num_outputs, torch.float32, *arguments)
    ids = [row[: sum(mask)] for row, mask in zip(batch["input_ids"].tolist(), batch["attention_mask"].tolist())]
    return {
        **where, "ids": ids, "labels": labels, "loss": loss, "logits": [short(row) for row in logits],
        "torchFloat32": {"loss": loss32, "worstGradient": worst_of(single, exact)},
        "gradients": {name: describe_gradient(name, gradient) for name, gradient in exact.items()},
    }


def rate_of(step):
    """linearWarmup: rises to the peak at step w + 1, falls linearly to peak / (total - w) at the last."""
    if step <= WARMUP_STEPS:
        return PEAK_RATE * step / (WARMUP_STEPS + 1)
    return PEAK_RATE * (NUM_STEPS - step + 1) / (NUM_STEPS - WARMUP_STEPS)


def run_curve(dtype):
    rows = read_rows("sst2/train.tsv.gz", range(NUM_STEPS * BATCH))
    model = open_model(2, dtype)
    free = lambda name: name.endswith(".bias") or "LayerNorm" in name
    named = list(model.named_parameters())
    optimizer = torch.optim.AdamW([
        {"params": [p for n, p in named if not free(n)], "weight_decay": WEIGHT_DECAY},
        {"params": [p for n, p in named if free(n)], "weight_decay": 0.0}], lr=PEAK_RATE)
    losses, norms, hashes = [], [], []
    for step in range(1, NUM_STEPS + 1):
        part = rows[(step - 1) * BATCH : step * BATCH]
        batch = encode([[row[0] for row in part]])
        for group in optimizer.param_groups:
            group["lr"] = rate_of(step)
        optimizer.zero_grad()
        loss = softmax_loss(model(**batch).logits, [int(row[1]) for row in part])
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM).item())
        optimizer.step()
        losses.append(loss.item())
        text = json.dumps(batch["input_ids"].tolist(), separators=(",", ":"))
        hashes.append(hashlib.sha256(text.encode()).hexdigest()[:16])
    dev = read_rows("sst2/dev.tsv.gz", range(16))
    with torch.no_grad():
        logits = model(**encode([[row[0] for row in dev]])).logits
    return losses, norms, hashes, logits.tolist()


def make_curve():
    losses, norms, hashes, logits = run_curve(torch.float32)
    losses64, _, _, logits64 = run_curve(torch.float64)
    distance = lambda left, right: max(abs(a - b) for a, b in zip(left, right))
    return {
        "numRows": BATCH, "peak": PEAK_RATE, "warmupSteps": WARMUP_STEPS, "weightDecay": WEIGHT_DECAY, "clipNorm": CLIP_NORM,
        "rates": [rate_of(step) for step in range(1, NUM_STEPS + 1)], "idsSha256": hashes, "losses": short(losses),
        "norms": short(norms), "devLogits": [short(row) for row in logits],
        "torchFloat64": {"worstLoss": distance(losses, losses64), "worstLogit": distance(sum(logits, []), sum(logits64, []))},
    }


sst2 = read_rows("sst2/train.tsv.gz", range(BATCH))
pair_rows = [row * 3677 for row in range(16)]
pairs = read_rows("search/homedepot.tsv.gz", pair_rows)
golden = {
    "source": f"torch {torch.__version__}, transformers {transformers.__version__}, make_minilm_steps.py",
    "maxTokens": MAX_TOKENS,
    "cases": {
        "sst2": make_case([[row[0] for row in sst2]], [int(row[1]) for row in sst2], 2, softmax_loss,
                          {"file": "sst2/train.tsv.gz", "fields": 1, "rows": list(range(BATCH))}),
        "homedepot": make_case([[row[0] for row in pairs], [row[1] for row in pairs]],
                               [(float(row[2]) - 1) / 2 for row in pairs], 1, sigmoid_loss,
                               {"file": "search/homedepot.tsv.gz", "fields": 2, "rows": pair_rows}),
    },
    "curve": make_curve(),
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "minilm-steps.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
