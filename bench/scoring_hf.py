"""transformers' side of bench/scoring.mjs: pairs a second of a classifier's folder, float32, tokenising included.

Arguments: folder, TSV file with query and title, threads, tokens at most. Prints JSON: pairs a second in input order with
batches of 32 padded to their longest, and the same with all rows sorted by length first.
"""
import csv
import json
import sys
import time

import torch
import transformers

folder, path, threads, max_tokens = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
BATCH = 32
torch.set_num_threads(threads)
transformers.utils.logging.disable_progress_bar()
tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
with open(path, encoding="utf8") as file:
    rows = [(row["query"], row["title"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def score(pairs):
    with torch.inference_mode():
        for start in range(0, len(pairs), BATCH):
            batch = pairs[start : start + BATCH]
            inputs = tokenizer(
                [query for query, _ in batch], [title for _, title in batch],
                truncation="longest_first", max_length=max_tokens, padding=True, return_tensors="pt",
            )
            model(**inputs)


def rate(pairs):
    score(pairs[:BATCH])
    start = time.perf_counter()
    score(pairs)
    return len(pairs) / (time.perf_counter() - start)


by_length = sorted(rows, key=lambda row: len(row[0]) + len(row[1]), reverse=True)
print(json.dumps({
    "versions": f"PyTorch {torch.__version__}, transformers {transformers.__version__}",
    "inOrder": rate(rows), "sorted": rate(by_length),
}))
