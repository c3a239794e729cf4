// Gold metrics, agreement and retention on rows in memory: what is measured, what is left out and why.
import { describe, expect, it } from 'vitest';
import { measure } from '../../src/evaluate/measure.js';
import { auc } from '../../src/evaluate/metrics/decisions.js';
import { indexGroups } from '../../src/evaluate/metrics/ranking.js';
import {
  decisionThreshold,
  type ModelScores,
  positiveCut,
  toPositives,
} from '../../src/evaluate/scored-rows.js';
import { createRandom } from '../../src/foundation/random.js';

function scores(logits: ArrayLike<number>, more: Partial<ModelScores> = {}): ModelScores {
  return {
    name: 'model',
    numOutputs: 1,
    logits: Float64Array.from(logits),
    temperature: 1,
    calibrated: true,
    ...more,
  };
}

/** A seeded task of `numQueries` queries with 6 rows each: label, and a score that follows it through noise. */
function makeTask(numQueries: number, noise: number, seed = 1) {
  const random = createRandom(seed, 'measure test');
  const labels: number[] = [];
  const logits: number[] = [];
  const groups: string[] = [];
  for (let query = 0; query < numQueries; query++) {
    for (let row = 0; row < 6; row++) {
      const label = random.nextInt(5) / 4;
      labels.push(label);
      groups.push(`query ${query}`);
      logits.push(2 * label - 1 + noise * random.nextNormal());
    }
  }
  return { labels: Float64Array.from(labels), logits, groups: indexGroups(groups) };
}

