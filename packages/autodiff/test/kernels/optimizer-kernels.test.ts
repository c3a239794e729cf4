// The WebAssembly loops against their plain references, and the committed bytes against their source.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adagradBlocks, adamwBlocks } from '../../src/kernels/optimizer-kernels.js';
import { adagradPlain } from '../../src/optimizers/adagrad.js';
import { adamwPlain } from '../../src/optimizers/adamw.js';

const value = fc.float({ min: -10, max: 10, noNaN: true });
const positive = fc.float({ min: 0, max: 10, noNaN: true });

/** Repeats drawn values up to a length, so that several blocks are reached without drawing each value. */
function spread(values: readonly number[], length: number): Float32Array {
  return Float32Array.from(
    { length },
    (_, index) => values[index % values.length] / (1 + (index % 7)),
  );
}

const bytesOf = (array: Float32Array) => Buffer.from(array.buffer);

describe('adamwBlocks', () => {
  it('equals the plain loop to float32 rounding, for lengths around its blocks', () => {
    const lengths = fc.constantFrom(1, 3, 4, 5, 4095, 4096, 4097, 9001);
    const list = fc.array(value, { minLength: 1, maxLength: 20 });
    const roots = fc.array(positive, { minLength: 1, maxLength: 20 });
    const decay = fc.constantFrom(1, 0.999, 0.5);
    fc.assert(
      fc.property(lengths, list, list, roots, list, decay, (length, p, m, v, g, keep) => {
        const arrays = () => ({
          parameter: spread(p, length),
          first: spread(m, length),
          second: spread(v, length),
          gradient: spread(g, length),
        });
        const scalars = {
          keep,
          beta1: 0.9,
          beta2: 0.99,
          stepSize: 0.1,
          rootScale: 1.5,
          epsilon: 1e-3,
        };
        const [fast, plain] = [arrays(), arrays()];
        adamwBlocks(fast, scalars);
        adamwPlain(plain, scalars);
        for (const name of ['parameter', 'first', 'second'] as const) {
          const errors = fast[name].map(
            (got, index) => Math.abs(got - plain[name][index]) / Math.max(1, Math.abs(got)),
          );
          expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThan(1e-5);
        }
        expect(Buffer.compare(bytesOf(fast.gradient), bytesOf(arrays().gradient))).toBe(0);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('passes a NaN on instead of hiding it', () => {
    const arrays = {
      parameter: Float32Array.of(1, 1, 1, 1, 1),
      first: new Float32Array(5),
      second: new Float32Array(5),
      gradient: Float32Array.of(0, 0, 0, 0, Number.NaN),
    };
    const scalars = {
      keep: 1,
      beta1: 0.9,
      beta2: 0.99,
      stepSize: 0.1,
      rootScale: 1,
      epsilon: 1e-8,
    };
    adamwBlocks(arrays, scalars);
    expect([...arrays.parameter]).toEqual([1, 1, 1, 1, Number.NaN]);
  });
});

/** The oracle in float32: rounded after every operation. */
function adagradRounded(
  { parameter, accumulator, gradient }: Parameters<typeof adagradBlocks>[0],
  { learningRate, epsilon }: Parameters<typeof adagradBlocks>[1],
): void {
  const { fround } = Math;
  gradient.forEach((g, index) => {
    const a = fround(accumulator[index] + fround(g * g));
    accumulator[index] = a;
    const root = fround(fround(Math.sqrt(a)) + fround(epsilon));
    parameter[index] -= fround(fround(fround(learningRate) * g) / root);
  });
}

describe('adagradBlocks', () => {
  const lengths = fc.constantFrom(1, 3, 4, 5, 4095, 4096, 4097, 9001);
  const list = fc.array(value, { minLength: 1, maxLength: 20 });
  const squares = fc.array(positive, { minLength: 1, maxLength: 20 });
  const epsilons = fc.constantFrom(1e-3, 1e-10);

  it('equals the plain loop to float32 rounding, and one that rounds likewise to the last bit', () => {
    fc.assert(
      fc.property(lengths, list, squares, list, epsilons, (length, p, a, g, epsilon) => {
        const arrays = () => ({
          parameter: spread(p, length),
          accumulator: spread(a, length),
          gradient: spread(g, length),
        });
        const scalars = { learningRate: 0.1, epsilon };
        const [fast, plain, rounded] = [arrays(), arrays(), arrays()];
        adagradBlocks(fast, scalars);
        adagradPlain(plain, scalars);
        adagradRounded(rounded, scalars);
        for (const name of ['parameter', 'accumulator'] as const) {
          expect(Buffer.compare(bytesOf(fast[name]), bytesOf(rounded[name]))).toBe(0);
          const errors = fast[name].map(
            (got, index) => Math.abs(got - plain[name][index]) / Math.max(1, Math.abs(got)),
          );
          expect(errors.reduce((most, error) => Math.max(most, error), 0)).toBeLessThan(1e-6);
        }
        expect(Buffer.compare(bytesOf(fast.gradient), bytesOf(arrays().gradient))).toBe(0);
      }),
      { numRuns: 60, seed: 2 },
    );
  });

  it('passes a NaN on instead of hiding it', () => {
    const arrays = {
      parameter: Float32Array.of(1, 1, 1, 1, 1),
      accumulator: new Float32Array(5).fill(0.1),
      gradient: Float32Array.of(0, 0, 0, 0, Number.NaN),
    };
    adagradBlocks(arrays, { learningRate: 0.1, epsilon: 0 });
    expect([...arrays.parameter]).toEqual([1, 1, 1, 1, Number.NaN]);
  });
});

describe('the compiled kernels', () => {
  it('are what their source compiles to', () => {
    const script = fileURLToPath(new URL('../../../../scripts/build-kernels.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--check'], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  });
});
