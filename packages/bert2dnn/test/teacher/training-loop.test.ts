// The training loop on a toy: what an update is, when it stops, which epoch is kept.
import { describe, expect, it } from 'vitest';
import { PLAIN, recordingProgress, toyParameters, trainToy } from './toy-training.js';

/** Largest difference of two sets of values. */
function distance(left: Record<string, Float32Array>, right: Record<string, Float32Array>): number {
  const gaps = Object.entries(left).flatMap(([place, values]) =>
    [...values].map((value, index) => Math.abs(value - right[place][index])),
  );
  return Math.max(...gaps);
}

const ALL = Array.from({ length: 14 }, (_, row) => row);
const PARTS = [ALL.slice(0, 5), ALL.slice(5, 12), ALL.slice(12)];

describe('accumulation of gradients', () => {
  it('gives the update of one batch of all rows, whatever the sizes and weights of the parts', async () => {
    const whole = await trainToy({ batches: [ALL], settings: { epochs: 6 } });
    const parts = await trainToy({ batches: PARTS, settings: { epochs: 6, accumulate: 3 } });
    expect(whole.updates).toBe(6);
    expect(parts.updates).toBe(6);
    expect(distance(whole.parameters, toyParameters())).toBeGreaterThan(0.1);
    expect(distance(whole.parameters, parts.parameters)).toBeLessThan(2e-6);
    expect(parts.epochs[5].trainLoss).toBeCloseTo(whole.epochs[5].trainLoss, 6);
  });

  it('is the plain mean of rows of equal weight only: other parts give another update', async () => {
    const parts = await trainToy({ batches: PARTS, settings: { epochs: 6, accumulate: 3 } });
    const fewer = await trainToy({
      batches: PARTS.slice(0, 2),
      settings: { epochs: 6, accumulate: 3 },
    });
    expect(distance(fewer.parameters, parts.parameters)).toBeGreaterThan(1e-3);
  });

  it('ends an epoch with a smaller update, and draws other dropout masks for every part', async () => {
    const five = [
      ALL.slice(0, 3),
      ALL.slice(3, 6),
      ALL.slice(6, 9),
      ALL.slice(9, 12),
      ALL.slice(12),
    ];
    const result = await trainToy({ batches: five, settings: { epochs: 2, accumulate: 2 } });
    expect(result.updates).toBe(6);
    // The same part twice: with the same masks their mean would be the part alone.
    const settings = { epochs: 1, accumulate: 2 };
    const once = await trainToy({ batches: [ALL], settings, dropoutRate: 0.5 });
    const twice = await trainToy({ batches: [ALL, ALL], settings, dropoutRate: 0.5 });
    expect(distance(once.parameters, twice.parameters)).toBeGreaterThan(1e-3);
  });

  it('leaves out what has no weight', async () => {
    // Rows 3, 8 and 13 have weight 0.
    const nothing = await trainToy({ batches: [[3, 8], [13]], settings: { weightDecay: 0.1 } });
    expect(distance(nothing.parameters, toyParameters())).toBe(0);
    const alone = await trainToy({ batches: [ALL.slice(0, 3)], settings: { accumulate: 2 } });
    const beside = await trainToy({
      batches: [ALL.slice(0, 3), [3, 8]],
      settings: { accumulate: 2 },
    });
    expect(distance(alone.parameters, beside.parameters)).toBe(0);
  });
});

