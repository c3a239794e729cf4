"""Golden values of a student's training: a bag, three layers and Adagrad, twenty updates, in float64.

Run: python make_student_training.py   (needs numpy; made with numpy 2.4.6)
Writes student-training.json beside itself: first values, bags, targets, the examples of each update, the losses and the
values afterwards. First values and targets are float32 numbers, so that both sides start from the same figures.
Written from the formulas: vector = sum of rows / sqrt(count), ReLU layers, mean sigmoid cross-entropy against soft
labels, and `a += g^2; w -= rate * g / sqrt(a)` on every layer and on the rows that a batch holds.
"""

import json
from pathlib import Path

import numpy

NUM_ROWS, WIDTH, HIDDEN = 11, 5, (6, 3)
NUM_EXAMPLES, BATCH, STEPS = 40, 8, 20
LAYER_RATE, TABLE_RATE, INITIAL = 0.1, 0.3, 0.01

random = numpy.random.default_rng(3)


def draw(*shape):
    return random.standard_normal(shape).astype(numpy.float32).astype(numpy.float64)


def make_bags():
    """Ids repeat within a bag; example 0 is empty and row 10 is in no bag."""
    bags = [random.integers(0, 10, random.integers(1, 7)).tolist() for _ in range(NUM_EXAMPLES)]
    bags[0] = []
    return bags


def forward(table, layers, bags):
    scales = [1 / numpy.sqrt(max(len(bag), 1)) for bag in bags]
    values = [numpy.array([table[bag].sum(0) * s for bag, s in zip(bags, scales)])]
    for index, (weight, bias) in enumerate(layers):
        out = values[-1] @ weight + bias
        values.append(numpy.maximum(out, 0) if index + 1 < len(layers) else out)
    return values, scales


def backward(values, layers, d):
    gradients = []
    for index in range(len(layers) - 1, -1, -1):
        gradients.insert(0, (values[index].T @ d, d.sum(0)))
        d = d @ layers[index][0].T
        if index > 0:
            d = d * (values[index] > 0)
    return gradients, d


def adagrad(value, accumulator, gradient, rate):
    accumulator += gradient * gradient
    value -= rate * gradient / numpy.sqrt(accumulator)


def update(table, layers, state, bags, targets):
    """One update in place; gives the loss before it."""
    values, scales = forward(table, layers, bags)
    logits = values[-1]
    loss = numpy.mean(numpy.logaddexp(0, logits) - logits * targets)
    d = (1 / (1 + numpy.exp(-logits)) - targets) / len(bags)
    gradients, d_vectors = backward(values, layers, d)
    for pair, accumulators, pair_gradients in zip(layers, state["layers"], gradients):
        for value, accumulator, gradient in zip(pair, accumulators, pair_gradients):
            adagrad(value, accumulator, gradient, LAYER_RATE)
    d_table = numpy.zeros_like(table)
    for bag, scale, d_vector in zip(bags, scales, d_vectors):
        for row in bag:
            d_table[row] += d_vector * scale
    adagrad(table, state["table"], d_table, TABLE_RATE)
    return float(loss)


def flatten(table, layers):
    values = {"block.bag.embedding": table.flatten().tolist()}
    for index, (weight, bias) in enumerate(layers):
        values[f"layer.{index}.weight"] = weight.flatten().tolist()
        values[f"layer.{index}.bias"] = bias.tolist()
    return values


def main():
    sizes = [WIDTH, *HIDDEN, 1]
    table = draw(NUM_ROWS, WIDTH)
    layers = [(draw(i, o), draw(o)) for i, o in zip(sizes, sizes[1:])]
    bags = make_bags()
    targets = random.random((NUM_EXAMPLES, 1)).astype(numpy.float32).astype(numpy.float64)
    batches = [random.permutation(NUM_EXAMPLES)[:BATCH] for _ in range(STEPS)]
    batches[0][0] = 0 if 0 not in batches[0] else batches[0][0]
    start = flatten(table, layers)
    state = {
        "table": numpy.full_like(table, INITIAL),
        "layers": [[numpy.full_like(value, INITIAL) for value in pair] for pair in layers],
    }
    losses = [
        update(table, layers, state, [bags[row] for row in batch], targets[batch])
        for batch in batches
    ]
    golden = {
        "numpy": numpy.__version__,
        "sizes": {"V": NUM_ROWS, "D": WIDTH, "hidden": HIDDEN, "batch": BATCH},
        "learningRate": LAYER_RATE,
        "embeddingLearningRate": TABLE_RATE,
        "initialAccumulator": INITIAL,
        "bags": bags,
        "targets": targets.flatten().tolist(),
        "batches": [batch.tolist() for batch in batches],
        "start": start,
        "losses": losses,
        "end": flatten(table, layers),
    }
    path = Path(__file__).with_name("student-training.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


if __name__ == "__main__":
    main()
