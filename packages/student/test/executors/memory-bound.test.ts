// The kernels' memory is bounded by the file: 20 MB and 200 bytes for each of its bytes, as the README says.
import { describe, expect, it } from 'vitest';
import { layOutStudent } from '../../src/executors/student-layout.js';
import {
  createStudent,
  initializeParameters,
  quantizeStudent,
  type StudentDefinition,
  serializeModel,
} from '../../src/index.js';

const FIXED_BYTES = 20_000_000;
const BYTES_BY_BYTE = 200;

/** Wide inputs of few rows and one output: what scratch and padding cost most for. */
function wideDefinition(numBlocks: number, embeddingSize: number): StudentDefinition {
  const names = Array.from({ length: numBlocks }, (_, index) => `block${index}`);
  const products = names.slice(1).map((name): [string, string] => [names[0], name]);
  return {
    format: 'bert2dnn-student',
    version: 1,
    preset: 'bag',
    fields: ['text'],
    text: { tokenizer: 'default', ngrams: 1 },
    blocks: names.map((name) => ({
      name,
      kind: 'ngrams' as const,
      fields: ['text'],
      size: 1,
      vocabulary: 'hash' as const,
    })),
    products,
    embeddingSize,
    combiner: 'sum',
    hiddenLayers: [],
    numOutputs: 1,
    calibration: { temperature: 1 },
  } as StudentDefinition;
}

describe('memory of the kernels', () => {
  it.each([
    [1, 1],
    [2, 1024],
    [8, 1024],
    [16, 4096],
  ])('is bounded by the file: %i blocks of width %i', async (numBlocks, embeddingSize) => {
    const definition = wideDefinition(numBlocks, embeddingSize);
    const parameters = initializeParameters(definition, () => 0.5);
    const student = createStudent({ definition, vocabularies: {}, parameters });
    for (const precision of ['float32', 'float16', 'int8'] as const) {
      const stored = quantizeStudent(student, precision);
      const { length } = await serializeModel(stored);
      const { sizeBytes } = layOutStudent(definition, stored.parameters);
      expect(sizeBytes, precision).toBeLessThan(FIXED_BYTES + BYTES_BY_BYTE * length);
    }
  });
});
