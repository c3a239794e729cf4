import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Network } from '../../src/explain/network.js';
import { decodeLayers } from '../../src/model/decode-parameters.js';
import type { StudentDefinition } from '../../src/model/definition.js';
import { deepStudent, paperStudent, towerStudent } from './explained-students.js';

const CASES = {
  'layers and products': deepStudent,
  'one hidden layer': () => deepStudent({ hiddenLayers: [8] }),
  'no hidden layer': () => deepStudent({ hiddenLayers: [] }),
  'a block times itself': () =>
    deepStudent({
      products: [
        ['title', 'title'],
        ['query', 'title'],
      ],
    }),
  classes: paperStudent,
  towers: towerStudent,
  'towers with one layer': () => towerStudent({ hiddenLayers: [6] }),
} as const;

describe.each(Object.entries(CASES))('average gradients: %s', (_, create) => {
  const { definition, parameters } = create();
  const network = new Network(definition, decodeLayers(parameters, definition));
  const output = definition.numOutputs - 1;
  const vectors = vectorsOf(definition);

  it('times the vectors add up to the logit less that of no features', () => {
    const none = network.logits(zeros(definition))[output];
    fc.assert(
      fc.property(vectors, (drawn) => {
        const gradients = network.averageGradients(drawn, output);
        const sum = gradients.reduce((total, gradient, block) => {
          return total + gradient.reduce((part, value, i) => part + value * drawn[block][i], 0);
        }, 0);
        const expected = network.logits(drawn)[output] - none;
        expect(Math.abs(sum - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)));
      }),
      { seed: 61, numRuns: 300 },
    );
  });

  it('are the mean of central differences along the line', () => {
    fc.assert(
      fc.property(vectors, (drawn) => {
        const expected = meanOfDifferences(network, drawn, output);
        const gradients = network.averageGradients(drawn, output);
        // A kink inside one of the steps is worth a jump of the gradient times the step.
        gradients.forEach((gradient, block) => {
          gradient.forEach((value, i) => {
            expect(Math.abs(value - expected[block][i])).toBeLessThan(0.02);
          });
        });
      }),
      { seed: 62, numRuns: 5 },
    );
  });

  it('are the gradient itself where no ReLU turns, to six places', () => {
    // Close to the beginning of the line nothing turns, as no bias is 0.
    fc.assert(
      fc.property(vectors, (drawn) => {
        const near = drawn.map((vector) => vector.map((value) => value * 1e-4));
        const gradients = network.averageGradients(near, output);
        const half = near.map((vector) => vector.map((value) => value / 2));
        const expected = differences(network, half, output);
        gradients.forEach((gradient, block) => {
          gradient.forEach((value, i) => {
            const error = Math.abs(value - expected[block][i]);
            expect(error).toBeLessThan(1e-6 * (1 + Math.abs(value)));
          });
        });
      }),
      { seed: 63, numRuns: 50 },
    );
  });
});

/** Mean over 1,000 places of the line, the products of a place at that place. */
function meanOfDifferences(
  network: Network,
  vectors: readonly Float64Array[],
  output: number,
): Float64Array[] {
  const numSteps = 1000;
  const mean = vectors.map(({ length }) => new Float64Array(length));
  for (let step = 0; step < numSteps; step++) {
    const t = (step + 0.5) / numSteps;
    const place = vectors.map((vector) => vector.map((value) => value * t));
    differences(network, place, output).forEach((gradient, block) => {
      gradient.forEach((value, i) => {
        mean[block][i] += value / numSteps;
      });
    });
  }
  return mean;
}

function differences(
  network: Network,
  vectors: readonly Float64Array[],
  output: number,
): Float64Array[] {
  const step = 1e-5;
  return vectors.map((vector, block) =>
    vector.map((value, i) => {
      const moved = (by: number): number => {
        const copy = vectors.map((each) => each.slice());
        copy[block][i] = value + by;
        return network.logits(copy)[output];
      };
      return (moved(step) - moved(-step)) / (2 * step);
    }),
  );
}

function zeros({ blocks, embeddingSize }: StudentDefinition): Float64Array[] {
  return blocks.map(() => new Float64Array(embeddingSize));
}

function vectorsOf({ blocks, embeddingSize }: StudentDefinition): fc.Arbitrary<Float64Array[]> {
  const vector = fc
    .array(fc.double({ min: -3, max: 3, noNaN: true }), {
      minLength: embeddingSize,
      maxLength: embeddingSize,
    })
    .map((values) => Float64Array.from(values));
  return fc.tuple(...blocks.map(() => vector)).map((drawn) => [...drawn]);
}
