// Every metric against scikit-learn, scipy and numpy on small lists with ties (see golden/make_metrics.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  brier,
  ece,
  logLoss,
  prepareBrier,
  prepareRmse,
  rmse,
  toProbabilities,
} from '../../../src/evaluate/metrics/calibration.js';
import {
  chooseClasses,
  classAccuracy,
  classLogLoss,
  macroF1,
  softmaxRows,
} from '../../../src/evaluate/metrics/classes.js';
import { kendall, pearson, spearman } from '../../../src/evaluate/metrics/correlation.js';
import { accuracy, auc, prAuc, prepareAccuracy } from '../../../src/evaluate/metrics/decisions.js';
import { gradedGains, ndcg } from '../../../src/evaluate/metrics/ranking.js';

interface Case {
  logits: number[];
  labels: number[];
  weights: number[];
  queries: string[];
  numClasses: number;
  expected: Record<string, number>;
  expectedWeighted: Record<string, number>;
}
const golden = JSON.parse(
  readFileSync(new URL('../../golden/metrics.json', import.meta.url), 'utf8'),
) as Record<'binary' | 'graded' | 'classes', Case>;

function expectAll(actual: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const name of Object.keys(expected)) {
    expect(Math.abs(actual[name] - expected[name]), name).toBeLessThan(1e-12);
  }
}

describe('binary labels', () => {
  const { logits, labels, weights, expected, expectedWeighted } = golden.binary;
  const probabilities = toProbabilities(logits);

  it('equals scikit-learn', () => {
    const actual = {
      accuracy: accuracy(probabilities, labels),
      auc: auc(logits, labels),
      prAuc: prAuc(logits, labels),
      logLoss: logLoss(logits, labels),
      brier: brier(probabilities, labels),
      ece: ece(probabilities, labels),
    };
    expectAll(actual, expected);
  });

  it('equals scikit-learn on repeated rows when the repeats are given as weights', () => {
    const counts = Float64Array.from(weights);
    const actual = {
      accuracy: prepareAccuracy(probabilities, labels)(counts),
      auc: auc(logits, labels, counts),
      prAuc: prAuc(logits, labels, counts),
      logLoss: logLoss(logits, labels, counts),
      brier: prepareBrier(probabilities, labels)(counts),
      ece: ece(probabilities, labels, counts),
    };
    expectAll(actual, expectedWeighted);
  });
});

describe('graded labels', () => {
  const { logits, labels, weights, queries, expected, expectedWeighted } = golden.graded;
  const probabilities = toProbabilities(logits);

  it('equals scipy and scikit-learn', () => {
    const actual = {
      pearson: pearson(logits, labels),
      spearman: spearman(logits, labels),
      kendall: kendall(logits, labels),
      rmse: rmse(probabilities, labels),
      logLoss: logLoss(logits, labels),
      ece: ece(probabilities, labels),
      'ndcg@10': ndcg(logits, gradedGains(labels, [1, 3]), queries),
    };
    expectAll(actual, expected);
    expect(rmse(probabilities, labels, 2)).toBeCloseTo(2 * expected['rmse'], 12);
  });

  it('equals scipy on repeated rows when the repeats are given as weights', () => {
    const counts = Float64Array.from(weights);
    const actual = {
      pearson: pearson(logits, labels, counts),
      spearman: spearman(logits, labels, counts),
      kendall: kendall(logits, labels, counts),
      rmse: prepareRmse(probabilities, labels)(counts),
      logLoss: logLoss(logits, labels, counts),
      ece: ece(probabilities, labels, counts),
    };
    expectAll(actual, expectedWeighted);
  });
});

describe('classes', () => {
  const { logits, labels, numClasses, expected } = golden.classes;
  it('equals scikit-learn', () => {
    const chosen = chooseClasses(logits, numClasses);
    const actual = {
      accuracy: classAccuracy(chosen, labels),
      logLoss: classLogLoss(logits, labels, numClasses),
      macroF1: macroF1(chosen, labels, numClasses),
    };
    expectAll(actual, expected);
  });

  it('gives rows of probabilities that sum to 1, also for huge logits', () => {
    const rows = softmaxRows([1000, 1000, -1000, 0, 0, 0], 3);
    expect([...rows]).toEqual([0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3]);
  });
});
