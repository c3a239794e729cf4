// Losses of a student against plain sums over pairs and lists in float64, and their gradients against central differences.
import { evaluateReference, Graph, gradients } from '@bert2dnn/autodiff';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLoss, type LossOptions } from '../../src/distill/student-loss.js';

/** Values of the inputs by name, each [B]. */
type Rows = Record<string, number[]>;

/** Loss of `rows` and its gradient by the logits. */
function evaluate(options: LossOptions, rows: Rows): { loss: number; dLogits: number[] } {
  const graph = new Graph();
  const logits = graph.input('logits', ['B', 1]);
  const loss = buildLoss(graph, logits, options);
  const names = ['logits', ...graph.inputs.map(({ name }) => name)];
  const feeds = Object.fromEntries(
    [...new Set(names)].map((name) => [
      name,
      { data: Float64Array.from(rows[name]), shape: [rows[name].length, 1] },
    ]),
  );
  const [value, dLogits] = evaluateReference([loss, ...gradients(loss, [logits])], feeds);
  return { loss: value.data[0], dLogits: [...dLogits.data] };
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: number[]): number => sum(values) / values.length;
const crossEntropy = (z: number, y: number): number =>
  Math.log1p(Math.exp(-Math.abs(z))) + Math.max(z, 0) - z * y;

function naivePointwise({ loss }: LossOptions, { logits, targets, weights }: Rows): number {
  return mean(
    logits.map((z, row) => {
      const own = loss === 'margin-mse' ? (z - targets[row]) ** 2 : crossEntropy(z, targets[row]);
      return own * (weights?.[row] ?? 1);
    }),
  );
}

/** Every ordered pair of rows of a list. */
function naivePairwise(labels: number[], { logits, groups, weights }: Rows): number {
  let [losses, weightSum] = [0, 0];
  for (let i = 0; i < logits.length; i++) {
    for (let j = 0; j < logits.length; j++) {
      if (groups[i] !== groups[j] || labels[i] <= labels[j]) continue;
      const weight = (labels[i] - labels[j]) * (weights?.[i] ?? 1) * (weights?.[j] ?? 1);
      losses += weight * -Math.log(sigmoid(logits[i] - logits[j]));
      weightSum += weight;
    }
  }
  return weightSum === 0 ? 0 : losses / weightSum;
}

function softmax(values: number[]): number[] {
  const exps = values.map((value) => Math.exp(value));
  return exps.map((value) => value / sum(exps));
}

/** List by list. */
function naiveListwise(scores: number[], rows: Rows, temperature: number): number {
  const { logits, groups, weights } = rows;
  let [losses, weightSum] = [0, 0];
  for (const group of new Set(groups)) {
    const list = groups.flatMap((own, row) => (own === group ? [row] : []));
    if (list.length < 2) continue;
    const teacher = softmax(list.map((row) => scores[row] / temperature));
    const student = softmax(list.map((row) => logits[row] / temperature));
    const weight = mean(list.map((row) => weights?.[row] ?? 1));
    losses -= weight * sum(teacher.map((q, index) => q * Math.log(student[index])));
    weightSum += weight;
  }
  return weightSum === 0 ? 0 : losses / weightSum;
}

/** Labels are drawn inwards by a thousandth before their logit is taken. */
const labelLogit = (label: number): number => {
  const inner = 0.998 * label + 0.001;
  return Math.log(inner / (1 - inner));
};

function naiveLoss(options: LossOptions, rows: Rows): number {
  const { loss, ranking } = options;
  const pointwise = naivePointwise(options, rows);
  if (ranking === undefined) return pointwise;
  const { targets } = rows;
  const areLogits = loss === 'margin-mse';
  const compared =
    ranking.ranking === 'pairwise'
      ? naivePairwise(areLogits ? targets.map(sigmoid) : targets, rows)
      : naiveListwise(areLogits ? targets : targets.map(labelLogit), rows, ranking.temperature);
  return (1 - ranking.share) * pointwise + ranking.share * compared;
}

