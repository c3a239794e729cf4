import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExecutor } from '../../src/executors/create-executor.js';
import { FeatureBuffer } from '../../src/features/feature-buffer.js';
import type { StudentDefinition } from '../../src/model/definition.js';
import { quantizeStudent } from '../../src/model/quantize-student.js';
import type { Precision, StoredParameters } from '../../src/model/stored-parameters.js';
import { createStudent } from '../../src/model/student.js';
import { canRun } from '../../src/wasm/kernel-modules.js';
import {
  anyFeatures,
  anyParameters,
  layersDefinition,
  seededRandom,
  towersDefinition,
} from './any-student.js';
import { errorBounds, wholeLogits } from './whole-twin.js';

const definitions = fc.oneof(layersDefinition, towersDefinition);
const cases = fc.record({
  definition: definitions,
  B: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 130 })),
  seed: fc.nat(),
});

function storedIn(
  definition: StudentDefinition,
  precision: Precision,
  random: () => number,
): StoredParameters {
  const parts = { definition, vocabularies: {}, parameters: anyParameters(definition, random) };
  return quantizeStudent(createStudent(parts), precision).parameters;
}

/** Largest difference, relative to the largest of the numbers or 1. */
function difference(got: Float32Array, want: Float32Array): number {
  expect(got.length).toBe(want.length);
  let [most, largest] = [0, 1];
  want.forEach((value, index) => {
    largest = Math.max(largest, Math.abs(value));
    // A NaN is an infinite difference.
    most = Math.max(
      most,
      Math.abs(got[index] - value) >= 0 ? Math.abs(got[index] - value) : Infinity,
    );
  });
  return most / largest;
}

function compareWithReference(precision: Precision, name: string): void {
  fc.assert(
    fc.property(cases, ({ definition, B, seed }) => {
      const random = seededRandom(seed);
      const stored = storedIn(definition, precision, random);
      const features = anyFeatures(definition, B, random);
      const simd = createExecutor(definition, stored, 'simd');
      expect(simd.name).toBe(name);
      const want = createExecutor(definition, stored, 'reference').run(features);
      expect(difference(simd.run(features), want)).toBeLessThan(1e-5);
    }),
    { numRuns: 150 },
  );
}

describe('the SIMD executor', () => {
  it('agrees with the reference in float32', () => compareWithReference('float32', 'simd-f32'));

  it('agrees with the reference in float16', () => compareWithReference('float16', 'simd-f16'));

  it('is the plain twin to the bit in int8', () => {
    fc.assert(
      fc.property(cases, ({ definition, B, seed }) => {
        const random = seededRandom(seed);
        const stored = storedIn(definition, 'int8', random);
        const features = anyFeatures(definition, Math.min(B, 20), random);
        const executor = createExecutor(definition, stored, 'simd');
        expect(executor.name).toBe('simd-int8');
        expect([...executor.run(features)]).toEqual(wholeLogits(definition, stored, features));
      }),
      { numRuns: 100 },
    );
  });

  it('gives a row the same bits in any batch', () => {
    fc.assert(
      fc.property(
        cases,
        fc.constantFrom('float32', 'int8'),
        ({ definition, B, seed }, precision) => {
          const random = seededRandom(seed);
          const stored = storedIn(definition, precision as Precision, random);
          const features = anyFeatures(definition, B, random);
          const executor = createExecutor(definition, stored, 'simd');
          const together = [...executor.run(features)];
          const apart: number[] = [];
          for (let row = 0; row < B; row++) apart.push(...executor.run(rowOf(features, row)));
          expect(apart).toEqual(together);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('sums a bag that is longer than its room for ids', () => {
    const random = seededRandom(5);
    const [definition] = fc.sample(layersDefinition, { seed: 1, numRuns: 1 });
    const stored = storedIn(definition, 'float32', random);
    const features = new FeatureBuffer(definition.blocks.length);
    features.blocks.forEach((bags, index) => {
      for (let count = 0; count < 20_001; count++) {
        bags.push(Math.floor(random() * definition.blocks[index].size));
      }
      bags.endExample();
    });
    const want = createExecutor(definition, stored, 'reference').run(features);
    const got = createExecutor(definition, stored, 'simd').run(features);
    expect(difference(got, want)).toBeLessThan(1e-3);
  });

  it('keeps the parameters, number for number', () => {
    for (const precision of ['float32', 'float16', 'int8'] as const) {
      const [definition] = fc.sample(towersDefinition, { seed: 2, numRuns: 1 });
      const stored = storedIn(definition, precision, seededRandom(7));
      expect(createExecutor(definition, stored, 'simd').parameters).toEqual(stored);
    }
  });
});

describe('the relaxed SIMD executor', () => {
  it('is the plain SIMD one to the bit in int8', (context) => {
    if (!canRun('relaxed')) context.skip('this engine has no relaxed SIMD');
    fc.assert(
      fc.property(cases, ({ definition, B, seed }) => {
        const random = seededRandom(seed);
        const stored = storedIn(definition, 'int8', random);
        const features = anyFeatures(definition, B, random);
        const relaxed = createExecutor(definition, stored, 'auto');
        expect(relaxed.name).toBe('relaxed-int8');
        const simd = createExecutor(definition, stored, 'simd');
        expect([...relaxed.run(features)]).toEqual([...simd.run(features)]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('int8 against its reference', () => {
  it('errs by no more than half a step of every activation allows', () => {
    fc.assert(
      fc.property(layersDefinition, fc.nat(), (definition, seed) => {
        const random = seededRandom(seed);
        const stored = storedIn(definition, 'int8', random);
        const features = anyFeatures(definition, 3, random);
        const want = createExecutor(definition, stored, 'reference').run(features);
        const got = createExecutor(definition, stored, 'auto').run(features);
        const bounds = errorBounds(definition, stored, features);
        got.forEach((value, index) => {
          expect(Math.abs(value - want[index])).toBeLessThanOrEqual(bounds[index] * 1.001 + 1e-5);
        });
      }),
      { numRuns: 60 },
    );
  });
});

/** One example of a buffer. */
function rowOf(features: FeatureBuffer, row: number): FeatureBuffer {
  const single = new FeatureBuffer(features.blocks.length);
  features.blocks.forEach(({ ids, offsets }, index) => {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) single.blocks[index].push(ids[at]);
    single.blocks[index].endExample();
  });
  return single;
}
