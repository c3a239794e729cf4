// Sgd, Adagrad, AdamW and clipping against PyTorch (golden/make_optimizers.py), and exact resume.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Adagrad } from '../../src/optimizers/adagrad.js';
import { AdamW } from '../../src/optimizers/adamw.js';
import { clipByGlobalNorm } from '../../src/optimizers/clip.js';
import type { FloatArray, Gradient, Optimizer } from '../../src/optimizers/optimizer.js';
import { Sgd } from '../../src/optimizers/sgd.js';

interface Figures {
  weight: number[];
  bias: number[];
  table: number[];
}
interface Golden {
  start: Figures;
  rowIds: number[][];
  gradients: { dWeight: number[]; dBias: number[]; dRows: number[] }[];
  runs: Record<string, { after: Figures[]; norms: number[] }>;
}
const golden: Golden = JSON.parse(
  readFileSync(new URL('../golden/optimizers.json', import.meta.url), 'utf8'),
);

const start64 = (): Record<string, Float64Array> => ({
  weight: Float64Array.from(golden.start.weight),
  bias: Float64Array.from(golden.start.bias),
  table: Float64Array.from(golden.start.table),
});

function gradientsOf(stepIndex: number): Record<string, Gradient> {
  const { dWeight, dBias, dRows } = golden.gradients[stepIndex];
  return {
    weight: { kind: 'dense', data: Float32Array.from(dWeight) },
    bias: { kind: 'dense', data: Float32Array.from(dBias) },
    table: {
      kind: 'rows',
      ids: Int32Array.from(golden.rowIds[stepIndex]),
      rows: Float32Array.from(dRows),
    },
  };
}

function largestDifference(parameters: Record<string, FloatArray>, expected: Figures): number {
  let largest = 0;
  for (const [name, values] of Object.entries(expected)) {
    for (let index = 0; index < values.length; index++) {
      largest = Math.max(largest, Math.abs(parameters[name][index] - values[index]));
    }
  }
  return largest;
}

const cases: [string, () => Optimizer<Float64Array>, number][] = [
  ['sgd', () => new Sgd(), 0.1],
  ['adagrad', () => new Adagrad({ initialAccumulator: 0.1 }), 0.05],
  ['adagradEpsilon', () => new Adagrad({ initialAccumulator: 0, epsilon: 1e-3 }), 0.05],
  [
    'adamw',
    () =>
      new AdamW({
        beta1: 0.8,
        beta2: 0.95,
        epsilon: 1e-6,
        weightDecay: 0.1,
        noDecay: (name) => name === 'bias',
      }),
    0.02,
  ],
  ['adamwDefaults', () => new AdamW(), 1e-3],
];

describe('optimizers against PyTorch', () => {
  for (const [name, create, learningRate] of cases) {
    it(`${name}: five updates, dense and by rows with repeated ids`, () => {
      const optimizer = create();
      const parameters = start64();
      for (let index = 0; index < golden.gradients.length; index++) {
        optimizer.step(parameters, gradientsOf(index), { learningRate, step: index + 1 });
        // Merged rows are summed in float32, hence not 1e-12.
        expect(largestDifference(parameters, golden.runs[name].after[index])).toBeLessThan(2e-7);
      }
    });

    it(`${name}: float32 follows float64`, () => {
      const optimizer = create() as unknown as Optimizer<Float32Array>;
      const parameters = Object.fromEntries(
        Object.entries(start64()).map(([key, values]) => [key, Float32Array.from(values)]),
      );
      for (let index = 0; index < golden.gradients.length; index++) {
        optimizer.step(parameters, gradientsOf(index), { learningRate, step: index + 1 });
      }
      expect(largestDifference(parameters, golden.runs[name].after[4])).toBeLessThan(2e-6);
    });

    it(`${name}: resumes exactly from a copy of its state`, () => {
      const whole = start64();
      const first = create();
      for (let index = 0; index < 5; index++) {
        first.step(whole, gradientsOf(index), { learningRate, step: index + 1 });
      }
      const parameters = start64();
      let optimizer = create();
      for (let index = 0; index < 5; index++) {
        const state = structuredClone(optimizer.state());
        optimizer = create();
        optimizer.restore(state);
        optimizer.step(parameters, gradientsOf(index), { learningRate, step: index + 1 });
      }
      expect(parameters).toEqual(whole);
    });
  }

  it('clips by the common norm, repeated rows summed', () => {
    const optimizer = new Sgd<Float64Array>();
    const parameters = start64();
    for (let index = 0; index < golden.gradients.length; index++) {
      const gradients = gradientsOf(index);
      const norm = clipByGlobalNorm(gradients, 1.5);
      expect(norm).toBeCloseTo(golden.runs['sgdClipped'].norms[index], 5);
      optimizer.step(parameters, gradients, { learningRate: 0.1, step: index + 1 });
      const expected = golden.runs['sgdClipped'].after[index];
      expect(largestDifference(parameters, expected)).toBeLessThan(3e-7);
    }
  });

  it('leaves small gradients as they are when clipping', () => {
    const data = Float32Array.of(3, 4);
    expect(clipByGlobalNorm({ a: { kind: 'dense', data } }, 10)).toBe(5);
    expect([...data]).toEqual([3, 4]);
  });
});