describe('an update', () => {
  it.each([
    ['linear', [0.5, 1, 2 / 3, 1 / 3]],
    ['cosine', [0.5, 1, 0.75, 0.25]],
    ['constant', [0.5, 1, 1, 1]],
  ] as const)('has the rate of the schedule: %s', async (schedule, shares) => {
    const progress = recordingProgress();
    await trainToy({ progress, settings: { schedule, epochs: 1, warmupShare: 0.25 } });
    const rates = progress.figures.map(({ rate }) => rate / PLAIN.learningRate);
    rates.forEach((rate, index) => {
      expect(rate).toBeCloseTo(shares[index], 12);
    });
  });

  it('moves the embeddings by the layer decay', async () => {
    // Adam's first step is the rate itself wherever there is a gradient.
    const settings = { epochs: 1, weightDecay: 0, warmupShare: 0, learningRate: 1e-3 };
    const moved = async (layerDecay: number) => {
      const { parameters } = await trainToy({
        batches: [ALL],
        settings: { ...settings, layerDecay },
      });
      const first = toyParameters();
      const largest = (place: string) =>
        Math.max(...parameters[place].map((value, index) => Math.abs(value - first[place][index])));
      return [largest('embeddings.token'), largest('classifier.weight')];
    };
    const [table, head] = await moved(1);
    const [slowTable, slowHead] = await moved(0.25);
    expect(table).toBeCloseTo(1e-3, 5);
    expect(slowTable / table).toBeCloseTo(0.25, 2);
    expect(slowHead).toBe(head);
  });

  it('is not clipped with a norm of 0', async () => {
    // Adam does not see a common scale at its first step; the decay of the moments does at the second.
    const settings = { epochs: 3 };
    const clipped = await trainToy({ settings: { ...settings, clipNorm: 0.01 } });
    const loose = await trainToy({ settings: { ...settings, clipNorm: 1e6 } });
    const free = await trainToy({ settings: { ...settings, clipNorm: 0 } });
    expect(distance(free.parameters, loose.parameters)).toBe(0);
    expect(distance(free.parameters, clipped.parameters)).toBeGreaterThan(1e-4);
  });

  it('names step and part when a value is not finite', async () => {
    const failing = trainToy({
      batches: PARTS,
      settings: { accumulate: 3 },
      feedsOf: (rows, { update, part }) => {
        const data = new Float32Array(rows.length).fill(update === 2 && part === 1 ? NaN : 1);
        const column = { data, shape: [rows.length, 1] };
        const ids = { data: new Int32Array(rows.length), shape: [rows.length] };
        return {
          feeds: { ids, targets: column, weights: column },
          numTokens: 1,
          weight: rows.length,
        };
      },
    });
    await expect(failing).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(/^toy: step 2, part 2 of 3: the loss is NaN/),
    });
  });
});

describe('the kept epoch', () => {
  const measured = (values: number[]) => {
    let next = 0;
    return {
      measure: async () => ({ value: values[next++] }),
      isBetter: (left: { value: number }, right: { value: number }) => left.value > right.value,
    };
  };

  it('is the best one, with its values', async () => {
    const settings = { epochs: 3, schedule: 'constant' as const };
    const best = await trainToy({ ...measured([1, 5, 2]), settings });
    const last = await trainToy({ ...measured([1, 2, 5]), settings: { ...settings, epochs: 2 } });
    expect(best.bestEpoch).toBe(2);
    expect(best.epochs.map(({ dev }) => dev.value)).toEqual([1, 5, 2]);
    // With a constant rate and no warm-up of its own the first two epochs are those of a shorter training.
    const short = await trainToy({
      ...measured([1, 2]),
      settings: { ...settings, warmupShare: 0, epochs: 2 },
    });
    const long = await trainToy({
      ...measured([1, 5, 2]),
      settings: { ...settings, warmupShare: 0 },
    });
    expect(last.bestEpoch).toBe(2);
    expect(distance(long.parameters, short.parameters)).toBe(0);
  });

  it('ends the training when nothing better comes for the epochs of `patience`', async () => {
    const progress = recordingProgress();
    const values = [1, 3, 2, 3, 9];
    const settings = { epochs: 5, patience: 2 };
    const result = await trainToy({ ...measured(values), progress, settings });
    expect([result.epochs.length, result.bestEpoch, result.stoppedEarly]).toEqual([4, 2, true]);
    expect(progress.notes.at(-1)).toMatch(/stopped: nothing better since epoch 2/);
    const patient = await trainToy({ ...measured(values), settings: { epochs: 5, patience: 3 } });
    expect([patient.epochs.length, patient.bestEpoch, patient.stoppedEarly]).toEqual([5, 5, false]);
  });

  it('is said with the time that is left', async () => {
    const progress = recordingProgress();
    await trainToy({ progress });
    expect(progress.notes[0]).toMatch(/^epoch 1: loss 0\.\d{4}, value .*; about \d+ s left$/);
    expect(progress.notes[1]).toMatch(/^epoch 2: loss 0\.\d{4}, value [^;]*$/);
  });
});
