"""Writes bm25.json: the ten best of 200 titles for 40 queries by bm25s (method "lucene", k1 1.2, b 0.75).

Run: python packages/bert2dnn/test/golden/make_bm25.py  (needs bm25s, numpy)
Titles and queries are of words drawn as unevenly as those of a shop, several times in some titles. Both sides split
at spaces. bm25s leaves out the constant factor k1 + 1 = 2.2, which changes no ranking; its scores are float64 here.
Ties are put in order of the titles, as ours are.
"""

import json
from pathlib import Path

import bm25s
import numpy as np

rng = np.random.default_rng(20101044)
NAMES = "drill saw hammer cable lamp chair table shirt shoe watch phone case bag cup knife fan".split()
COLOURS = "black white red blue green grey".split()
WORDS = COLOURS * 8 + NAMES * 3 + [f"{a}{b}" for a in "dx" for b in range(40)]


def text(low, high):
    return " ".join(WORDS[i] for i in rng.integers(0, len(WORDS), rng.integers(low, high)))


titles = [text(1, 13) for _ in range(200)]
queries = [text(1, 6) for _ in range(39)] + ["black black drill unknown"]

corpus = [title.split(" ") for title in titles]
index = bm25s.BM25(method="lucene", k1=1.2, b=0.75, dtype="float64")
index.index(corpus, show_progress=False)
known = set(word for words in corpus for word in words)

cases = []
for query in queries:
    # bm25s counts a repeated query word once a repeat, as we do, and does not take unknown ones.
    words = [word for word in query.split(" ") if word in known]
    scores = index.get_scores(words) if words else np.zeros(len(titles))
    # Rounded before sorting: sums in another order differ in the last bits, and would break ties at random.
    order = sorted(range(len(titles)), key=lambda d: (-round(float(scores[d]), 9), d))
    best = [d for d in order if scores[d] > 0][:10]
    cases.append({"query": query, "documents": best, "scores": [float(scores[d]) for d in best]})

out = {
    "source": f"bm25s {bm25s.__version__}, numpy {np.__version__}; see make_bm25.py",
    "titles": titles,
    "cases": cases,
}
path = Path(__file__).with_name("bm25.json")
path.write_text(json.dumps(out, indent=1) + "\n")
print(path, len(cases), "queries")