describe('gold', () => {
  it('gives every metric of a graded label with an interval around its value', () => {
    const { labels, logits, groups } = makeTask(60, 0.8);
    const measured = measure({
      rows: { numRows: 360, labels, groups, labelRange: [0, 4] },
      model: scores(logits),
      numResamples: 200,
    });
    expect(measured).toMatchObject({ rows: 360, groups: 60, notes: [] });
    expect(Object.keys(measured.gold)).toEqual([
      ...['accuracy', 'auc', 'prAuc', 'logLoss', 'brier', 'ece', 'rmse', 'rmseInGrades'],
      ...['pearson', 'spearman', 'kendall', 'ndcg@10', 'mrr'],
    ]);
    for (const [name, { value, low, high }] of Object.entries(measured.gold)) {
      expect(low, name).toBeLessThan(high);
      // Calibration error is biased upwards on a resample, so only its neighbourhood is certain.
      if (name !== 'ece') expect(low <= value && value <= high, name).toBe(true);
    }
    const { rmse, rmseInGrades, auc: measuredAuc } = measured.gold;
    expect(rmseInGrades.value).toBeCloseTo(4 * rmse.value, 12);
    // Upper third of 0..4: grades 3 and 4.
    expect(measured.positives).toBe(labels.filter((label) => label >= 0.75).length);
    expect(measuredAuc.value).toBe(
      auc(
        logits,
        labels.map((label) => (label >= 0.75 ? 1 : 0)),
      ),
    );
    expect(measured).not.toHaveProperty('agreement');
  });

  it('repeats itself for a seed', () => {
    const { labels, logits, groups } = makeTask(20, 0.8);
    const run = (seed: number) =>
      measure({
        rows: { numRows: 120, labels, groups },
        model: scores(logits),
        numResamples: 50,
        seed,
      });
    expect(run(3)).toEqual(run(3));
    expect(run(3).gold['auc']).not.toEqual(run(4).gold['auc']);
  });

  it('draws wider intervals from groups than from rows when rows of a group are alike', () => {
    const random = createRandom(2, 'measure test');
    const rows = Array.from({ length: 600 }, (_, row) => ({ group: `${Math.floor(row / 20)}` }));
    const level = Array.from({ length: 30 }, () => random.nextNormal());
    const labels = Float64Array.from(rows, (_, row) => (level[Math.floor(row / 20)] > 0 ? 1 : 0));
    const logits = rows.map((_, row) => level[Math.floor(row / 20)] + random.nextNormal());
    const width = (groups?: string[]) => {
      const { gold } = measure({
        rows: { numRows: 600, labels, groups: groups && indexGroups(groups) },
        model: scores(logits),
        numResamples: 300,
      });
      return gold['accuracy'].high - gold['accuracy'].low;
    };
    expect(width(rows.map((row) => row.group))).toBeGreaterThan(1.3 * width());
  });

  it('uses the temperature for probabilities and not for the order', () => {
    const { labels, logits } = makeTask(30, 0.5);
    const rows = { numRows: 180, labels };
    const plain = measure({
      rows,
      model: scores(logits.map((logit) => logit * 3)),
      numResamples: 0,
    });
    const scaled = measure({ rows, model: scores(logits, { temperature: 3 }), numResamples: 0 });
    expect(scaled.gold).toEqual(plain.gold);
  });

  it('leaves out what needs both classes, and says so', () => {
    const measured = measure({
      rows: {
        numRows: 4,
        labels: Float64Array.of(1, 1, 1, 1),
        groups: indexGroups(['a', 'a', 'b', 'b']),
      },
      model: scores([1, 2, 3, -4]),
      numResamples: 20,
    });
    expect(Object.keys(measured.gold)).toEqual([
      ...['accuracy', 'logLoss', 'brier', 'ece', 'rmse', 'ndcg@10', 'mrr'],
    ]);
    expect(measured.gold['accuracy'].value).toBe(0.75);
    expect(measured.notes).toContain('auc left out: it needs rows of both classes');
    expect(measured.notes).toContain('spearman left out: it needs labels and scores that vary');
  });

  it('leaves out probabilities for a model that only ranks', () => {
    const { labels, logits, groups } = makeTask(30, 0.5);
    const measured = measure({
      rows: { numRows: 180, labels, groups },
      model: scores(logits, { name: 'bm25', calibrated: false }),
      numResamples: 0,
    });
    expect(Object.keys(measured.gold)).toEqual([
      ...['auc', 'prAuc', 'pearson', 'spearman', 'kendall', 'ndcg@10', 'mrr'],
    ]);
    expect(measured.notes[0]).toMatch(/^accuracy, logLoss, .* left out: bm25 ranks/);
  });

  it('measures classes', () => {
    // Rows 0 and 1 right, row 2 takes class 0 for class 2.
    const logits = [2, 0, 0, 0, 2, 0, 2, 0, 0];
    const measured = measure({
      rows: { numRows: 3, labels: Float64Array.of(0, 1, 2), classes: ['a', 'b', 'c'] },
      model: scores(logits, { numOutputs: 3 }),
      numResamples: 10,
    });
    expect(measured.positives).toBeNull();
    expect(measured.gold['accuracy'].value).toBeCloseTo(2 / 3, 14);
    // F1: a 2/3 (1 hit of 2 chosen, 1 label), b 1, c 0.
    expect(measured.gold['macroF1'].value).toBeCloseTo(5 / 9, 14);
    const sure = -Math.log(Math.exp(2) / (Math.exp(2) + 2));
    expect(measured.gold['logLoss'].value).toBeCloseTo((2 * sure + (sure + 2)) / 3, 12);
  });
});