/** Logits on a grid, so that no pair is nearly equal, in lists of any size and order. */
const rowsOf = (labels: fc.Arbitrary<number>) =>
  fc
    .array(
      fc.record({
        logits: fc.integer({ min: -60, max: 60 }).map((n) => n / 10),
        targets: labels,
        groups: fc.integer({ min: 0, max: 4 }),
        weights: fc.integer({ min: 1, max: 30 }).map((n) => n / 10),
      }),
      { minLength: 1, maxLength: 9 },
    )
    .map((rows) => {
      const column = (name: 'logits' | 'targets' | 'groups' | 'weights') =>
        rows.map((row) => row[name]);
      return {
        logits: column('logits'),
        targets: column('targets'),
        groups: column('groups'),
        weights: column('weights'),
      };
    });
const shares = fc.constantFrom(0, 0.25, 0.5, 0.75, 1);
const margins = fc.integer({ min: -50, max: 50 }).map((n) => n / 10);
const rankings = fc.record({
  ranking: fc.constantFrom('pairwise' as const, 'listwise' as const),
  share: fc.constantFrom(0.3, 1),
  temperature: fc.constantFrom(0.7, 1, 3),
});
const cases = fc.constantFrom('soft-cross-entropy' as const, 'margin-mse' as const).chain((loss) =>
  fc.record({
    rows: rowsOf(loss === 'margin-mse' ? margins : shares),
    options: fc.record({
      loss: fc.constant(loss),
      hasWeights: fc.boolean(),
      ranking: fc.option(rankings, { nil: undefined }),
    }),
  }),
);

describe('buildLoss', () => {
  it('is the plain sum over rows, pairs and lists', () => {
    fc.assert(
      fc.property(cases, ({ rows, options }) => {
        const used = options.hasWeights ? rows : { ...rows, weights: undefined as never };
        expect(evaluate(options, used).loss).toBeCloseTo(naiveLoss(options, used), 10);
      }),
      { numRuns: 400, seed: 3 },
    );
  });

  it('has the gradient that central differences find', () => {
    fc.assert(
      fc.property(cases, ({ rows, options }) => {
        const used = options.hasWeights ? rows : { ...rows, weights: undefined as never };
        const { dLogits } = evaluate(options, used);
        const at = (row: number, step: number): number =>
          naiveLoss(options, {
            ...used,
            logits: used.logits.map((z, index) => (index === row ? z + step : z)),
          });
        const h = 1e-3;
        dLogits.forEach((gradient, row) => {
          const numeric =
            (8 * (at(row, h) - at(row, -h)) - (at(row, 2 * h) - at(row, -2 * h))) / (12 * h);
          const scale = Math.max(Math.abs(numeric), Math.abs(gradient), 1e-3);
          expect(Math.abs(numeric - gradient) / scale).toBeLessThan(1e-6);
        });
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  it('has the figures of a list of two by hand', () => {
    const rows = { logits: [1, 0], targets: [1, 0], groups: [5, 5] };
    const ranking = { share: 1, temperature: 1 };
    const loss = 'soft-cross-entropy';
    // One pair: log(1 + e^-1).
    const pairwise = evaluate({ loss, ranking: { ...ranking, ranking: 'pairwise' } }, rows);
    expect(pairwise.loss).toBeCloseTo(0.3132616875, 9);
    // Teacher's odds 0.999/0.001 squared, so q is about 1 - 1e-6; the student's log odds are 1: log(1 + e^-1) + (1 - q).
    const listwise = evaluate({ loss, ranking: { ...ranking, ranking: 'listwise' } }, rows);
    expect(listwise.loss).toBeCloseTo(0.3132616875 + 1 / (999 ** 2 + 1), 9);
  });

  it('compares nothing in a batch of lists of one row, and stays finite', () => {
    const rows = { logits: [4, -2], targets: [0.9, 0.1], groups: [0, 1] };
    for (const ranking of ['pairwise', 'listwise'] as const) {
      const options = { ranking, share: 1, temperature: 1 };
      const { loss, dLogits } = evaluate({ loss: 'soft-cross-entropy', ranking: options }, rows);
      expect([loss, ...dLogits].map(Math.abs)).toEqual([0, 0, 0]);
    }
  });

  it('is least, for a list, where the logits are those of the teacher but for a number', () => {
    const targets = [1.5, -0.5, 3];
    const ranking = { ranking: 'listwise' as const, share: 1, temperature: 2.5 };
    const rows = { logits: targets.map((t) => t - 7), targets, groups: [1, 1, 1] };
    for (const gradient of evaluate({ loss: 'margin-mse', ranking }, rows).dLogits) {
      expect(Math.abs(gradient)).toBeLessThan(1e-12);
    }
  });
});
