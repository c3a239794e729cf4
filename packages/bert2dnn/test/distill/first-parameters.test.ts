// First values: those of the student package, with smaller tables of n-grams where that is asked for.
import { initializeParameters } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import { firstParameters } from '../../src/distill/first-parameters.js';
import { presetDefinition, TRAINING_DEFAULTS } from '../../src/distill/presets.js';
import { createRandom } from '../../src/foundation/random.js';

const definition = presetDefinition('pair', ['query', 'title'], {
  vocabularySize: 20,
  crossSize: 10,
  matchSize: 900,
  embeddingSize: 4,
  hiddenLayers: [4],
  shareTables: true,
});

describe('firstParameters', () => {
  it('scales the tables of n-grams and nothing else', () => {
    const usual = initializeParameters(definition, createRandom(3, 'initialize').next);
    expect(firstParameters(definition, { seed: 3, tableStart: 1 })).toEqual(usual);
    const small = firstParameters(definition, { seed: 3, tableStart: 0.25 });
    for (const [name, values] of Object.entries(usual)) {
      // A quarter of a float32 is one.
      const scale = name === 'block.query.embedding' ? 0.25 : 1;
      expect(small[name], name).toEqual(values.map((value) => value * scale));
    }
    expect(Object.keys(small)).not.toContain('block.title.embedding');
  });

  it("is the reference code's for the preset of the paper", () => {
    expect(TRAINING_DEFAULTS.paper.tableStart).toBe(1);
  });
});
