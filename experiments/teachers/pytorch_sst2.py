"""SST-2 with PyTorch from the same start, seed by seed: how far does chance move the accuracy?

The recipe of teachers/README.md of the shared folder: AdamW 5e-5, decay .01 on all parameters, warm-up 6 % then linear
to 0, batch 32, clipping at 1.0, dropout .1, at most 64 tokens, batches sorted by length inside blocks of 50 batches, two
logits, two epochs. Needs torch and transformers. Prints a line of JSON an epoch.

    python experiments/teachers/pytorch_sst2.py SHARED SEED [THREADS]
"""
import csv
import gzip
import json
import random
import sys
import time

import torch
import transformers

shared, seed = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
torch.manual_seed(seed)
order = random.Random(seed)
transformers.utils.logging.disable_progress_bar()
BATCH, EPOCHS, BLOCK, RATE, WARM_UP, MAX_TOKENS = 32, 2, 50, 5e-5, 0.06, 64


def read(part):
    with gzip.open(f"{shared}/data/sst2/{part}.tsv.gz", "rt", encoding="utf8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row["sentence"] for row in rows], [int(row["label"]) for row in rows]


def batches(ids):
    """Rows of every batch: shuffled, sorted by length inside blocks of BLOCK batches, the block's batches shuffled."""
    rows = list(range(len(ids)))
    order.shuffle(rows)
    for start in range(0, len(rows), BATCH * BLOCK):
        block = sorted(rows[start : start + BATCH * BLOCK], key=lambda row: len(ids[row]))
        cut = [block[first : first + BATCH] for first in range(0, len(block), BATCH)]
        order.shuffle(cut)
        yield from cut


def pad(ids, rows):
    longest = max(len(ids[row]) for row in rows)
    tokens = torch.tensor([ids[row] + [0] * (longest - len(ids[row])) for row in rows])
    mask = torch.tensor([[1] * len(ids[row]) + [0] * (longest - len(ids[row])) for row in rows])
    return {"input_ids": tokens, "attention_mask": mask}


tokenizer = transformers.AutoTokenizer.from_pretrained(f"{shared}/teachers/minilm-l6")
model = transformers.AutoModelForSequenceClassification.from_pretrained(
    f"{shared}/teachers/minilm-l6", num_labels=2, dtype=torch.float32
)
sets = {part: read(part) for part in ("train", "dev")}
ids = {part: tokenizer(texts, truncation=True, max_length=MAX_TOKENS)["input_ids"] for part, (texts, _) in sets.items()}
labels = {part: torch.tensor(values) for part, (_, values) in sets.items()}
num_steps = EPOCHS * -(-len(ids["train"]) // BATCH)
optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
schedule = transformers.get_linear_schedule_with_warmup(optimizer, int(WARM_UP * num_steps), num_steps)
start = time.time()
for epoch in range(1, EPOCHS + 1):
    model.train()
    for rows in batches(ids["train"]):
        loss = model(**pad(ids["train"], rows), labels=labels["train"][rows]).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.eval()
    with torch.inference_mode():
        by_length = sorted(range(len(ids["dev"])), key=lambda row: len(ids["dev"][row]))
        right = 0
        for first in range(0, len(by_length), 64):
            rows = by_length[first : first + 64]
            right += (model(**pad(ids["dev"], rows)).logits.argmax(1) == labels["dev"][rows]).sum().item()
    accuracy = right / len(by_length)
    print(json.dumps({"seed": seed, "epoch": epoch, "accuracy": accuracy, "minutes": (time.time() - start) / 60,
                      "versions": f"PyTorch {torch.__version__}, transformers {transformers.__version__}"}), flush=True)