describe('AdamW by rows', () => {
  it('is the dense update: untouched rows decay too, and scratch is clean for the next table', () => {
    const rows: Gradient = { kind: 'rows', ids: Int32Array.of(1), rows: Float32Array.of(2, 3) };
    const dense: Gradient = { kind: 'dense', data: Float32Array.of(0, 0, 2, 3, 0, 0) };
    const none: Gradient = { kind: 'dense', data: new Float32Array(6) };
    const byRows = { a: Float32Array.of(1, 2, 3, 4, 5, 6), b: Float32Array.of(1, 1, 1, 1, 1, 1) };
    const byDense = structuredClone(byRows);
    const options = { learningRate: 0.1, step: 1 };
    new AdamW().step(byRows, { a: rows, b: { ...rows, ids: Int32Array.of(0) } }, options);
    const denseB: Gradient = { kind: 'dense', data: Float32Array.of(2, 3, 0, 0, 0, 0) };
    new AdamW().step(byDense, { a: dense, b: denseB }, options);
    expect(byRows).toEqual(byDense);
    const still = { a: Float32Array.of(1, 2, 3, 4, 5, 6) };
    new AdamW({ weightDecay: 0 }).step(still, { a: none }, options);
    expect([...still.a]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('optimizer errors', () => {
  const parameters = { w: new Float32Array(4) };
  const options = { learningRate: 0.1, step: 1 };
  const dense: Gradient = { kind: 'dense', data: new Float32Array(3) };
  it('names a gradient that fits no parameter', () => {
    expect(() => new Sgd().step(parameters, { x: dense }, options)).toThrow(/"x" belongs to no/);
    expect(() => new Sgd().step(parameters, { w: dense }, options)).toThrow(/"w" has 3 values/);
    const rows: Gradient = { kind: 'rows', ids: Int32Array.of(2), rows: new Float32Array(2) };
    expect(() => new Sgd().step(parameters, { w: rows }, options)).toThrow(/row 2, its table 2/);
  });
  it('refuses a step of 0, a negative rate and options that divide by zero', () => {
    expect(() => new Sgd().step(parameters, {}, { learningRate: 0.1, step: 0 })).toThrow(
      RangeError,
    );
    expect(() => new Sgd().step(parameters, {}, { learningRate: -1, step: 1 })).toThrow(RangeError);
    expect(() => new Adagrad({ initialAccumulator: 0 })).toThrow(/not both 0/);
    expect(() => new AdamW({ beta1: 1 })).toThrow(/beta1/);
    expect(() => clipByGlobalNorm({}, 0)).toThrow(/maxNorm/);
    expect(() => new AdamW().restore({ m: new Float32Array(1) })).toThrow(/unknown state "m"/);
  });
});