describe('agreement and retention', () => {
  const { labels, logits, groups } = makeTask(80, 0.4);
  const noise = createRandom(9, 'student');
  const student = logits.map((logit) => logit + 0.6 * noise.nextNormal());

  it('keeps gold apart from agreement', () => {
    const rows = { numRows: 480, labels, groups };
    const both = measure({
      rows,
      model: scores(student),
      teacher: scores(logits, { name: 'teacher' }),
      numResamples: 300,
    });
    const alone = measure({ rows, model: scores(student), numResamples: 300 });
    expect(both.gold).toEqual(alone.gold);
    expect(Object.keys(both.agreement!)).toEqual([
      ...['accuracy', 'auc', 'pearson', 'spearman', 'meanAbsoluteDifference'],
    ]);
    const same = student.filter((logit, row) => logit >= 0 === logits[row] >= 0).length / 480;
    expect(both.agreement!['accuracy'].value).toBeCloseTo(same, 14);
    expect(both.retention!['auc'].value).toBe(
      both.gold['auc'].value / both.teacherGold!['auc'].value,
    );
    expect(both.retention).not.toHaveProperty('logLoss');
    // Paired draws cancel the luck of the draw: narrower than the ratio of independent intervals.
    const { low, high } = both.retention!['auc'];
    expect(high - low).toBeLessThan(
      both.gold['auc'].high / both.teacherGold!['auc'].low -
        both.gold['auc'].low / both.teacherGold!['auc'].high,
    );
  });

  it('gives a model that is its teacher full marks, exactly', () => {
    const measured = measure({
      rows: { numRows: 480, labels, groups },
      model: scores(logits),
      teacher: scores(logits),
      numResamples: 50,
    });
    for (const interval of Object.values(measured.retention!)) {
      expect(interval).toEqual({ value: 1, low: 1, high: 1 });
    }
    expect(measured.agreement!['meanAbsoluteDifference']).toEqual({ value: 0, low: 0, high: 0 });
    expect(measured.agreement!['accuracy'].value).toBe(1);
  });

  it('needs no labels', () => {
    const measured = measure({
      rows: { numRows: 480 },
      model: scores(student),
      teacher: scores(logits),
      numResamples: 10,
    });
    expect(measured.gold).toEqual({});
    expect(measured.notes).toEqual(['gold metrics left out: the input has no label column']);
    expect(measured.agreement!['spearman'].value).toBeGreaterThan(0.5);
  });

  it('says when the teacher decides one way only', () => {
    const measured = measure({
      rows: { numRows: 3 },
      model: scores([1, 2, 3]),
      teacher: scores([1, 1, 2]),
      numResamples: 10,
    });
    expect(measured.agreement).not.toHaveProperty('auc');
    expect(measured.notes).toContain(
      'agreement auc left out: one of the two models always says the same',
    );
  });

  it('compares choices among classes', () => {
    const measured = measure({
      rows: { numRows: 2, classes: ['a', 'b', 'c'] },
      model: scores([1, 0, 0, 0, 1, 0], { numOutputs: 3 }),
      teacher: scores([1, 0, 0, 0, 0, 1], { numOutputs: 3 }),
      numResamples: 0,
    });
    expect(measured.agreement!['accuracy'].value).toBe(0.5);
    // Row 1: the probabilities of b and c are exchanged.
    const gap = (Math.E - 1) / (Math.E + 2);
    expect(measured.agreement!['meanAbsoluteDifference'].value).toBeCloseTo((2 * gap) / 3 / 2, 12);
  });
});

describe('doors', () => {
  const rows = { numRows: 2, labels: Float64Array.of(0, 1) };
  it('refuses a logit that is no number', () => {
    expect(() => measure({ rows, model: scores([1, Number.NaN]) })).toThrow(
      'model: the logit of row 1 is NaN, expected a finite number',
    );
  });
  it('refuses scores of other rows or another task', () => {
    expect(() => measure({ rows, model: scores([1]) })).toThrow('got 1 scored rows, expected 2');
    expect(() => measure({ rows, model: scores([1, 2, 3, 4, 5, 6], { numOutputs: 3 }) })).toThrow(
      'got 3 outputs, expected 1',
    );
  });
});

describe('positive labels', () => {
  it('takes the upper third by default, thirds of grades included', () => {
    const labels = [1, 2.33, 2.67, 3].map((grade) => (grade - 1) / 2);
    expect([...toPositives(labels, positiveCut(2.67, [1, 3]))]).toEqual([0, 0, 1, 1]);
    expect([...toPositives([1 / 3, 2 / 3, 1], positiveCut(undefined))]).toEqual([0, 1, 1]);
    // (7 - 1) / 9 and 2/3 are two different doubles.
    expect([...toPositives([(1.2 - 0.2) / 1.5], 2 / 3)]).toEqual([1]);
  });
  it('decides at the probability midway between positive and negative labels', () => {
    expect(decisionThreshold([0, 1, 1], Uint8Array.of(0, 1, 1))).toBe(0.5);
    expect(decisionThreshold([0.25, 0.5, 0.75], Uint8Array.of(0, 0, 1))).toBe(0.625);
    expect(decisionThreshold([1, 1], Uint8Array.of(1, 1))).toBe(0.5);
  });
  it('refuses a cut outside the range', () => {
    expect(() => positiveCut(4, [1, 3])).toThrow('--positive: got 4, expected a label above 1');
    expect(() => positiveCut(1, [1, 3])).toThrow('at most 3');
  });
});
