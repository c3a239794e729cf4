// Plans for a size: nothing fits better in the same shape, what was asked for stays, and what cannot be is refused.
import {
  createStudent,
  initializeParameters,
  PRECISIONS,
  type Precision,
  quantizeStudent,
  serializeStudent,
  Vocabulary,
} from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withVocabularySizes } from '../../src/distill/featurize.js';
import { type Preset, presetDefinition } from '../../src/distill/presets.js';
import { planSize, type SizePlan, studentBytes } from '../../src/distill/size-plan.js';
import { createRandom } from '../../src/foundation/random.js';

const TOKENS = Array.from({ length: 900 }, (_, index) => `word${index} ü${index % 7}`);
const NOTHING_KEPT = { embeddingSize: false, hiddenLayers: false };

function makeStudent(preset: Preset): SizePlan {
  const fields = preset === 'bag' ? ['text'] : ['query', 'title'];
  const options = { crossSize: 2000, matchSize: 3000, embeddingSize: 32, hiddenLayers: [64, 32] };
  const draft = presetDefinition(preset, fields, options);
  const own = draft.blocks.filter((block) => block.kind === 'ngrams' && !block.table);
  const vocabularies = Object.fromEntries(
    own.map(({ name }, index) => [name, Vocabulary.fromTokens(TOKENS.slice(100 * index))]),
  );
  return { definition: withVocabularySizes(draft, vocabularies), vocabularies };
}

async function bytesOf(
  { definition, vocabularies }: SizePlan,
  precision: Precision = 'float32',
): Promise<number> {
  const parameters = initializeParameters(definition, createRandom(1, 'size').next);
  const student = createStudent({ definition, vocabularies, parameters });
  const { json, weights } = await serializeStudent(quantizeStudent(student, precision));
  return Buffer.byteLength(json) + weights.length;
}

const PRESETS = ['bag', 'pair', 'tower'] as const;

describe('planSize', () => {
  it.each(PRECISIONS.slice(1))(
    'fits students that are stored in %s, with more rows',
    async (precision) => {
      const student = makeStudent('pair');
      const maxBytes = Math.floor(0.4 * studentBytes(student, precision));
      const options = { maxBytes, textBytes: 200, keeps: NOTHING_KEPT };
      const plan = planSize(student, { ...options, precision });
      const written = await bytesOf(plan, precision);
      expect(written + 200).toBeLessThanOrEqual(maxBytes);
      expect(written).toBeGreaterThan(0.8 * maxBytes);
      const rows = ({ definition }: SizePlan) =>
        definition.blocks.reduce((sum, { size }) => sum + size, 0);
      expect(rows(plan)).toBeGreaterThan(rows(planSize(student, options)));
    },
  );

  it.each(PRESETS)(
    'gives a %s student within the size that works and is written',
    async (preset) => {
      const student = makeStudent(preset);
      const whole = studentBytes(student);
      expect(await bytesOf(student)).toBeLessThanOrEqual(whole);
      await fc.assert(
        fc.asyncProperty(fc.double({ min: 0.25, max: 1, noNaN: true }), async (share) => {
          const maxBytes = Math.floor(whole * share);
          const options = { maxBytes, textBytes: 200, keeps: NOTHING_KEPT };
          const plan = planSize(student, options);
          const written = await bytesOf(plan);
          expect(written + 200).toBeLessThanOrEqual(maxBytes);
          // Widths go in steps, and rows follow, so some room stays; never much.
          expect(written).toBeGreaterThan(0.8 * maxBytes);
          const { embeddingSize, hiddenLayers } = plan.definition;
          expect(embeddingSize % (embeddingSize < 16 ? 4 : 16)).toBe(0);
          for (const width of hiddenLayers) expect(width % (width < 32 ? 4 : 32)).toBe(0);
          for (const [name, { tokens }] of Object.entries(plan.vocabularies)) {
            expect(tokens).toEqual(student.vocabularies[name].tokens.slice(0, tokens.length));
          }
        }),
        { numRuns: 15, seed: 6 },
      );
    },
  );

  it('leaves a student alone that fits', () => {
    const student = makeStudent('pair');
    const maxBytes = studentBytes(student) + 10;
    expect(planSize(student, { maxBytes, textBytes: 10, keeps: NOTHING_KEPT })).toBe(student);
  });

  it('keeps widths that were asked for', () => {
    const student = makeStudent('pair');
    const maxBytes = Math.floor(studentBytes(student) / 2);
    const keeps = { embeddingSize: true, hiddenLayers: true };
    const { definition } = planSize(student, { maxBytes, textBytes: 0, keeps });
    expect([definition.embeddingSize, definition.hiddenLayers]).toEqual([32, [64, 32]]);
    expect(definition.blocks[0].size).toBeLessThan(student.definition.blocks[0].size);
  });

  it('refuses a size that not even the smallest fits into, saying how much that is', () => {
    const student = makeStudent('bag');
    const plan = (maxBytes: number) =>
      planSize(student, { maxBytes, textBytes: 0, keeps: NOTHING_KEPT });
    let message = '';
    try {
      plan(1000);
    } catch (error) {
      message = (error as Error).message;
    }
    const least = Number(/at least (\d+) for preset bag/.exec(message)?.[1]);
    expect(studentBytes(plan(least))).toBe(least);
    expect(() => plan(least - 1)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
