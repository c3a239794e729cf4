// Pruning: exactly the rows that no trained example has go, and no prediction of a trained example changes by a bit.
import { createStudent, Featurizer, initializeParameters, Vocabulary } from '@bert2dnn/student';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FeatureShard } from '../../src/distill/feature-shard.js';
import { withVocabularySizes } from '../../src/distill/featurize.js';
import { presetDefinition } from '../../src/distill/presets.js';
import { UsedRows } from '../../src/distill/used-rows.js';
import { createRandom } from '../../src/foundation/random.js';

const WORDS = Array.from({ length: 12 }, (_, index) => `w${index}`);
const SHARD_EXAMPLES = 4;
const texts = fc.array(fc.array(fc.constantFrom(...WORDS), { maxLength: 4 }), {
  minLength: 2,
  maxLength: 4,
});

/** Presets whose query vocabulary nothing else reads; the pair's title vocabulary feeds match features. */
const kinds = fc.constantFrom('pair', 'pair, shared', 'tower');

function makeStudent(kind: string) {
  const draft = presetDefinition(kind === 'tower' ? 'tower' : 'pair', ['query', 'title'], {
    embeddingSize: 4,
    hiddenLayers: [6],
    crossSize: 64,
    matchSize: 1024,
    ngrams: 1,
    shareTables: kind !== 'pair',
  });
  const own = draft.blocks.filter((block) => block.kind === 'ngrams' && !block.table);
  const vocabularies = Object.fromEntries(
    own.map(({ name }) => [name, Vocabulary.fromTokens(WORDS)]),
  );
  const definition = withVocabularySizes(draft, vocabularies);
  const parameters = initializeParameters(definition, createRandom(3, 'prune').next);
  return { definition, vocabularies, parameters };
}

function shardsOf(
  { definition, vocabularies }: ReturnType<typeof makeStudent>,
  examples: string[][],
): FeatureShard[] {
  const featurizer = new Featurizer(definition, vocabularies);
  const shards: FeatureShard[] = [];
  for (let start = 0; start < examples.length; start += SHARD_EXAMPLES) {
    const buffer = featurizer.createBuffer();
    const own = examples.slice(start, start + SHARD_EXAMPLES);
    for (const example of own) featurizer.featurize(example, buffer);
    shards.push({
      index: start / SHARD_EXAMPLES,
      numExamples: own.length,
      sizeBytes: 0,
      blocks: buffer.blocks.map(({ ids, offsets }) => ({ ids, offsets })),
    } as FeatureShard);
  }
  return shards;
}

describe('UsedRows', () => {
  it('takes what no trained example has and changes none of their logits', () => {
    const rows = fc.array(fc.tuple(texts, texts, fc.boolean()), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(rows, kinds, (drawn, kind) => {
        const student = makeStudent(kind);
        const examples = drawn.map(([query, title]) =>
          [query, title].map((own) => own.flat().join(' ')),
        );
        const trained = drawn.flatMap(([, , isTrained], row) => (isTrained ? [row] : []));
        const used = new UsedRows(
          { definition: student.definition, rows: Int32Array.from(trained) },
          SHARD_EXAMPLES,
        );
        for (const shard of shardsOf(student, examples)) {
          used.add(shard);
          used.add(shard);
          expect(used.has(shard.index)).toBe(true);
        }
        const pruned = used.prune(student);
        const wordsOf = (fields: number[]): Set<string> =>
          new Set(
            trained.flatMap((row) => fields.flatMap((field) => examples[row][field].split(' '))),
          );
        const met = wordsOf(kind === 'pair' ? [0] : [0, 1]);
        const kept = WORDS.filter((word) => met.has(word));
        const isRead = kind === 'pair, shared';
        const expected = isRead || kept.length === 0 ? WORDS : kept;
        expect(pruned.vocabularies['query'].tokens).toEqual(expected);
        expect(pruned.numPruned).toBe(WORDS.length - expected.length);
        if (kind === 'pair') expect(pruned.vocabularies['title'].tokens).toEqual(WORDS);
        const [before, after] = [createStudent(student), createStudent(pruned)];
        const own = trained.map((row) => examples[row]);
        expect(after.logits(own)).toEqual(before.logits(own));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
