"""Hugging Face's side of bench/tokenizer.mjs: the same rows and limits, one thread, rows a second as one JSON object."""
import gzip
import json
import os
import statistics
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer

job = json.load(sys.stdin)


def read_rows(source):
    with gzip.open(os.path.join(job["data"], source["file"])) as file:
        lines = file.read().decode().split("\n")[1 : source["rows"] + 1]
    rows = [[line.split("\t")[column] for column in source["columns"]] for line in lines]
    return [tuple(row) if len(row) == 2 else row[0] for row in rows]


result = {}
for kind, path in job["paths"].items():
    with (gzip.open if path.endswith(".gz") else open)(path, "rb") as file:
        content = file.read().decode()
    for name, source in job["texts"].items():
        rows = read_rows(source)
        tokenizer = Tokenizer.from_str(content)
        tokenizer.no_padding()
        tokenizer.enable_truncation(source["limit"], strategy="longest_first")
        rates = []
        for _ in range(job["NUM_PASSES"]):
            start = time.perf_counter()
            tokenizer.encode_batch(rows)
            rates.append(len(rows) / (time.perf_counter() - start))
        result[f"{kind}, {name}"] = {"first": rates[0], "later": statistics.median(rates[1:])}
print(json.dumps(result))
