// Presets: the structures that they promise, accepted by the student package.
import { checkDefinition } from '@bert2dnn/student';
import { describe, expect, it } from 'vitest';
import {
  defaultPreset,
  PRESETS,
  parsePreset,
  presetDefinition,
} from '../../src/distill/presets.js';

describe('presetDefinition', () => {
  it('paper is the reference code: one bag of all fields, its tokenizer, its layers', () => {
    const definition = presetDefinition('paper', ['query', 'title']);
    expect(definition).toMatchObject({
      text: { tokenizer: 'paper', ngrams: 2 },
      blocks: [
        {
          kind: 'ngrams',
          fields: ['query', 'title'],
          size: 150_000,
          vocabulary: 'list',
        },
      ],
      products: [],
      embeddingSize: 64,
      combiner: 'sqrtn',
      hiddenLayers: [1024, 512, 128, 64],
      numOutputs: 1,
    });
  });

  it('pair has a bag a field, crossed words, matches and products with every other field', () => {
    const definition = presetDefinition('pair', ['query', 'title', 'brand']);
    expect(definition.blocks.map(({ kind, fields }) => `${kind} ${fields.join('+')}`)).toEqual([
      'ngrams query',
      'ngrams title',
      'ngrams brand',
      'cross query+title',
      'match query+title',
      'match query+brand',
    ]);
    expect(definition.products).toEqual([
      ['query', 'title'],
      ['query', 'brand'],
    ]);
  });

  it('is accepted by the student, whatever the fields are called', () => {
    for (const preset of PRESETS) {
      const fields = ['search term', 'Titel-Ä', 'field-0', 'x'.repeat(200)];
      expect(() => checkDefinition(presetDefinition(preset, fields))).not.toThrow();
    }
    const options = { ngrams: 3, embeddingSize: 8, hiddenLayers: [], numOutputs: 3 };
    const classes = ['a', 'b', 'c'];
    const definition = presetDefinition('bag', ['text'], { ...options, classes });
    expect(checkDefinition(definition)).toMatchObject({ numOutputs: 3, hiddenLayers: [], classes });
  });

  it('refuses pair for one field, and names that it does not know', () => {
    expect(() => presetDefinition('pair', ['text'])).toThrow(/field text alone/);
    expect(() => parsePreset('pear')).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: 'Did you mean "pair"?' }),
    );
    expect(() => parsePreset('tower')).toThrow(
      expect.objectContaining({ hint: expect.stringMatching(/no tower/) }),
    );
  });

  it('takes pair for pairs and bag for single texts', () => {
    expect(defaultPreset(['query', 'title'])).toBe('pair');
    expect(defaultPreset(['text'])).toBe('bag');
  });
});
